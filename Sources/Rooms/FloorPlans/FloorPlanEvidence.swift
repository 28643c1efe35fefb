package import ALFRED
internal import Episodes
internal import Household

/// What recorded trajectories of one floor plan tell about it.
///
/// Nothing here is believed by itself: cells count only where the walk fits the plan, and sightings are weighed by
/// ``FloorPlanEstimate``.
package struct FloorPlanEvidence: Sendable, Equatable {
    /// One recorded mask: what an agent saw of an object it was about to use.
    struct Sighting: Sendable, Equatable {
        var objectID: String
        var type: ObjectType
        var pose: AgentPose
        var action: Action
        /// Ids of what the recorded actions before it had opened and not closed.
        var openIDs: [String]
        var box: PixelBox
        var mask: Mask
        /// Index in ``prefabPoses`` for a thing that still is where the trajectory found it.
        var prefabPose: Int?

        init(
            objectID: String, type: ObjectType, pose: AgentPose, action: Action,
            openIDs: [String] = [], box: PixelBox, mask: Mask, prefabPose: Int? = nil
        ) {
            self.objectID = objectID
            self.type = type
            self.pose = pose
            self.action = action
            self.openIDs = openIDs
            self.box = box
            self.mask = mask
            self.prefabPose = prefabPose
        }

        /// Whether the recorded actions had opened the object itself.
        var isOpen: Bool { openIDs.contains(objectID) }
    }

    /// The floor plan's number.
    package var sceneNumber: Int
    var sightings: [Sighting] = []
    /// Poses of the things in ``sightings``.
    var prefabPoses: [ObjectPose] = []
    /// Cells walked over, with the number of trajectories that did.
    var visits: [SIMD2<Int>: Int] = [:]
    /// Heights of the agents' centres at the start, one per trajectory.
    var agentHeights: [Double] = []
    /// Where the things of all trajectories were found, each place once.
    var restingPoses: Set<ObjectPose> = []

    /// Nothing seen yet of a floor plan.
    package init(sceneNumber: Int) { self.sceneNumber = sceneNumber }

    /// Trajectories taken in.
    package var trajectoryCount: Int { agentHeights.count }

    /// Height of the floor: the agent's centre is 0.901 m above it. The median over the trajectories.
    package var floorY: Float {
        let heights = agentHeights.filter(\.isFinite).sorted()
        guard !heights.isEmpty else { return 0 }
        return Float(heights[heights.count / 2] - 0.901)
    }

    /// Takes in a trajectory. One of another floor plan, without a plan, or that starts off the grid adds nothing.
    package mutating func add(_ trajectory: Trajectory) {
        let scene = trajectory.scene
        guard scene.number == sceneNumber, let plan = trajectory.plan, var pose = AgentPose(scene.initialAction) else {
            return
        }
        agentHeights.append(scene.initialAction.position.y)
        restingPoses.formUnion(scene.objectPoses)
        let walk = RecordedWalk(plan, from: pose)
        for cell in walk.cells { visits[cell, default: 0] += 1 }
        var open: [String] = []
        var moved: Set<String> = []
        for low in plan.lowActions {
            defer { pose = pose.after(low.action) }
            guard let target = low.target, let id = low.targetObjectID, let type = ObjectType(objectID: id),
                target.mask.firstProblem() == nil,
                let box = target.mask.tightBox(), pose.isInView
            else { continue }
            var sighting = Sighting(
                objectID: id, type: type, pose: pose, action: low.action,
                openIDs: open, box: box, mask: target.mask)
            if type.traits.contains(.pickupable), !moved.contains(id),
                let found = Self.pose(of: id, in: scene.objectPoses)
            {
                sighting.prefabPose = prefabPoses.count
                prefabPoses.append(found)
            }
            sightings.append(sighting)
            switch low.action {
            case .open: open.append(id)
            case .close: open.removeAll { $0 == id }
            case .pickup: moved.insert(id)
            default: break
            }
        }
    }

    /// The pose of the thing an id names: same class, same position to the centimetre.
    static func pose(of id: String, in poses: [ObjectPose]) -> ObjectPose? { poses.first { names(id, $0) } }

    static func names(_ id: String, _ pose: ObjectPose) -> Bool {
        let parts = ObjectID(id)
        guard parts.part == nil, let place = parts.position else { return false }
        return pose.objectName.prefix { $0 != "_" } == parts.baseType && abs(pose.position.x - place.x) < 0.011
            && abs(pose.position.y - place.y) < 0.011 && abs(pose.position.z - place.z) < 0.011
    }
}

/// The cells a recorded plan walks over, as far as the walk fits the plan: all cells up to the last GotoLocation that
/// ends where the plan says. A step that was never taken shifts all that follow, so that none fits any more.
struct RecordedWalk {
    private(set) var cells: Set<SIMD2<Int>>

    init(_ plan: Plan, from start: AgentPose) {
        var pose = start
        cells = [SIMD2(pose.x, pose.z)]
        var pending = cells
        for (index, low) in plan.lowActions.enumerated() {
            pose = pose.after(low.action)
            pending.insert(SIMD2(pose.x, pose.z))
            let isLast =
                index + 1 == plan.lowActions.count || plan.lowActions[index + 1].highIndex != low.highIndex
            guard isLast, plan.highLevel.indices.contains(low.highIndex) else { continue }
            let step = plan.highLevel[low.highIndex]
            guard step.action == .goto, let location = step.planner.location else { continue }
            guard let goal = AgentPose(location: location), goal.x == pose.x, goal.z == pose.z,
                goal.heading == pose.heading
            else { continue }
            cells.formUnion(pending)
            pending = []
        }
    }
}

extension AgentPose {
    /// Whether the simulator's camera can look so.
    var isInView: Bool { AgentPose.horizons.contains(horizon) }
}
