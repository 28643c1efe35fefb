internal import Ground

/// Series of scores, 0 to 10 by step, that need no labels, and the control that mixes those of a label run.
enum ScoreSeries {
    /// Ten times the share of sub-tasks done after each step.
    ///
    /// - Parameters:
    ///   - ends: For each sub-task done, the number of steps after which it is; ascending.
    ///   - count: How many sub-tasks there are.
    static func progress(ends: [Int], of count: Int, steps: Int, into scores: inout [Float]) {
        var done = 0
        for step in 0..<steps {
            while done < ends.count, ends[done] <= step + 1 { done += 1 }
            scores.append(10 * Float(done) / Float(max(1, count)))
        }
    }

    /// The steps after which an instruction's sub-tasks are done, counted from its first, and how many sub-tasks it
    /// has. Navigation at the very end completes nothing. An instruction that is not fulfilled has at least one more
    /// sub-task than were done.
    static func progress(
        of instruction: Instruction, _ subTasks: [TrainingEpisode.SubTask]
    ) -> (ends: [Int], count: Int) {
        let covered = subTasks[instruction.subTasks]
        let ends = covered.filter { $0.kind != .goto && $0.isDone }.map {
            $0.steps.upperBound - instruction.steps.lowerBound
        }
        let isAllDone = ends.count == covered.count
        return (ends, isAllDone && !instruction.isFulfilled ? covered.count + 1 : covered.count)
    }

    /// Ten times the share of steps that are over.
    static func time(steps: Int, into scores: inout [Float]) {
        for step in 0..<steps { scores.append(10 * Float(step + 1) / Float(steps)) }
    }

    /// Whole scores, each as likely as the others.
    static func random(seed: UInt64, instruction: Int64, steps: Int, into scores: inout [Float]) {
        let hash = SeededHash(seed: seed, purpose: 2)
        for step in 0..<steps {
            scores.append(Float(hash.below(11, UInt64(bitPattern: instruction), UInt64(step))))
        }
    }

    /// Permutes the scores among those of the places that have one; NaN stays where it is (Fisher and Yates).
    static func shuffle(_ scores: inout [Float], among isMeant: [Bool], seed: UInt64) {
        let hash = SeededHash(seed: seed, purpose: 3)
        let places = scores.indices.filter { isMeant[$0] && !scores[$0].isNaN }
        for last in places.indices.reversed() {
            scores.swapAt(places[last], places[hash.below(last + 1, UInt64(last))])
        }
    }

    /// The mean of those that are numbers; nil where none is.
    static func mean(_ scores: [Float]) -> Float? {
        var (sum, count) = (0.0, 0)
        for score in scores where !score.isNaN {
            sum += Double(score)
            count += 1
        }
        return count > 0 ? Float(sum / Double(count)) : nil
    }
}
