/// Where windows begin.
///
/// A policy that acts is at an instruction's first step in every attempt. Windows that begin at a uniformly drawn step
/// of it hold the first one rarely: once in L, of L steps. So the start is drawn from -(W - 1) ... L - 1 for windows of
/// W steps, and what lies before the instruction is cut: a start before it begins at step 0. SPRINT draws from 0 ... L
/// - W.
struct WindowStarts: Sendable, Equatable {
    /// Steps of a whole window: W.
    var length: Int

    /// The start that a number drawn evenly from ``choices(stepCount:)`` stands for.
    func start(_ drawn: Int) -> Int { max(0, drawn - (length - 1)) }

    /// How many starts are drawn from.
    func choices(stepCount: Int) -> Int { stepCount + length - 1 }

    /// Steps of the window that begins at `start`.
    func count(from start: Int, stepCount: Int) -> Int { min(length, stepCount - start) }

    /// The share of first steps among all steps that windows hold, on average over instructions drawn equally often.
    func firstStepShare(stepCounts: [Int]) -> Double {
        Self.share(stepCounts) { stepCount in
            let total = (0..<choices(stepCount: stepCount)).reduce(0) {
                $0 + count(from: start($1), stepCount: stepCount)
            }
            let choices = Double(choices(stepCount: stepCount))
            return (Double(length) / choices, Double(total) / choices)
        }
    }

    /// What ``firstStepShare(stepCounts:)`` would be with starts drawn from 0 ... L - 1.
    func firstStepShareWithin(stepCounts: [Int]) -> Double {
        Self.share(stepCounts) { stepCount in
            let total = (0..<stepCount).reduce(0) { $0 + count(from: $1, stepCount: stepCount) }
            return (1 / Double(stepCount), Double(total) / Double(stepCount))
        }
    }

    private static func share(
        _ stepCounts: [Int], _ expected: (Int) -> (first: Double, steps: Double)
    ) -> Double {
        var known: [Int: (first: Double, steps: Double)] = [:]
        var (first, steps) = (0.0, 0.0)
        for stepCount in stepCounts {
            let one = known[stepCount] ?? expected(stepCount)
            known[stepCount] = one
            first += one.first
            steps += one.steps
        }
        return steps > 0 ? first / steps : 0
    }
}
