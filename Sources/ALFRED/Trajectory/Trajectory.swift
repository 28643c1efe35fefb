/// One `traj_data.json`: a scene, the expert's plan in it, the frames it produced and people's descriptions of it.
///
/// Trajectories of the test splits have no ``taskType``, ``goal``, ``plan`` or ``images``.
/// Keys this type does not know are kept in the `extras` of the object they stand in and written back.
public struct Trajectory: Sendable, Equatable {
    /// `trial_T<timestamp>`, the name of the trajectory's folder.
    public var taskID: String
    /// One of the seven task types, as in `pick_and_place_simple`.
    public var taskType: String?
    /// `pddl_params`.
    public var goal: GoalParameters?
    public var scene: Scene
    public var plan: Plan?
    /// Every saved frame in order; several belong to one low action (``ObservationFrames``).
    public var images: [ImageEntry]?
    /// `turk_annotations.anns`; the index in this array is the benchmark's `repeat_idx`.
    public var annotations: [Annotation]
    /// `task.rewards`: present in augmented and in generated data only.
    public var recordedRewards: RecordedRewards?
    public var extras: [String: JSONTree] = [:]

    public init(taskID: String, scene: Scene, annotations: [Annotation]) {
        self.taskID = taskID
        self.scene = scene
        self.annotations = annotations
    }

    /// Number of low actions L; there are L + 1 observations when the trajectory has a plan.
    public var actionCount: Int { plan?.lowActions.count ?? 0 }
}

/// `pddl_params`. Empty strings where the task does not use the field.
public struct GoalParameters: Sendable, Equatable {
    /// The class to move; the whole object's class even when ``objectSliced``.
    public var objectTarget: String
    public var objectSliced: Bool
    /// Class of the receptacle to end in.
    public var parentTarget: String
    /// Class of the movable receptacle.
    public var movableTarget: String
    /// Class of the lamp.
    public var toggleTarget: String

    public init(
        objectTarget: String, objectSliced: Bool = false, parentTarget: String = "", movableTarget: String = "",
        toggleTarget: String = ""
    ) {
        self.objectTarget = objectTarget
        self.objectSliced = objectSliced
        self.parentTarget = parentTarget
        self.movableTarget = movableTarget
        self.toggleTarget = toggleTarget
    }
}

/// Metres, or degrees for rotations; y is up.
public struct Vector3: Sendable, Hashable {
    public var x, y, z: Double

    public init(x: Double, y: Double, z: Double) {
        self.x = x
        self.y = y
        self.z = z
    }

    public var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}

/// The world before the first action.
public struct Scene: Sendable, Equatable {
    /// `FloorPlan<number>`.
    public var floorPlan: String
    public var number: Int
    public var randomSeed: Int
    public var dirtyAndEmpty: Bool
    public var initialAction: InitialAction
    public var objectToggles: [ObjectToggle]
    public var objectPoses: [ObjectPose]
    public var extras: [String: JSONTree] = [:]

    public init(
        floorPlan: String, number: Int, randomSeed: Int = 0, dirtyAndEmpty: Bool = false, initialAction: InitialAction,
        objectToggles: [ObjectToggle] = [], objectPoses: [ObjectPose] = []
    ) {
        self.floorPlan = floorPlan
        self.number = number
        self.randomSeed = randomSeed
        self.dirtyAndEmpty = dirtyAndEmpty
        self.initialAction = initialAction
        self.objectToggles = objectToggles
        self.objectPoses = objectPoses
    }

    /// The room by THOR's numbering: kitchens 1-30, living rooms 201-230, bedrooms 301-330, bathrooms 401-430; generated
    /// scenes use the hundreds digit.
    public var room: Room? { Room(sceneNumber: number) }
}

public enum Room: String, Sendable, CaseIterable {
    case kitchen = "Kitchen"
    case livingRoom = "LivingRoom"
    case bedroom = "Bedroom"
    case bathroom = "Bathroom"

    public init?(sceneNumber: Int) {
        guard sceneNumber > 0 else { return nil }
        switch (sceneNumber / 100) % 10 {
        case 0: self = .kitchen
        case 2: self = .livingRoom
        case 3: self = .bedroom
        case 4: self = .bathroom
        default: return nil
        }
    }
}

/// `scene.init_action`: where the agent starts.
public struct InitialAction: Sendable, Equatable {
    public var action: String
    /// The agent's centre; x and z are multiples of 0.25.
    public var position: Vector3
    /// Degrees: 0 = +z, 90 = +x.
    public var rotation: Int
    /// Degrees, positive looks down.
    public var horizon: Int
    public var rotateOnTeleport: Bool

    public init(
        action: String = "TeleportFull", position: Vector3, rotation: Int, horizon: Int, rotateOnTeleport: Bool = true
    ) {
        self.action = action
        self.position = position
        self.rotation = rotation
        self.horizon = horizon
        self.rotateOnTeleport = rotateOnTeleport
    }
}

public struct ObjectToggle: Sendable, Equatable {
    public var objectType: String
    public var isOn: Bool

    public init(objectType: String, isOn: Bool) {
        self.objectType = objectType
        self.isOn = isOn
    }
}

public struct ObjectPose: Sendable, Hashable {
    /// `<Prefab>_<8 hex digits>`; the same name twice means a copy.
    public var objectName: String
    public var position: Vector3
    /// Euler angles.
    public var rotation: Vector3

    public init(objectName: String, position: Vector3, rotation: Vector3) {
        self.objectName = objectName
        self.position = position
        self.rotation = rotation
    }
}

/// An entry of `images`: a saved frame and the action it was taken for.
public struct ImageEntry: Sendable, Equatable {
    public var highIndex: Int
    public var lowIndex: Int
    /// As written; on disk the extension may differ (``RawImages``).
    public var name: String

    public init(highIndex: Int, lowIndex: Int, name: String) {
        self.highIndex = highIndex
        self.lowIndex = lowIndex
        self.name = name
    }
}

/// What one person wrote about the trajectory.
public struct Annotation: Sendable, Equatable {
    /// The goal in one sentence.
    public var taskDescription: String
    /// One sentence a sub-goal; 21 annotations of the train split have one fewer.
    public var stepDescriptions: [String]
    public var votes: [Int]
    public var assignmentID: String?
    public var extras: [String: JSONTree] = [:]

    public init(taskDescription: String, stepDescriptions: [String], votes: [Int] = [], assignmentID: String? = nil) {
        self.taskDescription = taskDescription
        self.stepDescriptions = stepDescriptions
        self.votes = votes
        self.assignmentID = assignmentID
    }
}

/// `task`: a reward for every low action.
public struct RecordedRewards: Sendable, Equatable {
    public var rewards: [Double]
    public var upperBound: Double?
    public var extras: [String: JSONTree] = [:]

    public init(rewards: [Double], upperBound: Double? = nil) {
        self.rewards = rewards
        self.upperBound = upperBound
    }
}
