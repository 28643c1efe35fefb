internal import Household

extension World {
    /// The receptacles that list an object in THOR's `receptacleObjectIds`: the one it is in, and what that is in as
    /// long as it can be carried. A plate on a counter brings its apple along; a sink set into the counter, or a
    /// microwave on it, keeps what is inside to itself.
    func reportedReceptacles(of object: Int) -> [Int] {
        var chain: [Int] = []
        var current = object
        while let receptacle = parent(of: current) {
            chain.append(receptacle)
            guard scene.objects[receptacle].type.traits.contains(.pickupable) else { break }
            current = receptacle
        }
        return chain
    }

    /// The objects a receptacle lists: the inverse of ``reportedReceptacles(of:)``.
    func reportedContents(of receptacle: Int) -> [Int] {
        contents(of: receptacle).flatMap { object in
            scene.objects[object].type.traits.contains(.pickupable) ? [object] + reportedContents(of: object) : [object]
        }
    }
}
