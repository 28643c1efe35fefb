internal import ALFRED
internal import Episodes
internal import Ground
internal import Household
internal import Images
internal import Rooms

/// One scripted trajectory in a ``SampleScene``: fetch an object, put it somewhere, with everything the format records.
struct SampleTrajectory {
    let trajectory: Trajectory
    /// L + 1 pictures.
    let pictures: [RGBImage]
    let taskFolder: String

    private static let pickups = ["Apple", "Mug", "Potato", "Bowl", "SoapBar", "Book"]
    private static let receptacles = ["Fridge", "GarbageCan", "Microwave", "SinkBasin", "DiningTable", "Shelf"]

    init(number: Int, sceneNumber: Int, using random: inout SplitMix64) throws(ALFREDError) {
        let pickup = random.element(Self.pickups)
        let receptacle = random.element(Self.receptacles)
        // Counter to the north, receptacle to the east; cells of 0.25 m.
        let counter = (x: random.int(-4...0), z: 6)
        let bin = (x: 6, z: random.int(-3...3))
        let pickupID = Self.id(pickup, Double(counter.x) / 4, 0.95, Double(counter.z) / 4 + 0.3)
        let counterID = Self.id("CounterTop", Double(counter.x) / 4, 0.9, Double(counter.z) / 4 + 0.5)
        let base = receptacle == "SinkBasin" ? "Sink" : receptacle
        var receptacleID = Self.id(base, Double(bin.x) / 4 + 0.5, 0.7, Double(bin.z) / 4)
        if receptacle == "SinkBasin" { receptacleID += "|SinkBasin" }

        var recorder = SampleRecorder(
            scene: SampleScene(boxes: [
                .init(id: counterID, x: Double(counter.x) / 4, y: 0, z: 2.0, width: 1.6, height: 0.9, depth: 0.6),
                .init(id: pickupID, x: Double(counter.x) / 4, y: 0.9, z: 1.8, width: 0.14, height: 0.12, depth: 0.14),
                .init(id: receptacleID, x: 2.0, y: 0, z: Double(bin.z) / 4, width: 0.6, height: 0.8, depth: 0.7),
            ]),
            pose: AgentPose(
                x: random.int(-3...1), z: random.int(-3...1), heading: random.int(0...3), horizon: 30))
        let start = recorder.pose
        let isOpenable = ["Fridge", "Microwave"].contains(receptacle)

        recorder.go(to: AgentPose(x: counter.x, z: 4, heading: 0, horizon: 45))
        recorder.interact(.pickup, box: 1, api: APIAction(action: "PickupObject", objectID: pickupID))
        recorder.scene.boxes[1].y = -10
        recorder.scene.held = pickupID
        recorder.endSubgoal(
            .pickup, [pickup.lowercased()],
            PlannerAction(action: "PickupObject", objectID: pickupID))
        recorder.go(to: AgentPose(x: 4, z: bin.z, heading: 1, horizon: 45))
        if isOpenable {
            recorder.interact(.open, box: 2, api: APIAction(action: "OpenObject", objectID: receptacleID))
        }
        recorder.interact(
            .put, box: 2,
            api: APIAction(
                action: "PutObject", objectID: pickupID, receptacleObjectID: receptacleID, forceAction: true,
                placeStationary: true))
        recorder.scene.held = nil
        recorder.scene.boxes[1] = .init(
            id: pickupID, x: 1.85, y: isOpenable ? -10 : 0.8, z: Double(bin.z) / 4, width: 0.14, height: 0.12,
            depth: 0.14)
        if isOpenable {
            recorder.interact(.close, box: 2, api: APIAction(action: "CloseObject", objectID: receptacleID))
        }
        recorder.endSubgoal(
            .put, [pickup.lowercased(), base.lowercased()],
            PlannerAction(action: "PutObject", objectID: pickupID, receptacleObjectID: receptacleID))
        recorder.finish()

        let trial = "trial_T20260101_\(Self.padded(sceneNumber, 6))_\(Self.padded(number, 6))"
        taskFolder = "pick_and_place_simple-\(pickup)-None-\(receptacle)-\(sceneNumber)"
        pictures = recorder.pictures
        let scene = Scene(
            floorPlan: "FloorPlan\(sceneNumber)", number: sceneNumber, randomSeed: number,
            initialAction: InitialAction(
                position: Vector3(x: Double(start.x) / 4, y: 0.900999844, z: Double(start.z) / 4),
                rotation: start.heading * 90, horizon: 30),
            objectPoses: [
                ObjectPose(
                    objectName: "\(pickup)_0000000\(number % 10)",
                    position: Vector3(x: Double(counter.x) / 4, y: 0.95, z: 1.8), rotation: Vector3(x: 0, y: 0, z: 0))
            ])
        var made = Trajectory(
            taskID: trial, scene: scene, annotations: Self.annotations(pickup, receptacle))
        made.taskType = "pick_and_place_simple"
        made.goal = GoalParameters(objectTarget: pickup, parentTarget: receptacle)
        made.plan = Plan(highLevel: recorder.highLevel, lowActions: recorder.lowActions)
        made.images = recorder.lowActions.enumerated().map { t, action in
            ImageEntry(highIndex: action.highIndex, lowIndex: t, name: Self.padded(t, 9) + ".png")
        }
        made.recordedRewards = RecordedRewards(
            rewards: recorder.lowActions.indices.map { $0 == recorder.lowActions.count - 1 ? 1 : 0 }, upperBound: 1)
        try made.validate()
        trajectory = made
    }

