/// One `traj_data.json`: a scene, the expert's plan in it, the frames it produced and people's descriptions of it.
///
/// Trajectories of the test splits have no ``taskType``, ``goal``, ``plan`` or ``images``.
/// Keys this type does not know are kept in the `extras` of the object they stand in and written back.
package struct Trajectory: Sendable, Equatable {
    /// `trial_T<timestamp>`, the name of the trajectory's folder.
    package var taskID: String
    /// One of the seven task types, as in `pick_and_place_simple`.
    package var taskType: String?
    /// `pddl_params`.
    package var goal: GoalParameters?
    /// The room and where everything is at the start.
    package var scene: Scene
    /// Nil in the test splits.
    package var plan: Plan?
    /// Every saved frame in order; several belong to one low action (``ObservationFrames``).
    package var images: [ImageEntry]?
    /// `turk_annotations.anns`; the index in this array is the benchmark's `repeat_idx`.
    package var annotations: [Annotation]
    /// `task.rewards`: present in augmented and in generated data only.
    package var recordedRewards: RecordedRewards?
    /// Members this reader has no name for; written back.
    package var extras: [String: JSONTree] = [:]

    package init(taskID: String, scene: Scene, annotations: [Annotation]) {
        self.taskID = taskID
        self.scene = scene
        self.annotations = annotations
    }

    /// Number of low actions L; there are L + 1 observations when the trajectory has a plan.
    package var actionCount: Int { plan?.lowActions.count ?? 0 }
}

/// `pddl_params`. Empty strings where the task does not use the field.
package struct GoalParameters: Sendable, Equatable {
    /// The class to move; the whole object's class even when ``objectSliced``.
    package var objectTarget: String
    /// Whether a piece of it is wanted.
    package var objectSliced: Bool
    /// Class of the receptacle to end in.
    package var parentTarget: String
    /// Class of the movable receptacle.
    package var movableTarget: String
    /// Class of the lamp.
    package var toggleTarget: String

    package init(
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
package struct Vector3: Sendable, Hashable {
    /// In metres, y up, or in degrees.
    package var x, y, z: Double

    package init(x: Double, y: Double, z: Double) {
        self.x = x
        self.y = y
        self.z = z
    }

    /// Whether no coordinate is infinite or not a number.
    package var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}

/// The world before the first action.
package struct Scene: Sendable, Equatable {
    /// `FloorPlan<number>`.
    package var floorPlan: String
    /// The number in its name.
    package var number: Int
    /// Of AI2-THOR's placement of things.
    package var randomSeed: Int
    /// Whether dishes begin dirty and without contents.
    package var dirtyAndEmpty: Bool
    /// Where the agent starts.
    package var initialAction: InitialAction
    /// What is switched before the episode begins.
    package var objectToggles: [ObjectToggle]
    /// Where things lie at the start.
    package var objectPoses: [ObjectPose]
    /// Members this reader has no name for; written back.
    package var extras: [String: JSONTree] = [:]

    package init(
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

    /// The room by THOR's numbering: kitchens 1-30, living rooms 201-230, bedrooms 301-330, bathrooms 401-430;
    /// generated scenes use the hundreds digit.
    package var room: Room? { Room(sceneNumber: number) }
}

/// The four kinds of rooms.
package enum Room: String, Sendable, CaseIterable {
    case kitchen = "Kitchen"
    case livingRoom = "LivingRoom"
    case bedroom = "Bedroom"
    case bathroom = "Bathroom"

    /// The kind of a scene by the hundreds of its number; nil for numbers of none.
    package init?(sceneNumber: Int) {
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
package struct InitialAction: Sendable, Equatable {
    /// The call: `TeleportFull`.
    package var action: String
    /// The agent's centre; x and z are multiples of 0.25.
    package var position: Vector3
    /// Degrees: 0 = +z, 90 = +x.
    package var rotation: Int
    /// Degrees, positive looks down.
    package var horizon: Int
    var rotateOnTeleport: Bool

    package init(
        action: String = "TeleportFull", position: Vector3, rotation: Int, horizon: Int, rotateOnTeleport: Bool = true
    ) {
        self.action = action
        self.position = position
        self.rotation = rotation
        self.horizon = horizon
        self.rotateOnTeleport = rotateOnTeleport
    }
}

/// An entry of `object_toggles`: all objects of a type switched on or off.
package struct ObjectToggle: Sendable, Equatable {
    /// The type's name.
    package var objectType: String
    /// On or off.
    package var isOn: Bool

    package init(objectType: String, isOn: Bool) {
        self.objectType = objectType
        self.isOn = isOn
    }
}

/// An entry of `object_poses`: where a thing lies.
package struct ObjectPose: Sendable, Hashable {
    /// `<Prefab>_<8 hex digits>`; the same name twice means a copy.
    package var objectName: String
    /// The thing's centre in metres.
    package var position: Vector3
    /// Euler angles.
    package var rotation: Vector3

    package init(objectName: String, position: Vector3, rotation: Vector3) {
        self.objectName = objectName
        self.position = position
        self.rotation = rotation
    }
}

/// An entry of `images`: a saved frame and the action it was taken for.
package struct ImageEntry: Sendable, Equatable {
    /// The sub-goal that was under way.
    package var highIndex: Int
    /// The low action it was taken for.
    package var lowIndex: Int
    /// As written; on disk the extension may differ (``RawImages``).
    package var name: String

    package init(highIndex: Int, lowIndex: Int, name: String) {
        self.highIndex = highIndex
        self.lowIndex = lowIndex
        self.name = name
    }
}

/// What one person wrote about the trajectory.
package struct Annotation: Sendable, Equatable {
    /// The goal in one sentence.
    package var taskDescription: String
    /// One sentence a sub-goal; 21 annotations of the train split have one fewer.
    package var stepDescriptions: [String]
    /// What other people said of it: 1 for fitting, 0 for not.
    package var votes: [Int]
    /// `assignment_id`.
    package var assignmentID: String?
    /// Members this reader has no name for; written back.
    package var extras: [String: JSONTree] = [:]

    package init(taskDescription: String, stepDescriptions: [String], votes: [Int] = [], assignmentID: String? = nil) {
        self.taskDescription = taskDescription
        self.stepDescriptions = stepDescriptions
        self.votes = votes
        self.assignmentID = assignmentID
    }
}

/// `task`: a reward for every low action.
package struct RecordedRewards: Sendable, Equatable {
    /// One for each low action.
    package var rewards: [Double]
    /// What the expert gets from the start.
    package var upperBound: Double?
    /// Members this reader has no name for; written back.
    package var extras: [String: JSONTree] = [:]

    package init(rewards: [Double], upperBound: Double? = nil) {
        self.rewards = rewards
        self.upperBound = upperBound
    }
}
