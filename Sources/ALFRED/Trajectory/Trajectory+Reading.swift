internal import Episodes

extension Trajectory {
    /// Largest `traj_data.json` that is read. The largest of the release has 863 KB.
    package static let byteLimit = 8 << 20

    /// Reads the trajectory from the bytes of a `traj_data.json`.
    ///
    /// Checks structure and types; ``validate()`` checks that the parts fit together.
    package init(_ file: FileBytes, reader: JSONReader) throws(ALFREDError) {
        self = try reader.withRoot(of: file) { root throws(ALFREDError) in try Trajectory(json: root) }
    }

    /// Reads the file at `path`.
    package init(contentsOf path: String) throws(ALFREDError) {
        let file = FileBytes()
        do {
            try file.load(path, limit: Self.byteLimit)
            self = try Trajectory(file, reader: JSONReader())
        } catch {
            throw error.inFile(path)
        }
    }

    private init(json: JSONView) throws(ALFREDError) {
        var taskID: String?
        var taskType: String?
        var goal: GoalParameters?
        var scene: Scene?
        var plan: Plan?
        var images: [ImageEntry]?
        var annotations: [Annotation]?
        var rewards: RecordedRewards?
        var extras: [String: JSONTree] = [:]
        try json.forEachMember { key, value throws(ALFREDError) in
            if key.equals("task_id") {
                taskID = try value.string()
            } else if key.equals("task_type") {
                taskType = try value.string()
            } else if key.equals("pddl_params") {
                goal = try GoalParameters(json: value)
            } else if key.equals("scene") {
                scene = try Scene(json: value)
            } else if key.equals("plan") {
                plan = try Plan(json: value)
            } else if key.equals("images") {
                images = try value.map(ImageEntry.init(json:))
            } else if key.equals("turk_annotations") {
                annotations = try value.require("anns").map(Annotation.init(json:))
            } else if key.equals("task"), value.isObject {
                rewards = try RecordedRewards(json: value)
            } else {
                extras[try key.string()] = value.tree()
            }
        }
        self.init(
            taskID: try json.found(taskID, "task_id"), scene: try json.found(scene, "scene"),
            annotations: try json.found(annotations, "turk_annotations"))
        if plan != nil || images != nil || goal != nil || taskType != nil {
            self.plan = try json.found(plan, "plan")
            self.images = try json.found(images, "images")
            self.goal = try json.found(goal, "pddl_params")
            self.taskType = try json.found(taskType, "task_type")
        }
        recordedRewards = rewards
        self.extras = extras
    }
}

extension GoalParameters {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        self.init(
            objectTarget: try json.require("object_target").string(),
            objectSliced: try json.require("object_sliced").bool(),
            parentTarget: try json.require("parent_target").string(),
            movableTarget: try json.require("mrecep_target").string(),
            toggleTarget: try json.require("toggle_target").string())
    }
}

extension Vector3 {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        self.init(
            x: try json.require("x").double(), y: try json.require("y").double(), z: try json.require("z").double())
    }
}

extension Scene {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        var extras: [String: JSONTree] = [:]
        try json.forEachMember { key, value throws(ALFREDError) in
            let known =
                key.equals("floor_plan") || key.equals("scene_num") || key.equals("random_seed")
                || key.equals("dirty_and_empty") || key.equals("init_action") || key.equals("object_toggles")
                || key.equals("object_poses")
            if !known { extras[try key.string()] = value.tree() }
        }
        self.init(
            floorPlan: try json.require("floor_plan").string(), number: try json.require("scene_num").int(),
            randomSeed: try json.require("random_seed").int(),
            dirtyAndEmpty: try json.require("dirty_and_empty").bool(),
            initialAction: try InitialAction(json: try json.require("init_action")),
            objectToggles: try json.require("object_toggles").map { toggle throws(ALFREDError) in
                ObjectToggle(
                    objectType: try toggle.require("objectType").string(), isOn: try toggle.require("isOn").bool())
            },
            objectPoses: try json.require("object_poses").map { pose throws(ALFREDError) in
                ObjectPose(
                    objectName: try pose.require("objectName").string(),
                    position: try Vector3(json: try pose.require("position")),
                    rotation: try Vector3(json: try pose.require("rotation")))
            })
        self.extras = extras
    }
}

extension InitialAction {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        self.init(
            action: try json.require("action").string(), position: try Vector3(json: json),
            rotation: try json.require("rotation").wholeNumber(), horizon: try json.require("horizon").wholeNumber(),
            rotateOnTeleport: try json.optional("rotateOnTeleport")?.bool() ?? true)
    }
}

extension JSONView {
    /// An integer, also when written as `30.0`.
    fileprivate func wholeNumber() throws(ALFREDError) -> Int {
        let value = try double()
        guard let whole = Int(exactly: value) else { throw invalid("expected a whole number, found \(value)") }
        return whole
    }
}

extension ImageEntry {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        var high: Int?
        var low: Int?
        var name: String?
        try json.forEachMember { key, value throws(ALFREDError) in
            if key.equals("high_idx") {
                high = try value.int()
            } else if key.equals("low_idx") {
                low = try value.int()
            } else if key.equals("image_name") {
                name = try value.string()
            }
        }
        self.init(
            highIndex: try json.found(high, "high_idx"), lowIndex: try json.found(low, "low_idx"),
            name: try json.found(name, "image_name"))
    }
}

