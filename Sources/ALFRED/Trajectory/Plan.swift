package import Episodes

/// The expert's solution: sub-goals and the low actions that reach them.
package struct Plan: Sendable, Equatable {
    /// `high_pddl`. 1,149 released trajectories lack the closing NoOp; see ``subgoals``.
    package var highLevel: [HighLevelStep]
    /// `low_actions`, in order.
    package var lowActions: [LowAction]
    /// Members this reader has no name for; written back.
    package var extras: [String: JSONTree] = [:]

    package init(highLevel: [HighLevelStep], lowActions: [LowAction]) {
        self.highLevel = highLevel
        self.lowActions = lowActions
    }

    /// The sub-goals without the closing NoOp, whether or not the file has one.
    package var subgoals: ArraySlice<HighLevelStep> {
        highLevel.last?.action == .noOp ? highLevel.dropLast() : highLevel[...]
    }
}

/// The sub-goal types of `high_pddl`.
package enum HighAction: String, Sendable, CaseIterable {
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

extension SubTaskKind {
    /// The kind of a recorded sub-goal; nil for NoOp, which is none.
    package init?(_ action: HighAction) {
        switch action {
        case .goto: self = .goto
        case .pickup: self = .pickup
        case .put: self = .put
        case .clean: self = .clean
        case .heat: self = .heat
        case .cool: self = .cool
        case .toggle: self = .toggle
        case .slice: self = .slice
        case .open: self = .open
        case .close: self = .close
        case .noOp: return nil
        }
    }
}

/// An entry of `high_pddl`: a sub-goal of the planner.
package struct HighLevelStep: Sendable, Equatable {
    /// `high_idx`.
    package var index: Int
    /// What it does.
    package var action: HighAction
    /// Lower-case classes, as in `["apple", "fridge"]`.
    package var arguments: [String]
    /// The planner's own words, with the objects' ids.
    package var planner: PlannerAction

    package init(index: Int, action: HighAction, arguments: [String] = [], planner: PlannerAction) {
        self.index = index
        self.action = action
        self.arguments = arguments
        self.planner = planner
    }

    /// The object the sub-goal is about. For Clean the cleaned object, not the sink that `objectId` names; for Heat and
    /// Cool nil, because the plan names the appliance only.
    package var targetObjectID: String? {
        switch action {
        case .clean: planner.cleanObjectID
        case .heat, .cool, .goto, .noOp: nil
        default: planner.objectID
        }
    }

    /// The receptacle or appliance: Put's destination, Clean's sink, Heat's microwave, Cool's fridge.
    package var receptacleObjectID: String? {
        switch action {
        case .put: planner.receptacleObjectID
        case .clean, .heat, .cool: planner.objectID
        default: nil
        }
    }
}

/// `planner_action`.
package struct PlannerAction: Sendable, Equatable {
    /// As the discrete action, but `End` for NoOp.
    package var action: String
    /// `loc|x|z|rotation|horizon` of a GotoLocation.
    package var location: String?
    /// Pickup, Put, Slice, Toggle: the object. Clean: the SinkBasin; Heat: the Microwave; Cool: the Fridge.
    package var objectID: String?
    /// Clean: the object.
    package var cleanObjectID: String?
    /// The destination of a Put.
    package var receptacleObjectID: String?
    /// Members this reader has no name for; written back.
    package var extras: [String: JSONTree] = [:]

    package init(
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

/// One entry of `low_actions`.
package struct LowAction: Sendable, Equatable {
    /// The sub-goal it serves.
    package var highIndex: Int
    /// `discrete_action`.
    package var action: Action
    /// Where the interaction points; nil for navigation.
    package var target: InteractionTarget?
    /// The call that was sent, with the objects' ids.
    package var api: APIAction

    package init(highIndex: Int, action: Action, target: InteractionTarget? = nil, api: APIAction) {
        self.highIndex = highIndex
        self.action = action
        self.target = target
        self.api = api
    }

    /// The object whose mask was recorded: the receptacle for Put, else the object acted on. Nil for navigation.
    package var targetObjectID: String? {
        action.isInteraction ? api.receptacleObjectID ?? api.objectID : nil
    }
}

/// `discrete_action.args` of an interaction, on the frame before the action.
package struct InteractionTarget: Sendable, Equatable {
    /// `[xmin, ymin + 1, xmax, ymax + 1]` of the mask's tight box; the offset is the release's.
    package var box: [Int]
    /// The object's pixels.
    package var mask: Mask
    /// A pixel (x, y) on the mask, near its centre.
    package var point: [Int]

    package init(box: [Int], mask: Mask, point: [Int]) {
        self.box = box
        self.mask = mask
        self.point = point
    }
}

/// `api_action`: the call that was sent to the simulator.
package struct APIAction: Sendable, Equatable {
    /// The call's name: `MoveAhead`, `PickupObject`.
    package var action: String
    /// The object acted on; for Put the held one.
    package var objectID: String?
    /// The destination of a Put.
    package var receptacleObjectID: String?
    /// `forceAction` where it is given.
    package var forceAction: Bool?
    /// Metres of a step.
    package var moveMagnitude: Double?
    /// `placeStationary` of a Put.
    package var placeStationary: Bool?
    /// Members this reader has no name for; written back.
    package var extras: [String: JSONTree] = [:]

    package init(
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
