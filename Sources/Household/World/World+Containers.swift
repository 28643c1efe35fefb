extension World {
    /// The same moment with several doors, drawers or lids open (``opening(_:)``).
    package func opening(all objects: some Sequence<Int>) -> World { objects.reduce(self) { $0.opening($1) } }

    /// What is closed between the agent and an object: the doors, lids and drawers it lies behind, outermost first.
    package func closedContainers(of object: Int) -> [Int] {
        receptacles(holding: object).filter {
            scene.objects[$0].type.traits.contains(.mustBeOpen) && !states[$0].flags.contains(.open)
        }.reversed()
    }
}
