import Dispatch
import Episodes
import Household
@testable import Rooms
import Synchronization
import TestSupport
import Testing

@testable import ALFRED

/// The release as it is: every trajectory of the training and valid_seen splits. The expected numbers are those of the
/// published json_2.1.0.
@Suite(.enabled(if: alfredRoot != nil, "\(alfredHint)"), .serialized)
struct RealReleaseTests {
    /// What is counted over all files.
    private struct Counts: Sendable, Equatable {
        var trajectories = 0
        var rewritten = 0
        var masks = 0
        var boxesOffByTheKnownOne = 0
        var masksThatSurvive = 0
        var withoutNoOp = 0
        var startWithLookDown = 0
        var gotos = 0
        var gotosReached = 0
        var moves = 0
        var movesAt45 = 0
        var unusualImageNames = 0
        var annotationsOneShort = 0
        var frames: [Action: [Int: Int]] = [:]

        mutating func add(_ other: Counts) {
            trajectories += other.trajectories
            rewritten += other.rewritten
            masks += other.masks
            boxesOffByTheKnownOne += other.boxesOffByTheKnownOne
            masksThatSurvive += other.masksThatSurvive
            withoutNoOp += other.withoutNoOp
            startWithLookDown += other.startWithLookDown
            gotos += other.gotos
            gotosReached += other.gotosReached
            moves += other.moves
            movesAt45 += other.movesAt45
            unusualImageNames += other.unusualImageNames
            annotationsOneShort += other.annotationsOneShort
            frames.merge(other.frames) { $0.merging($1, uniquingKeysWith: +) }
        }

        init() {}

        init(_ trajectory: Trajectory, bytes: UnsafeRawBufferPointer) throws {
            trajectories = 1
            rewritten = try trajectory.json().elementsEqual(bytes) ? 1 : 0
            guard let plan = trajectory.plan, let images = trajectory.images else { return }
            withoutNoOp = plan.highLevel.last?.action == .noOp ? 0 : 1
            startWithLookDown = plan.lowActions[0].action == .lookDown ? 1 : 0
            unusualImageNames = images.enumerated().count { $1.name != paddedNumber($0) + ".png" }
            annotationsOneShort = trajectory.annotations.count { $0.stepDescriptions.count == plan.subgoals.count - 1 }
            for target in plan.lowActions.compactMap(\.target) {
                masks += 1
                if let box = target.mask.tightBox() {
                    boxesOffByTheKnownOne += target.box == [box.xMin, box.yMin + 1, box.xMax, box.yMax + 1] ? 1 : 0
                }
                masksThatSurvive += Mask(bitmap: target.mask.bitmap()) == target.mask ? 1 : 0
            }
            countFrames(plan, images)
            walk(plan, trajectory.scene)
        }

        private mutating func countFrames(_ plan: Plan, _ images: [ImageEntry]) {
            var perAction = [Int](repeating: 0, count: plan.lowActions.count)
            for image in images { perAction[image.lowIndex] += 1 }
            for (low, count) in zip(plan.lowActions, perAction) {
                frames[low.action, default: [:]][count, default: 0] += 1
            }
        }

        private mutating func walk(_ plan: Plan, _ scene: Scene) {
            guard var pose = AgentPose(scene.initialAction) else { return }
            for (t, low) in plan.lowActions.enumerated() {
                if low.action == .moveAhead {
                    moves += 1
                    movesAt45 += pose.horizon == 45 ? 1 : 0
                }
                pose = pose.after(low.action)
                let isLast = t + 1 == plan.lowActions.count || plan.lowActions[t + 1].highIndex != low.highIndex
                let step = plan.highLevel[low.highIndex]
                guard isLast, step.action == .goto, let location = step.planner.location else { continue }
                gotos += 1
                gotosReached += AgentPose(location: location) == pose ? 1 : 0
            }
        }
    }

