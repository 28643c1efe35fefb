import Episodes
import Ground
import SampleData
import TestSupport
import Testing

@testable import ALFRED
@testable import SampleData

/// A trajectory with everything in it.
func sampleTrajectory(seed: UInt64 = 1) throws -> Trajectory {
    var random = SplitMix64(seed: seed)
    return try SampleTrajectory(number: 1, sceneNumber: 1001, using: &random).trajectory
}

func parse(_ bytes: some Sequence<UInt8>) throws(ALFREDError) -> Trajectory {
    try Trajectory(FileBytes(bytes), reader: JSONReader())
}

func tree(_ trajectory: Trajectory) throws -> JSONTree {
    try JSONReader().withRoot(of: FileBytes(try trajectory.json())) { $0.tree() }
}

func parse(_ tree: JSONTree) throws(ALFREDError) -> Trajectory {
    var writer = JSONWriter()
    writer.value(tree)
    return try parse(writer.bytes)
}

extension JSONTree {
    /// The paths of all values, root excluded. Arrays are represented by their first element.
    var paths: [[String]] {
        switch self {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { key, value in [[key]] + value.paths.map { [key] + $0 } }
        case .array(let elements):
            elements.first.map { first in [["0"]] + first.paths.map { ["0"] + $0 } } ?? []
        default: []
        }
    }

    func value(at path: ArraySlice<String>) -> JSONTree? {
        guard let step = path.first else { return self }
        switch self {
        case .object(let members): return members[step]?.value(at: path.dropFirst())
        case .array(let elements): return elements.first?.value(at: path.dropFirst())
        default: return nil
        }
    }

    /// The tree with the value at `path` replaced, or removed for nil.
    func replacing(_ path: ArraySlice<String>, with value: JSONTree?) -> JSONTree {
        guard let step = path.first else { return value ?? .null }
        switch self {
        case .object(var members):
            members[step] = path.count == 1 ? value : members[step]?.replacing(path.dropFirst(), with: value)
            return .object(members)
        case .array(var elements):
            if path.count == 1, value == nil {
                elements.removeFirst()
            } else {
                elements[0] = elements[0].replacing(path.dropFirst(), with: value)
            }
            return .array(elements)
        default: return self
        }
    }
}

@Suite struct TrajectoryTests {
    @Test func writingAndReadingGivesTheSame() throws {
        for seed in 0..<20 {
            let trajectory = try sampleTrajectory(seed: UInt64(seed))
            let bytes = try trajectory.json()
            let read = try parse(bytes)
            try #require(read == trajectory)
            try #require(try read.json() == bytes)
        }
    }

    @Test func testSplitsHaveNoPlan() throws {
        let whole = try sampleTrajectory()
        let bare = Trajectory(taskID: whole.taskID, scene: whole.scene, annotations: whole.annotations)
        let read = try parse(try bare.json())
        #expect(read == bare)
        #expect(read.plan == nil && read.images == nil && read.goal == nil && read.actionCount == 0)
        try read.validate()
    }

    @Test func unknownKeysAreKept() throws {
        var trajectory = try sampleTrajectory()
        trajectory.extras = ["template": .object(["task_desc": .string("x")]), "pddl_state": .array([.null])]
        trajectory.scene.extras = [
            "color_to_object_type": .object(["(1, 2, 3)": .object(["objectID": .string("Apple")])])
        ]
        trajectory.plan?.extras = ["x": .double(0.5)]
        trajectory.plan?.highLevel[1].planner.extras = [
            "coordinateObjectId": .array([.string("Apple"), .array([.int(1), .double(1.5)])])
        ]
        trajectory.plan?.lowActions[0].api.extras = ["forceVisible": .bool(true)]
        trajectory.annotations[0].extras = ["worker": .int(3)]
        #expect(try parse(try trajectory.json()) == trajectory)
    }

