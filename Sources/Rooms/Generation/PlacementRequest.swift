package import Household

/// What an episode asks of the things in a room (ALFRED's scene set-up).
package struct PlacementRequest: Sendable, Equatable {
    /// So many objects of a type, no more and no fewer.
    package struct Demand: Sendable, Equatable {
        /// What is to be there.
        package var type: ObjectType
        /// 0-8; 0 keeps the type out of the scene.
        package var count: Int
        /// Receptacle types where none of them lies at the start: the goal's.
        package var notIn: [ObjectType]

        package init(_ type: ObjectType, count: Int, notIn: [ObjectType] = []) {
            self.type = type
            self.count = count
            self.notIn = notIn
        }
    }

    /// Room that is left for objects yet to be put somewhere.
    package struct Space: Sendable, Equatable {
        /// Where the room is needed.
        package var receptacle: ObjectType
        /// What will be put there.
        package var object: ObjectType
        /// How many of them have to fit.
        package var count: Int

        package init(in receptacle: ObjectType, for object: ObjectType, count: Int = 1) {
            self.receptacle = receptacle
            self.object = object
            self.count = count
        }
    }

    /// Objects the task needs. Other types of the room come in 1-3 copies.
    package var objects: [Demand]
    /// Each receptacle of the type that can hold the objects when it is empty can still hold them.
    package var spaces: [Space]
    /// Everything that can be dirty is; else some things are.
    package var isEverythingDirty: Bool
    /// Lamps are off; else some are on.
    package var areLampsOff: Bool

    package init(
        objects: [Demand] = [], spaces: [Space] = [], isEverythingDirty: Bool = false, areLampsOff: Bool = false
    ) {
        self.objects = objects
        self.spaces = spaces
        self.isEverythingDirty = isEverythingDirty
        self.areLampsOff = areLampsOff
    }

    /// - Throws: ``GenerationError/malformedRequest(_:)`` for types that cannot be picked up, counts out of range,
    ///   types named twice, and spaces in what holds nothing.
    func validate() throws(GenerationError) {
        var types: [ObjectType] = []
        for demand in objects {
            guard demand.type.traits.contains(.pickupable), !ThingPlacer.isPiece(demand.type) else {
                throw .malformedRequest("\(demand.type.rawValue) cannot be placed")
            }
            guard (0...8).contains(demand.count) else {
                throw .malformedRequest("\(demand.count) x \(demand.type.rawValue); 0-8 are possible")
            }
            guard !types.contains(demand.type) else {
                throw .malformedRequest("\(demand.type.rawValue) is asked for twice")
            }
            types.append(demand.type)
        }
        for space in spaces {
            guard space.receptacle.traits.contains(.receptacle), !space.receptacle.traits.contains(.pickupable) else {
                throw .malformedRequest("\(space.receptacle.rawValue) is no fixed receptacle")
            }
            guard (1...8).contains(space.count), space.object.traits.contains(.pickupable) else {
                throw .malformedRequest("space for \(space.count) x \(space.object.rawValue)")
            }
            if let accepted = space.receptacle.acceptedTypes, !accepted.contains(space.object) {
                throw .malformedRequest("a \(space.receptacle.rawValue) never holds a \(space.object.rawValue)")
            }
        }
    }
}
