internal import ALFRED
internal import Foundation
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
        /// Of the drawing.
        package var seed: UInt64

        /// A sample of tasks of one to six sub-tasks.
        package init(dataset: String?, split: String, count: Int, lengths: [Int] = Array(1...6), seed: UInt64) {
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
    /// Instructions that the recording does not fulfil are left out: a generated episode may wander about.
    ///
    /// - Throws: ``TaskSetError`` when there are none, and what the store throws.
    package init(_ sample: Sample, from store: ExperimentStore, name: String, start: Start = .recorded) throws {
        let candidates = try store.read { try TaskCandidate.all(dataset: sample.dataset, split: sample.split, $0) }
        let byLength = Dictionary(grouping: candidates.filter { sample.lengths.contains($0.subTasks.count) }) {
            $0.subTasks.count
        }
        guard !byLength.isEmpty else {
            throw TaskSetError(
                "split \"\(sample.split)\" has no instructions of "
                    + "\(sample.lengths.map(String.init).joined(separator: ", ")) sub-tasks",
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
