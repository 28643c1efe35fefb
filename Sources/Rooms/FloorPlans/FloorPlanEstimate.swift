package import ALFRED
package import Household

/// A floor plan's furniture and the sizes of its things, estimated from ``FloorPlanEvidence`` and the layout files.
///
/// Every piece of furniture is an upright box turned by quarters. Its faces are fitted to the rectangles of all
/// distinct masks recorded of it, held by what is usual for its class (``ClassPriors``), by what else was seen through
/// the place it would take, by the cells where agents stood and by the reach of the agents that used it.
package struct FloorPlanEstimate: Sendable, Equatable, Codable {
    /// A piece of furniture or an appliance.
    package struct Furniture: Sendable, Equatable, Codable {
        /// Its id in the release.
        package var id: String
        /// What it is.
        package var type: ObjectType
        /// Middle of the base in the room.
        package var position: SIMD3<Float>
        /// Width, height and depth in metres.
        package var size: SIMD3<Float>
        /// Degrees; the front is where the agents that used it stood.
        package var yaw: Float
        var opening: SceneObject.Opening?
        /// Where things can be put, in its own frame.
        package var surfaces: [SceneObject.Surface]
        /// Distinct pictures the estimate rests on; 0 for what only the layout files name.
        var views: Int

        /// Its box in the room.
        package var bounds: Bounds {
            Placement(position: position, yaw: yaw).bounds(
                Bounds(min: SIMD3(-size.x / 2, 0, -size.z / 2), max: SIMD3(size.x / 2, size.y, size.z / 2)))
        }
    }

    /// The floor plan's number.
    package var sceneNumber: Int
    /// Height of the floor in THOR's coordinates, in metres.
    package var floorY: Float
    /// Where the agent can stand.
    package var cells: [SIMD2<Int>]
    /// What does not move, by id.
    package var furniture: [Furniture]
    /// A box around every thing that was seen, relative to its recorded pose, by its prefab's name.
    package var things: [String: Bounds]
    /// What was ignored and why.
    package var notes: [String]
}

// MARK: - Estimation

extension FloorPlanEstimate {
    /// - Throws: ``ALFREDError`` when the layout has no cell or one that is not finite.
    package init(_ evidence: FloorPlanEvidence, layout: FloorPlanLayout?) throws(ALFREDError) {
        var notes: [String] = []
        let cells = try CellSupport.cells(layout: layout, visits: evidence.visits, notes: &notes)
        let floorY = evidence.floorY
        var estimation = FurnitureEstimation(evidence, layout: layout, cells: cells)
        notes += estimation.notes
        let things = ThingEstimation(evidence).boxes
        estimation.things = things
        estimation.run()
        self.init(
            sceneNumber: evidence.sceneNumber, floorY: floorY, cells: cells, furniture: estimation.furniture(),
            things: things, notes: notes)
    }

    /// The box of a thing relative to its recorded pose: of its prefab if that was seen, else what is usual.
    ///
    /// A box stands open, its flaps out: its walls are that much nearer.
    func box(ofPrefab name: String, type: ObjectType) -> Bounds {
        let box = things[name] ?? ClassPriors.thing(type).mean.box
        guard type == .box else { return box }
        let half = box.size / 2 * SIMD3(0.75, 1, 0.75)
        return Bounds(min: box.centre - half, max: box.centre + half)
    }
}

/// Which cells count as floor.
enum CellSupport {
    /// Layout cells, cells that two trajectories walked over, and cells that one did within two cells of those (of the
    /// training split's 1,830 cells outside the layouts 1,373 are of the second kind, all but a handful of the rest
    /// within two cells).
    static func cells(
        layout: FloorPlanLayout?, visits: [SIMD2<Int>: Int], notes: inout [String]
    ) throws(ALFREDError) -> [SIMD2<Int>] {
        var cells: Set<SIMD2<Int>> = []
        for cell in layout?.reachable ?? [] {
            guard cell.x.isFinite, cell.y.isFinite, abs(cell.x) < 1000, abs(cell.y) < 1000 else {
                throw ALFREDError(.invalidValue, "a cell of the layout is not finite or far away")
            }
            cells.insert(SIMD2(Int((cell.x * 4).rounded()), Int((cell.y * 4).rounded())))
        }
        let isWithoutLayout = cells.isEmpty
        // A cell that two trajectories walked over is as good as one of the layout.
        let base = cells.union(visits.filter { $0.value >= 2 }.keys)
        var dropped = 0
        for (cell, count) in visits {
            let isNear = (-2...2).contains { dx in (-2...2).contains { dz in base.contains(cell &+ SIMD2(dx, dz)) } }
            if isNear || count >= 2 || isWithoutLayout { cells.insert(cell) } else { dropped += 1 }
        }
        if isWithoutLayout { notes.append("the layout names no cell: only cells that were walked over are floor") }
        if dropped > 0 { notes.append("\(dropped) cells far from the layout were walked over once and are no floor") }
        guard !cells.isEmpty else {
            throw ALFREDError(
                .invalidValue, "neither the layout nor a trajectory names a cell where the agent can stand")
        }
        return cells.sorted { ($0.y, $0.x) < ($1.y, $1.x) }
    }
}

/// The boxes of things relative to their recorded poses.
struct ThingEstimation {
    private(set) var boxes: [String: Bounds] = [:]

    init(_ evidence: FloorPlanEvidence) {
        var groups: [String: [FloorPlanEvidence.Sighting]] = [:]
        for sighting in evidence.sightings {
            guard let index = sighting.prefabPose else { continue }
            groups[evidence.prefabPoses[index].objectName, default: []].append(sighting)
        }
        for (name, sightings) in groups {
            let prior = ClassPriors.thing(sightings[0].type)
            var fit = FaceFit(views: [], prior: prior)
            fit.priorWeight = 3
            var seen: Set<String> = []
            for sighting in sightings {
                guard let index = sighting.prefabPose,
                    seen.insert("\(sighting.pose) \(sighting.objectID)").inserted, fit.views.count < 16
                else { continue }
                fit.views.append(
                    FaceFit.View(
                        projection: BoxProjection(
                            CameraView(sighting.pose, floorY: evidence.floorY),
                            frame: Frame3(evidence.prefabPoses[index])),
                        rectangle: PictureRectangle(sighting.box)))
            }
            boxes[name] = fit.fitted(from: prior.mean).box
        }
    }
}

extension Frame3 {
    /// The frame of a recorded thing.
    init(_ pose: ObjectPose) {
        self.init(
            origin: SIMD3(Float(pose.position.x), Float(pose.position.y), Float(pose.position.z)),
            euler: SIMD3(Float(pose.rotation.x), Float(pose.rotation.y), Float(pose.rotation.z)))
    }
}
