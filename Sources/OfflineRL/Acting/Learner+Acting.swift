package import Networks

extension Learner {
    /// The policy at work in `placeCount` places, with the weights as they are.
    package func actor(placeCount: Int) -> PolicyActor {
        PolicyActor(
            policy, parameters: policyParameters, positions: positions, backend: backend, placeCount: placeCount)
    }
}