    private func counts(of split: String) throws -> Counts {
        let release = try Release(root: try #require(alfredRoot))
        let locations = release.trajectories(in: split).trajectories
        let total = Mutex(Counts())
        let failures = Mutex<[String]>([])
        let lanes = 8
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            var counts = Counts()
            let file = FileBytes()
            do {
                let reader = try JSONReader()
                for index in stride(from: lane, to: locations.count, by: lanes) {
                    try file.load(locations[index].file, limit: Trajectory.byteLimit)
                    let trajectory = try Trajectory(file, reader: reader)
                    try trajectory.validate()
                    counts.add(try Counts(trajectory, bytes: file.bytes))
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
            total.withLock { $0.add(counts) }
        }
        #expect(failures.withLock { $0 } == [])
        return total.withLock { $0 }
    }

    @Test(arguments: [("train", 6574, 21, 15), ("valid_seen", 251, 0, 1)])
    func everyFileIsUnderstood(_ split: String, _ expected: Int, _ oneShort: Int, _ missed: Int) throws {
        let counts = try counts(of: split)
        #expect(counts.trajectories == expected)
        #expect(counts.rewritten == expected, "written again byte for byte")
        #expect(counts.masks > 0)
        #expect(counts.boxesOffByTheKnownOne == counts.masks)
        #expect(counts.masksThatSurvive == counts.masks)
        #expect(counts.startWithLookDown == expected)
        #expect(counts.movesAt45 == counts.moves)
        #expect(counts.unusualImageNames == 0)
        #expect(counts.annotationsOneShort == oneShort)
        #expect(counts.gotos - counts.gotosReached == missed, "sub-goals whose recorded pose is not reached")
        #expect(counts.frames[.moveAhead] == [2: counts.moves])
        for (action, count) in [
            (Action.pickup, 15), (.put, 15), (.toggleOn, 18), (.toggleOff, 6), (.slice, 10), (.open, 4),
        ] {
            #expect(counts.frames[action]?.keys.sorted() == [count], "\(action)")
        }
        #expect(counts.frames[.close]?.keys.sorted() == [4, 38])
        if split == "train" {
            #expect(counts.gotos == 21_110)
            #expect(counts.moves == 195_054)
        }
    }

    @Test func theSplitsFileIsUnderstood() throws {
        let release = try Release(root: try #require(alfredRoot))
        let path = try #require(release.splitsFile)
        let splits = try Splits(contentsOf: path)
        let samples = splits.samples.mapValues(\.count)
        #expect(
            samples == [
                "train": 21_023, "valid_seen": 820, "valid_unseen": 821, "tests_seen": 1533, "tests_unseen": 1529,
            ])
        let trajectories = splits.samples.mapValues { Set($0.map(\.task)).count }
        #expect(
            trajectories == [
                "train": 6574, "valid_seen": 251, "valid_unseen": 255, "tests_seen": 483, "tests_unseen": 488,
            ])
        #expect(splits.samples["tests_seen"]?.allSatisfy { !$0.task.contains("/") } == true)
        let file = FileBytes()
        try file.load(path, limit: Splits.byteLimit)
        #expect(splits.json().elementsEqual(file.bytes))
    }

    /// 120 floor plans with 1,755 receptacles.
    @Test func theLayoutsAreUnderstood() throws {
        let release = try Release(root: try #require(alfredRoot))
        let folder = try #require(release.layoutsFolder)
        var poses = 0
        for number in [0, 200, 300, 400].flatMap({ first in (1...30).map { first + $0 } }) {
            let layout = try FloorPlanLayout(folder: folder, sceneNumber: number)
            #expect(!layout.reachable.isEmpty)
            #expect(layout.reachable.allSatisfy { ($0 * 4) == ($0 * 4).rounded(.toNearestOrEven) })
            poses += layout.interactionPoses.count
            let file = FileBytes()
            for written in layout.files(sceneNumber: number) where written.name.hasSuffix(".npy") {
                try file.load(folder + "/" + written.name, limit: NPYArray.byteLimit)
                #expect(written.bytes.elementsEqual(file.bytes), "\(written.name)")
            }
        }
        #expect(poses == 1755)
    }
}

private func paddedNumber(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 9 - digits.count) + digits
}
