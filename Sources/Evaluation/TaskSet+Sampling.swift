internal import ALFRED
internal import Foundation
package import Episodes
package import ExperimentStore
internal import Ground
internal import Rooms

extension TaskSet {
    /// What to draw from a split.
    package struct Sample: Sendable, Equatable {
        /// Only of this dataset; nil for all.
        package var dataset: String?
        /// Of this split.
        package var split: String
        /// Tasks in all, the same number of each length as far as there are.
        package var count: Int
        /// Numbers of sub-tasks.
        package var lengths: [Int]
        /// Sentences of single sub-tasks, joined ones, or those of goals.
        package var kinds: [Instruction.Kind]
        /// Cut from episodes of these behaviours; a recording that names none is the expert's.
        package var behaviours: [Behaviour]
        /// Of the drawing.
        package var seed: UInt64

        /// A sample of tasks of one to six sub-tasks.
        package init(
            dataset: String?, split: String, count: Int, lengths: [Int] = Array(1...6),
            kinds: [Instruction.Kind] = [.primitive, .composite], behaviours: [Behaviour] = Behaviour.expertLike,
            seed: UInt64
        ) {
            self.kinds = kinds
            self.behaviours = behaviours
            self.dataset = dataset
            self.split = split
            self.count = count
            self.lengths = lengths
            self.seed = seed
        }
    }

    /// Draws instructions of a split without repetition: sentences of single sub-tasks for length 1, joined ones for
    /// more. Each length takes trajectories that none has been taken from, as long as there are.
    ///
    /// Instructions that the recording does not fulfil are left out, and so are episodes of other behaviours than the
    /// expert's, unless they are asked for: what one wandered into is no task.
    ///
    /// - Throws: ``TaskSetError`` when there are none, and what the store throws.
    package init(_ sample: Sample, from store: ExperimentStore, name: String, start: Start = .recorded) throws {
        let candidates = try store.read {
            try TaskCandidate.all(
                dataset: sample.dataset, split: sample.split, kinds: sample.kinds, behaviours: sample.behaviours, $0)
        }
        let byLength = Dictionary(grouping: candidates.filter { sample.lengths.contains($0.subTasks.count) }) {
            $0.subTasks.count
        }
        guard !byLength.isEmpty else {
            throw TaskSetError(
                "split \"\(sample.split)\" has no \(sample.kinds.map(\.rawValue).joined(separator: " or ")) of "
                    + "\(sample.lengths.map(String.init).joined(separator: ", ")) sub-tasks that an episode of "
                    + "\(sample.behaviours.map(\.rawValue).joined(separator: ", ")) fulfils",
                at: store.path)
        }
        let lengths = Set(sample.lengths).sorted()
        var random = SeededGenerator(sample.seed, 0xE7A1)
        var used: Set<String> = []
        var tasks: [EvalTask] = []
        let shares = Self.shares(of: sample.count, available: lengths.map { byLength[$0]?.count ?? 0 })
        for (length, share) in zip(lengths, shares) {
            let candidates = random.shuffled(byLength[length] ?? [])
            let fresh = candidates.indices.filter { used.insert(candidates[$0].key).inserted }
            let freshSet = Set(fresh)
            let chosen = (fresh + candidates.indices.filter { !freshSet.contains($0) }).prefix(share)
            for other in fresh.dropFirst(share) { used.remove(candidates[other].key) }
            tasks += chosen.map {
                EvalTask(
                    key: candidates[$0].key, split: sample.split, annotation: candidates[$0].annotation,
                    subTasks: candidates[$0].subTasks, instruction: candidates[$0].text)
            }
        }
        self.init(name: name, tasks: tasks, start: start)
    }

    /// The first tasks of each number of sub-tasks, `count` in all, in their order.
    package func limited(to count: Int) -> TaskSet {
        let lengths = Set(tasks.map(\.subTasks.count)).sorted()
        let available = lengths.map { length in tasks.count { $0.subTasks.count == length } }
        var left = Dictionary(uniqueKeysWithValues: zip(lengths, Self.shares(of: count, available: available)))
        var limited = self
        limited.tasks = tasks.filter { task in
            let length = task.subTasks.count
            left[length, default: 0] -= 1
            return left[length, default: 0] >= 0
        }
        return limited
    }

    /// `count` split evenly; what one length lacks the others give.
    static func shares(of count: Int, available: [Int]) -> [Int] {
        var shares = [Int](repeating: 0, count: available.count)
        var left = min(max(0, count), available.reduce(0, +))
        while left > 0 {
            for index in available.indices where left > 0 && shares[index] < available[index] {
                shares[index] += 1
                left -= 1
            }
        }
        return shares
    }
}
