import ALFRED
import ExperimentStore
import Ground
import RewardLabeling
import RewardLint
import Rooms
import VisionLanguage

/// Made-up labelled episodes: sub-tasks of walking and handling, rare completions, mostly successes; each instruction
/// shown as it is and as the four controls.
struct SyntheticLabels {
    enum Annotator {
        /// Right but for 5 % uniform scores.
        case careful
        case constant(Int)
        case random
        /// The careful one's scores in reversed order.
        case reversedTime
        /// Rates any change of state 7-9, whatever the goal.
        case goalBlind
        /// Careful about steps, but a wrong goal makes no difference.
        case goalDeaf
        /// The careful one's scores this many places later.
        case late(Int)
        /// The careful one's distances to 10 times (1 - c).
        case compressed(Double)
    }

    var annotator = Annotator.careful
    var seed: UInt64 = 0
    var episodes = 60
    /// No more genuine spans than this.
    var limit = Int.max
    var failing: Float = 0.2
    var hasProgress = true
    var controls = LabelControl.allCases

    private enum Step {
        case walk, turn, wander, stray, blocked, handle, complete
    }

    func spans() -> [LintSpan] {
        var random = SeededGenerator(seed, 0x1147)
        var spans: [LintSpan] = []
        var genuine = 0
        for episode in 0..<episodes {
            let isFailing = random.chance(failing)
            var steps: [Step] = []
            var subTasks: [Range<Int>] = []
            let count = 1 + random.below(8)
            let reached = isFailing ? random.below(count) : count
            for subTask in 0..<count {
                let start = steps.count
                for _ in 0..<(2 + random.below(12)) {
                    let roll = random.unit()
                    if subTask < reached {
                        steps.append(roll < 0.6 ? .walk : roll < 0.85 ? .turn : roll < 0.95 ? .handle : .blocked)
                    } else {
                        steps.append(roll < 0.6 ? .wander : roll < 0.8 ? .stray : .blocked)
                    }
                }
                steps.append(subTask < reached ? .complete : .stray)
                subTasks.append(start..<steps.count)
            }
            let changes = steps.map { change($0, &random) }
            var instructions = subTasks.indices.map { (subTasks[$0], $0 < reached) }
            instructions.append((0..<steps.count, !isFailing))
            for (range, isFulfilled) in instructions where genuine < limit {
                genuine += 1
                let shown = Array(range)
                for control in [LabelControl?.none] + controls.map(Optional.some) {
                    spans.append(
                        span(
                            Int64(episode), Int64(genuine), control, isFulfilled, shown.map { steps[$0] },
                            shown.map { changes[$0] }, &random))
                }
            }
        }
        return spans
    }

    private func change(_ step: Step, _ random: inout SeededGenerator) -> Double {
        switch step {
        case .walk: 0.01 + 0.01 * Double(random.unit())
        case .turn: 0.005 * Double(random.unit())
        case .handle: 0.03 * Double(random.unit())
        case .wander, .blocked: 0
        case .stray: -0.02 * Double(random.unit())
        case .complete: 0.08 + 0.04 * Double(random.unit())
        }
    }

    private func span(
        _ episode: Int64, _ instruction: Int64, _ control: LabelControl?, _ isFulfilled: Bool, _ steps: [Step],
        _ changes: [Double], _ random: inout SeededGenerator
    ) -> LintSpan {
        let shownChanges: [Double] =
            switch control {
            case nil: changes
            case .frozen, .mismatched: changes.map { _ in 0 }
            case .reversed: changes.reversed().map { -$0 }
            case .shuffled: random.shuffled(changes)
            }
        var progress = [0.0]
        for change in shownChanges { progress.append((progress.last ?? 0) + change / 2) }
        return LintSpan(
            episodeID: episode, instructionID: instruction, name: "e\(episode)/i\(instruction)", control: control,
            goal: "Put a clean mug in the cabinet (\(instruction)).", isFulfilled: isFulfilled && control == nil,
            scores: scores(steps, control, &random), completions: steps.map { control == nil && $0 == .complete },
            progress: hasProgress ? progress : nil, policy: isFulfilled ? "expert" : "noisy")
    }

    private func scores(_ steps: [Step], _ control: LabelControl?, _ random: inout SeededGenerator) -> [Int?] {
        func careful(_ control: LabelControl?) -> [Int] {
            steps.map { step in
                let score =
                    switch (control, step) {
                    case (.frozen, _): 1 + random.below(2)
                    case (.mismatched, _) where random.chance(0.1): 3 + random.below(2)
                    case (.some, _): random.below(3)
                    case (nil, .complete): 9 + random.below(2)
                    case (nil, .walk): 6 + random.below(3)
                    case (nil, .turn), (nil, .handle): 5 + random.below(3)
                    case (nil, .wander): 3 + random.below(2)
                    case (nil, .stray): random.below(2)
                    case (nil, .blocked): 1 + random.below(2)
                    }
                return random.chance(0.05) ? random.below(11) : score
            }
        }
        switch annotator {
        case .careful: return careful(control)
        case .constant(let score): return steps.map { _ in score }
        case .random: return steps.map { _ in random.below(11) }
        case .reversedTime: return careful(control).reversed()
        case .goalBlind:
            return steps.map { control == .frozen || $0 == .blocked ? 1 + random.below(2) : 7 + random.below(3) }
        case .goalDeaf: return careful(control == .mismatched ? nil : control)
        case .late(let places):
            let scores = careful(control)
            return scores.indices.map { scores.indices ~= $0 - places ? scores[$0 - places] : random.below(8) }
        case .compressed(let c): return careful(control).map { 10 - Int((Double(10 - $0) * (1 - c)).rounded()) }
        }
    }
}
