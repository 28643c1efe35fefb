package import ExperimentStore
internal import Ground

/// Which instructions are labelled, and which of them are shown as controls too.
///
/// The choice is nested and the same on every machine: a larger limit adds to a smaller one, and the shards of a
/// selection are disjoint and together all of it.
package struct SpanSelection: Sendable, Equatable {
    /// Genuine spans at most; nil for all. They are spread over the dataset.
    package var limit: Int?
    /// Spans that are shown as each of ``LabelControl``.
    package var controlCount: Int
    /// Of the choice.
    package var seed: UInt64
    /// This machine's part; episodes are not divided.
    package var shard: Shard?

    /// One of several disjoint parts of a selection.
    package struct Shard: Sendable, Equatable {
        /// 0..<``count``.
        package var index: Int
        /// How many parts there are.
        package var count: Int

        /// A part by its number, from 0.
        package init(index: Int, count: Int) {
            self.index = index
            self.count = count
        }

        /// `2/8`: the second of eight. Nil for other text.
        package init?(_ text: String) {
            let fields = text.split(separator: "/", omittingEmptySubsequences: false)
            guard fields.count == 2, let number = Int(fields[0]), let count = Int(fields[1]), count > 0,
                (1...count).contains(number)
            else { return nil }
            self.init(index: number - 1, count: count)
        }
    }

    /// A choice by its parts.
    package init(limit: Int? = nil, controlCount: Int = 0, seed: UInt64 = 0, shard: Shard? = nil) {
        self.limit = limit
        self.controlCount = controlCount
        self.seed = seed
        self.shard = shard
    }

    /// The spans, genuine ones in the order of `candidates`, then the controls.
    package func spans(of candidates: [LabelCandidate]) -> [LabelRun.NewSpan] {
        let priorities = candidates.map { Self.hash($0.key, seed) }
        let order = candidates.indices.sorted { (priorities[$0], $0) < (priorities[$1], $1) }
        let chosen = Set(order.prefix(limit ?? candidates.count))
        var spans = candidates.indices.filter { chosen.contains($0) && isMine(candidates[$0]) }.map {
            LabelRun.NewSpan(
                instructionID: candidates[$0].instructionID, goalInstructionID: candidates[$0].instructionID)
        }
        // A span of one action cannot be shown in another order.
        let shown = order.filter { chosen.contains($0) && candidates[$0].stepCount > 1 }.prefix(controlCount)
        for control in LabelControl.allCases {
            for index in shown where isMine(candidates[index]) {
                let own = candidates[index]
                let goal = control == .mismatched ? otherGoal(for: own, among: candidates, order) : own
                guard let goal else { continue }
                spans.append(
                    LabelRun.NewSpan(
                        instructionID: own.instructionID, control: control,
                        goalInstructionID: goal.instructionID))
            }
        }
        return spans
    }

    /// A goal about other things, from another room: nothing that happens in the span can serve it.
    ///
    /// - Parameter order: Indices of the candidates, the same whatever order these are in.
    private func otherGoal(
        for own: LabelCandidate, among candidates: [LabelCandidate], _ order: [Int]
    ) -> LabelCandidate? {
        var random = SeededGenerator(Self.hash(own.key, seed), 0x90A1)
        for _ in 0..<200 {
            let other = candidates[order[random.below(order.count)]]
            if other.floorPlan != own.floorPlan, other.text != own.text, !other.objects.isEmpty,
                other.objects.isDisjoint(with: own.objects)
            {
                return other
            }
        }
        return nil
    }

    private func isMine(_ candidate: LabelCandidate) -> Bool {
        guard let shard else { return true }
        let episode = candidate.key.split(separator: "/").dropLast(3).joined(separator: "/")
        return Int(Self.hash(episode, 0x5A4D) % UInt64(shard.count)) == shard.index
    }

    /// FNV-1a, stirred, so that it is the same everywhere and every bit counts.
    private static func hash(_ text: String, _ seed: UInt64) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return SeededGenerator.mixed(hash, seed)
    }
}
