import Episodes
import ExperimentStore
import Frames
import StoreFixture
import TestSupport

@testable import OfflineRL

/// A store with a few episodes whose frames say which record they are.
struct TrainingWorld {
    let fixture: StoreFixture
    var folder: TemporaryFolder { fixture.folder }
    var store: ExperimentStore { fixture.store }
    static let format = FrameFormat(element: .float16, shape: [3, 7, 7])!
    /// Pictures, as the frame store has them.
    static let pictures = FrameFormat(element: .uint8, shape: [56, 56, 3])!
    static let identifier = StoreFixture.frameStoreID

    static let plans = [
        EpisodePlan(subTasks: [(.pickup, 5), (.put, 25), (.toggle, 3)]),
        EpisodePlan(subTasks: [(.pickup, 1)], annotations: 3, annotationsOutside: 1),
        EpisodePlan(subTasks: [(.pickup, 18), (.goto, 2)], isSuccess: false),
        EpisodePlan(subTasks: [(.pickup, 4), (.put, 4)], missing: [6]),
        EpisodePlan(split: "valid_seen", subTasks: [(.pickup, 17), (.cool, 40)]),
    ]

    init(
        _ plans: [EpisodePlan] = Self.plans, datasets: [String] = ["d"], frames: FrameFormat = Self.format
    ) throws {
        fixture = try StoreFixture(plans, datasets: datasets, frames: frames)
    }

    /// The instructions of a split in the order of their ids.
    func instructions(_ split: String? = "train") throws -> [InstructionQuery.Match] {
        try fixture.instructions().filter { split == nil || $0.split == split }
    }

    /// Adds spans of a label run; nil is no score. `end` is how the spans ended.
    func label(
        _ run: String, _ rows: [InstructionQuery.Match], control: LabelControl? = nil, end: LabelRun.SpanEnd = .scored,
        _ score: (InstructionQuery.Match, Int) -> Int?
    ) throws {
        try fixture.label(run, rows, control: control, end: end, score)
    }
}

extension InstructionQuery.Match {
    var steps: Range<Int> { firstStep..<(firstStep + stepCount) }
}

extension TrainingSet {
    /// Rewards of item `index`, and whether each step is scored.
    func rewards(_ index: Int) -> [Float] {
        Array(rewards[items[index].firstReward..<(items[index].firstReward + items[index].stepCount)])
    }

    func isScored(_ index: Int) -> [Bool] {
        Array(isScored[items[index].firstReward..<(items[index].firstReward + items[index].stepCount)])
    }

    /// The words of item `index`.
    func text(_ index: Int) -> [Int32] { text(of: items[index]) }

    func text(of item: Item) -> [Int32] { Array(words[item.firstWord..<(item.firstWord + item.wordCount)]) }
}
