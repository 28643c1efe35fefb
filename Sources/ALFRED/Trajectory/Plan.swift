/// The expert's solution: sub-goals and the low actions that reach them.
public struct Plan: Sendable, Equatable {
    /// `high_pddl`. 1,149 released trajectories lack the closing NoOp; see ``subgoals``.
    public var highLevel: [HighLevelStep]
    public var lowActions: [LowAction]
    public var extras: [String: JSONTree] = [:]

    public init(highLevel: [HighLevelStep], lowActions: [LowAction]) {
        self.highLevel = highLevel
        self.lowActions = lowActions
    }

    /// The sub-goals without the closing NoOp, whether or not the file has one.
    public var subgoals: ArraySlice<HighLevelStep> {
        highLevel.last?.action == .noOp ? highLevel.dropLast() : highLevel[...]
    }
}

/// The sub-goal types of `high_pddl`.
public enum HighAction: String, Sendable, CaseIterable {
    case goto = "GotoLocation"
    case pickup = "PickupObject"
    case put = "PutObject"
    case clean = "CleanObject"
    case heat = "HeatObject"
    case cool = "CoolObject"
    case toggle = "ToggleObject"
    case slice = "SliceObject"
    case open = "OpenObject"
    case close = "CloseObject"
    case noOp = "NoOp"
}

public struct HighLevelStep: Sendable, Equatable {
    /// `high_idx`.
    public var index: Int
    public var action: HighAction
    /// Lower-case classes, as in `["apple", "fridge"]`.
    public var arguments: [String]
    public var planner: PlannerAction

    public init(index: Int, action: HighAction, arguments: [String] = [], planner: PlannerAction) {
        self.index = index
        self.action = action
        self.arguments = arguments
        self.planner = planner
    }

    /// The object the sub-goal is about. For Clean the cleaned object, not the sink that `objectId` names; for Heat and
    /// Cool nil, because the plan names the appliance only.
    public var targetObjectID: String? {
        switch action {
        case .clean: planner.cleanObjectID
        case .heat, .cool, .goto, .noOp: nil
        default: planner.objectID
        }
    }

    /// The receptacle or appliance: Put's destination, Clean's sink, Heat's microwave, Cool's fridge.
    public var receptacleObjectID: String? {
        switch action {
        case .put: planner.receptacleObjectID
        case .clean, .heat, .cool: planner.objectID
        default: nil
        }
    }
}

/// `planner_action`.
public struct PlannerAction: Sendable, Equatable {
    /// As the discrete action, but `End` for NoOp.
    public var action: String
    /// `loc|x|z|rotation|horizon` of a GotoLocation.
    public var location: String?
    /// Pickup, Put, Slice, Toggle: the object. Clean: the SinkBasin; Heat: the Microwave; Cool: the Fridge.
    public var objectID: String?
    public var cleanObjectID: String?
    public var receptacleObjectID: String?
    public var extras: [String: JSONTree] = [:]

    public init(
        action: String, location: String? = nil, objectID: String? = nil, cleanObjectID: String? = nil,
        receptacleObjectID: String? = nil
    ) {
        self.action = action
        self.location = location
        self.objectID = objectID
        self.cleanObjectID = cleanObjectID
        self.receptacleObjectID = receptacleObjectID
    }
}

/// The discrete actions as the release names them.
public enum LowActionName: String, Sendable, CaseIterable {
    case moveAhead = "MoveAhead_25"
    case rotateLeft = "RotateLeft_90"
    case rotateRight = "RotateRight_90"
    case lookUp = "LookUp_15"
    case lookDown = "LookDown_15"
    case pickup = "PickupObject"
    case put = "PutObject"
    case open = "OpenObject"
    case close = "CloseObject"
    case toggleOn = "ToggleObjectOn"
    case toggleOff = "ToggleObjectOff"
    case slice = "SliceObject"

    public var isInteraction: Bool {
        switch self {
        case .moveAhead, .rotateLeft, .rotateRight, .lookUp, .lookDown: false
        default: true
        }
    }
}

/// One entry of `low_actions`.
public struct LowAction: Sendable, Equatable {
    /// The sub-goal it serves.
    public var highIndex: Int
    public var name: LowActionName
    /// Where the interaction points; nil for navigation.
    public var target: InteractionTarget?
    public var api: APIAction

    public init(highIndex: Int, name: LowActionName, target: InteractionTarget? = nil, api: APIAction) {
        self.highIndex = highIndex
        self.name = name
        self.target = target
        self.api = api
    }

    /// The object whose mask was recorded: the receptacle for Put, else the object acted on.
    public var targetObjectID: String? { api.receptacleObjectID ?? api.objectID }
}

/// `discrete_action.args` of an interaction, on the frame before the action.
public struct InteractionTarget: Sendable, Equatable {
    /// `[xmin, ymin + 1, xmax, ymax + 1]` of the mask's tight box; the offset is the release's.
    public var box: [Int]
    public var mask: Mask
    /// A pixel (x, y) on the mask, near its centre.
    public var point: [Int]

    public init(box: [Int], mask: Mask, point: [Int]) {
        self.box = box
        self.mask = mask
        self.point = point
    }
}

/// `api_action`: the call that was sent to the simulator.
public struct APIAction: Sendable, Equatable {
    public var action: String
    /// The object acted on; for Put the held one.
    public var objectID: String?
    public var receptacleObjectID: String?
    public var forceAction: Bool?
    public var moveMagnitude: Double?
    public var placeStationary: Bool?
    public var extras: [String: JSONTree] = [:]

    public init(
        action: String, objectID: String? = nil, receptacleObjectID: String? = nil, forceAction: Bool? = nil,
        moveMagnitude: Double? = nil, placeStationary: Bool? = nil
    ) {
        self.action = action
        self.objectID = objectID
        self.receptacleObjectID = receptacleObjectID
        self.forceAction = forceAction
        self.moveMagnitude = moveMagnitude
        self.placeStationary = placeStationary
    }
}