extension Annotation {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        var description: String?
        var steps: [String]?
        var votes: [Int] = []
        var assignment: String?
        var extras: [String: JSONTree] = [:]
        try json.forEachMember { key, value throws(ALFREDError) in
            if key.equals("task_desc") {
                description = try value.string()
            } else if key.equals("high_descs") {
                steps = try value.map { step throws(ALFREDError) in try step.string() }
            } else if value.isNull {
                return
            } else if key.equals("votes") {
                votes = try value.map { vote throws(ALFREDError) in try vote.int() }
            } else if key.equals("assignment_id") {
                assignment = try value.string()
            } else {
                extras[try key.string()] = value.tree()
            }
        }
        self.init(
            taskDescription: try json.found(description, "task_desc"),
            stepDescriptions: try json.found(steps, "high_descs"), votes: votes, assignmentID: assignment)
        self.extras = extras
    }
}

extension RecordedRewards {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        var rewards: [Double]?
        var bound: Double?
        var extras: [String: JSONTree] = [:]
        try json.forEachMember { key, value throws(ALFREDError) in
            if key.equals("rewards") {
                rewards = try value.map { reward throws(ALFREDError) in try reward.double() }
            } else if value.isNull {
                return
            } else if key.equals("reward_upper_bound") {
                bound = try value.double()
            } else {
                extras[try key.string()] = value.tree()
            }
        }
        self.init(rewards: try json.found(rewards, "rewards"), upperBound: bound)
        self.extras = extras
    }
}

extension Plan {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        var high: [HighLevelStep]?
        var low: [LowAction]?
        var extras: [String: JSONTree] = [:]
        try json.forEachMember { key, value throws(ALFREDError) in
            if key.equals("high_pddl") {
                high = try value.map(HighLevelStep.init(json:))
            } else if key.equals("low_actions") {
                low = try value.map(LowAction.init(json:))
            } else {
                extras[try key.string()] = value.tree()
            }
        }
        self.init(highLevel: try json.found(high, "high_pddl"), lowActions: try json.found(low, "low_actions"))
        self.extras = extras
    }
}

extension HighLevelStep {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        let discrete = try json.require("discrete_action")
        self.init(
            index: try json.require("high_idx").int(),
            action: try discrete.require("action").named(
                HighAction.init(rawValue:), among: HighAction.allCases.map(\.rawValue)),
            arguments: try discrete.optional("args")?.map { argument throws(ALFREDError) in try argument.string() }
                ?? [],
            planner: try PlannerAction(json: try json.require("planner_action")))
    }
}

extension JSONView {
    /// What a string names.
    fileprivate func named<Value>(
        _ find: (String) -> Value?, among names: [String]
    ) throws(ALFREDError) -> Value {
        let text = try string()
        guard let value = find(text) else {
            throw invalid("unknown action \"\(text)\"; known are \(names.joined(separator: ", "))")
        }
        return value
    }
}

extension PlannerAction {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        var action: String?
        self.init(action: "")
        try json.forEachMember { key, value throws(ALFREDError) in
            if key.equals("action") {
                action = try value.string()
            } else if value.isNull {
                return
            } else if key.equals("location") {
                location = try value.string()
            } else if key.equals("objectId") {
                objectID = try value.string()
            } else if key.equals("cleanObjectId") {
                cleanObjectID = try value.string()
            } else if key.equals("receptacleObjectId") {
                receptacleObjectID = try value.string()
            } else {
                extras[try key.string()] = value.tree()
            }
        }
        self.action = try json.found(action, "action")
    }
}

extension LowAction {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        let discrete = try json.require("discrete_action")
        let action = try discrete.require("action").named(
            Action.init(releaseName:), among: Action.releaseNames.map(\.name))
        var target: InteractionTarget?
        if let arguments = try discrete.optional("args"), let mask = try arguments.optional("mask") {
            target = InteractionTarget(
                box: try arguments.require("bbox").integers(count: 4), mask: try Mask(json: mask),
                point: try arguments.require("point").integers(count: 2))
        }
        if target == nil, action.isInteraction {
            throw ALFREDError(
                .missingKey, "missing key \"mask\": \(action.releaseName) needs discrete_action.args.mask",
                at: discrete.index)
        }
        self.init(
            highIndex: try json.require("high_idx").int(), action: action, target: target,
            api: try APIAction(json: try json.require("api_action")))
    }
}

extension JSONView {
    fileprivate func integers(count: Int) throws(ALFREDError) -> [Int] {
        let values = try map { value throws(ALFREDError) in try value.int() }
        guard values.count == count else { throw invalid("expected \(count) integers, found \(values.count)") }
        return values
    }
}

extension APIAction {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        var action: String?
        self.init(action: "")
        try json.forEachMember { key, value throws(ALFREDError) in
            if key.equals("action") {
                action = try value.string()
            } else if value.isNull {
                return
            } else if key.equals("objectId") {
                objectID = try value.string()
            } else if key.equals("receptacleObjectId") {
                receptacleObjectID = try value.string()
            } else if key.equals("forceAction") {
                forceAction = try value.bool()
            } else if key.equals("moveMagnitude") {
                moveMagnitude = try value.double()
            } else if key.equals("placeStationary") {
                placeStationary = try value.bool()
            } else {
                extras[try key.string()] = value.tree()
            }
        }
        self.action = try json.found(action, "action")
    }
}

extension Mask {
    fileprivate init(json: JSONView) throws(ALFREDError) {
        self.init(
            runs: try json.map { pair throws(ALFREDError) in
                guard try pair.count() == 2 else {
                    throw pair.invalid("expected [start, length], found \(try pair.count()) numbers")
                }
                var numbers = SIMD2<Int32>()
                var position = 0
                try pair.forEach { number throws(ALFREDError) in
                    numbers[position] = try number.int32()
                    position += 1
                }
                return Run(start: numbers[0], length: numbers[1])
            })
    }
}