    private static func annotations(_ pickup: String, _ receptacle: String) -> [Annotation] {
        let (thing, place) = (pickup.lowercased(), receptacle.lowercased())
        let wordings = [
            (
                "Put the \(thing) into the \(place).", "Walk to the counter.", "Take the \(thing).",
                "Go over to the \(place).", "Put the \(thing) there."
            ),
            (
                "Move the \(thing) to the \(place).", "Turn and face the counter",
                "Pick the \(thing) up from the counter", "Head to the \(place)", "Place the \(thing) in it"
            ),
            (
                "The \(thing) belongs in the \(place).", "Find the counter.", "Grab the \(thing).",
                "Carry it to the \(place).", "Leave the \(thing) in the \(place)."
            ),
        ]
        return wordings.map {
            Annotation(
                taskDescription: $0.0, stepDescriptions: [$0.1, $0.2, $0.3, $0.4], votes: [1, 1], assignmentID: "SAMPLE"
            )
        }
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// `Class|+x|+y|+z` with two decimals.
    private static func id(_ name: String, _ x: Double, _ y: Double, _ z: Double) -> String {
        func part(_ value: Double) -> String {
            let hundredths = Int((abs(value) * 100).rounded())
            return (value >= 0 ? "+" : "-") + padded(hundredths / 100, 2) + "." + padded(hundredths % 100, 2)
        }
        return "\(name)|\(part(x))|\(part(y))|\(part(z))"
    }
}

/// Carries out actions and keeps what the format wants to know of them.
struct SampleRecorder {
    var scene: SampleScene
    private(set) var pose: AgentPose
    private(set) var lowActions: [LowAction] = []
    private(set) var highLevel: [HighLevelStep] = []
    private(set) var pictures: [RGBImage] = []

    init(scene: SampleScene, pose: AgentPose) {
        self.scene = scene
        self.pose = pose
    }

    private mutating func record(_ action: Action, target: InteractionTarget?, api: APIAction, _ image: RGBImage) {
        pictures.append(image)
        lowActions.append(LowAction(highIndex: highLevel.count, action: action, target: target, api: api))
        pose = pose.after(action)
    }

    mutating func navigate(_ action: Action) {
        let api = APIAction(
            action: action.apiName, forceAction: true, moveMagnitude: action == .moveAhead ? 0.25 : nil)
        record(action, target: nil, api: api, scene.view(from: pose).image)
    }

    mutating func interact(_ action: Action, box: Int, api: APIAction) {
        let view = scene.view(from: pose)
        let mask = view.mask(of: box)
        let tight = mask.tightBox() ?? PixelBox(xMin: 0, yMin: 0, xMax: 0, yMax: 0)
        let first = Int(mask.runs.first?.start ?? 0)
        let target = InteractionTarget(
            box: [tight.xMin, tight.yMin + 1, tight.xMax, tight.yMax + 1], mask: mask,
            point: [first % SampleScene.side, first / SampleScene.side])
        record(action, target: target, api: api, view.image)
    }

    /// Looks down to 45 degrees and walks, first along x, then along z.
    mutating func go(to goal: AgentPose) {
        while pose.horizon < 45 { navigate(.lookDown) }
        while pose.horizon > 45 { navigate(.lookUp) }
        if pose.x != goal.x {
            face(goal.x > pose.x ? 1 : 3)
            while pose.x != goal.x { navigate(.moveAhead) }
        }
        if pose.z != goal.z {
            face(goal.z > pose.z ? 0 : 2)
            while pose.z != goal.z { navigate(.moveAhead) }
        }
        face(goal.heading)
        if lowActions.last?.highIndex != highLevel.count { navigate(.lookDown); navigate(.lookUp) }
        endSubgoal(
            .goto, ["place"],
            PlannerAction(action: "GotoLocation", location: "loc|\(pose.x)|\(pose.z)|\(pose.heading)|\(pose.horizon)"))
    }

    private mutating func face(_ heading: Int) {
        while pose.heading != heading { navigate((heading - pose.heading + 4) % 4 == 3 ? .rotateLeft : .rotateRight) }
    }

    mutating func endSubgoal(_ action: HighAction, _ arguments: [String], _ planner: PlannerAction) {
        highLevel.append(
            HighLevelStep(index: highLevel.count, action: action, arguments: arguments, planner: planner))
    }

    /// Takes the last picture and closes the plan.
    mutating func finish() {
        pictures.append(scene.view(from: pose).image)
        endSubgoal(.noOp, [], PlannerAction(action: "End"))
    }
}