    /// Every key in turn is taken away: either it is optional, or the error says that just this key is missing.
    @Test func everyMissingKeyIsNamed() throws {
        let whole = try tree(try sampleTrajectory())
        var optional: Set<String> = []
        for path in whole.paths where path.last != "0" {
            do {
                let read = try parse(whole.replacing(path[...], with: nil))
                _ = try? read.validate()
                optional.insert(path.last!)
            } catch {
                let expected: [ALFREDError.Code] = [.missingKey]
                try #require(expected.contains(error.code), "\(path): \(error)")
                try #require(error.message.contains("missing key \"\(path.last!)\""), "\(path): \(error)")
            }
        }
        // Of the first low action, which navigates; of the first sub-goal, which is a GotoLocation.
        #expect(
            optional == [
                "args", "assignment_id", "forceAction", "location", "reward_upper_bound", "rotateOnTeleport", "task",
                "votes",
            ])
    }

    /// Every value in turn gets a type it must not have: the error names its path.
    @Test func everyWrongTypeIsNamed() throws {
        let whole = try tree(try sampleTrajectory())
        for path in whole.paths {
            // Whatever stands under "task" is accepted.
            if path == ["task"] { continue }
            let isObject = if case .object = whole.value(at: path[...]) { true } else { false }
            let name = path.reduce("") { $1 == "0" ? $0 + "[0]" : ($0.isEmpty ? $1 : $0 + "." + $1) }
            let wrong: JSONTree = isObject ? .int(3) : .object([:])
            let error = #expect(throws: ALFREDError.self, "\(name)") {
                try parse(whole.replacing(path[...], with: wrong))
            }
            try #require(error?.code == .wrongType)
            try #require(error?.location == name, "\(name): \(error as Any)")
            try #require(error?.message.hasSuffix(isObject ? "found an integer" : "found an object") == true, "\(name)")
        }
    }

    @Test func everyTruncationIsReported() throws {
        let bytes = try sampleTrajectory().json()
        for end in stride(from: 0, to: bytes.count, by: 97) {
            let error = #expect(throws: ALFREDError.self) { try parse(bytes[..<end]) }
            try #require(
                error?.message.contains(end == 0 ? "empty" : "truncated JSON") == true, "\(end): \(error as Any)")
        }
    }

    @Test func nullIsAsGoodAsAbsent() throws {
        let whole = try tree(try sampleTrajectory())
        for path in [
            ["turk_annotations", "anns", "0", "assignment_id"], ["turk_annotations", "anns", "0", "votes"],
            ["task", "reward_upper_bound"], ["plan", "high_pddl", "0", "planner_action", "location"],
            ["plan", "low_actions", "0", "api_action", "moveMagnitude"], ["scene", "init_action", "rotateOnTeleport"],
            ["task"],
        ] {
            let read = try parse(whole.replacing(path[...], with: .null))
            #expect(throws: Never.self, "\(path)") { try read.validate() }
        }
        // An unrelated "task" is kept as it is.
        let read = try parse(whole.replacing(["task"], with: .string("x")))
        #expect(read.recordedRewards == nil && read.extras["task"] == .string("x"))
    }

    @Test func textsHaveNoNUL() throws {
        let root = try tree(try sampleTrajectory()).replacing(["task_type"], with: .string("a\0b"))
        let error = #expect(throws: ALFREDError.self) { try parse(root) }
        #expect(error?.description == "task_type: the text has a NUL character")
    }

    @Test func unknownActionsAreNamed() throws {
        var root = try tree(try sampleTrajectory())
        root = root.replacing(["plan", "low_actions", "0", "discrete_action", "action"], with: .string("MoveBack_25"))
        let error = #expect(throws: ALFREDError.self) { try parse(root) }
        #expect(error?.location == "plan.low_actions[0].discrete_action.action")
        #expect(
            error?.message.hasPrefix("unknown action \"MoveBack_25\"; known are MoveAhead_25, RotateLeft_90") == true)
    }

    @Test func anInteractionNeedsItsMask() throws {
        var trajectory = try sampleTrajectory()
        let t = try #require(trajectory.plan?.lowActions.firstIndex { $0.action.isInteraction })
        trajectory.plan?.lowActions[t].target = nil
        let error = #expect(throws: ALFREDError.self) { try parse(try trajectory.json()) }
        #expect(
            error?.description
                == "plan.low_actions[\(t)].discrete_action: missing key \"mask\": PickupObject needs "
                + "discrete_action.args.mask"
        )
    }

    @Test func aTooLargeFileIsNotRead() throws {
        let folder = try TemporaryFolder()
        let path = folder("traj_data.json")
        let handle = try #require(try makeSparseFile(path, size: 2 << 30))
        _ = handle
        let error = #expect(throws: ALFREDError.self) { try Trajectory(contentsOf: path) }
        #expect(
            error?.description
                == "\(path): is 2147483648 bytes; files of this kind are read up to 8388608 bytes")
        #expect(error?.code == .tooLarge)
    }

    @Test func whatIsNoFileIsNotRead() throws {
        let folder = try TemporaryFolder()
        #expect(throws: ALFREDError(.unreadable, "is not a regular file", file: folder.path)) {
            try Trajectory(contentsOf: folder.path)
        }
        #expect(throws: ALFREDError(.unreadable, "cannot open: No such file or directory", file: folder("x"))) {
            try Trajectory(contentsOf: folder("x"))
        }
        #expect(throws: ALFREDError(.unreadable, "is not a regular file", file: "/dev/zero")) {
            try Trajectory(contentsOf: "/dev/zero")
        }
    }
}
