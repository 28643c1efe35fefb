internal import Ground
package import Household

extension FurnishedRoom {
    /// Things a scene holds without pieces.
    static let thingCounts = 20...45

    /// The room with things in it: those asked for, and 1-3 of every other type of the room.
    ///
    /// - Parameters:
    ///   - seed: The episode's; the same room, seed and request give the same scene.
    ///   - request: What the task needs.
    /// - Throws: ``GenerationError`` when the request contradicts itself or the room cannot meet it.
    package func populated(
        seed: UInt64, request: PlacementRequest = PlacementRequest()
    ) throws(GenerationError) -> HouseScene {
        try request.validate()
        for demand in request.objects {
            let standing = furniture.count { $0.type == demand.type }
            guard demand.count >= standing else {
                throw .malformedRequest(
                    "\(demand.count) x \(demand.type.rawValue), but \(standing) stand on the floor of scene \(number)")
            }
        }
        var failure = GenerationError.unfurnishable(number: number, reason: "too few things can be seen")
        for attempt in 0..<Self.attemptLimit {
            var placer = ThingPlacer(self, random: SeededGenerator(UInt64(number), seed, 0x5EED, UInt64(attempt)))
            for space in request.spaces { try placer.leave(space) }
            do {
                try addDemanded(&placer, request)
            } catch {
                guard case .noSpace = error else { throw error }
                failure = error
                continue
            }
            addOthers(&placer, request)
            let hidden = SightCheck.unseen(in: try scene(placer.objects))
            let lost = hidden.map { placer.objects[$0].type }
            if let demand = request.objects.first(where: { lost.contains($0.type) }) {
                let seen = demand.count - lost.count { $0 == demand.type }
                failure = .noSpace(demand.type, placed: max(0, seen), wanted: demand.count, number: number)
                continue
            }
            guard placer.thingCount - hidden.count >= Self.thingCounts.lowerBound else { continue }
            placer.remove(hidden)
            setLamps(&placer, request)
            placer.addPieces()
            return try scene(placer.objects)
        }
        throw failure
    }

    private static let attemptLimit = 10

    private func scene(_ objects: [SceneObject]) throws(GenerationError) -> HouseScene {
        do {
            return try HouseScene(room: shape, objects: objects, grid: grid, seed: UInt64(number))
        } catch {
            throw .invalidScene(error, number: number)
        }
    }

    private func setLamps(_ placer: inout ThingPlacer, _ request: PlacementRequest) {
        for (index, object) in furniture.enumerated() {
            switch object.type {
            case .deskLamp, .floorLamp, .lamp:
                placer.setFlags(placer.chance(0.3) && !request.areLampsOff ? .on : [], of: index)
            default: break
            }
        }
    }

    /// Big things first: they have the fewest places.
    private func addDemanded(
        _ placer: inout ThingPlacer, _ request: PlacementRequest
    ) throws(GenerationError) {
        let demands = request.objects.sorted { Self.bulk($0.type) > Self.bulk($1.type) }
        for demand in demands where demand.count > 0 {
            guard !places(for: demand.type).isEmpty else { throw .nowhereToPut(demand.type, number: number) }
            // What stands on the floor from the start counts.
            let standing = furniture.count { $0.type == demand.type }
            for placed in standing..<max(standing, demand.count) {
                let isDirty = placer.chance(0.3) || request.isEverythingDirty
                guard placer.place(demand.type, notIn: demand.notIn, isThorough: true, isDirty: isDirty) else {
                    throw .noSpace(demand.type, placed: placed, wanted: demand.count, number: number)
                }
            }
        }
    }

    /// The other types of the room: one of each, then second and third copies.
    private func addOthers(_ placer: inout ThingPlacer, _ request: PlacementRequest) {
        let others = things.filter { type in !request.objects.contains { $0.type == type } }
        let fixed = furniture.count { $0.type.traits.contains(.pickupable) }
        let demanded = request.objects.reduce(0) { sum, demand in
            sum + demand.count - furniture.count { $0.type == demand.type }
        }
        var left = max(0, Self.thingCounts.upperBound - fixed - demanded)
        let wanted = min(left, placer.int(27...40) - demanded)
        var copies: [ObjectType] = []
        for _ in 1...2 { copies += placer.shuffled(others) }
        copies = Array(copies.prefix(max(0, wanted - others.count)))
        for type in others.sorted(by: { Self.bulk($0) > Self.bulk($1) }) + copies where left > 0 {
            let isDirty = placer.chance(0.3) || request.isEverythingDirty
            if placer.place(type, isThorough: false, isDirty: isDirty) { left -= 1 }
        }
    }

    private static func bulk(_ type: ObjectType) -> Float {
        let size = type.typicalSize
        return size.x * size.y * size.z
    }

    /// The room's receptacles where an object of a type may lie: indices into ``furniture``.
    package func places(for type: ObjectType) -> [Int] {
        furniture.indices.filter { AllowedReceptacles.allows(type, in: furniture[$0].type) }
    }

    /// The types of the room's fixed receptacles, in the order of ``ObjectType``'s cases.
    package var receptacleTypes: [ObjectType] {
        ObjectType.allCases.filter { type in
            type.traits.contains(.receptacle) && !type.traits.contains(.pickupable)
                && furniture.contains { $0.type == type }
        }
    }
}
