package import Networks

extension Learner {
    /// The policy at work in `placeCount` places, with the weights as they are.
    ///
    /// - Parameter window: Steps of the windows that it was trained with; what is longer it has never seen.
    package func actor(placeCount: Int, window: Int = WindowBatch.maximumSteps) -> PolicyActor {
        PolicyActor(
            policy, parameters: policyParameters, positions: positions, backend: backend, placeCount: placeCount,
            window: window)
    }
}
