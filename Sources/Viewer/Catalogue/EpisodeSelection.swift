internal import Episodes

/// Flags of an episode, counted.
struct FlagCount: Sendable, Equatable {
    var onEpisode: Bool
    var onTransitions: Int
}

extension Catalogue {
    /// The indices of the episodes a query lists, in its order.
    ///
    /// - Parameter flags: By episode's id.
    func selection(_ query: EpisodeQuery, reading: Reading?, flags: [Int64: FlagCount]) -> [Int] {
        let needle = query.text.map { Array($0.lowercased().utf8) }
        let chosen = episodes.indices.filter { index in
            let episode = episodes[index]
            let figures = reading?.figures[index] ?? Reading.Figures()
            if let split = query.split, episode.split != split { return false }
            if let type = query.taskType, episode.taskType != type { return false }
            if let needle, !episode.words.contains(sequence: needle) { return false }
            // Comparisons with NaN are false.
            if let low = query.low, !(Double(figures.mean) >= low) { return false }
            if let high = query.high, !(Double(figures.mean) <= high) { return false }
            if query.hasUnscored, figures.scored >= episode.stepCount { return false }
            if query.isFlagged, flags[episode.id] == nil { return false }
            if let anomaly = query.anomaly, !((figures.anomaly ?? -1) >= anomaly) { return false }
            switch query.difference {
            case nil: return true
            case .readings: return differs(index)
            case .success: return contradictsEnd(index, figures) != nil
            case .any: return differs(index) || contradictsEnd(index, figures) != nil
            }
        }
        return sorted(chosen, query, reading)
    }

    /// Episodes without the value come last either way; equal ones in the order of ids.
    private func sorted(_ chosen: [Int], _ query: EpisodeQuery, _ reading: Reading?) -> [Int] {
        let isDescending = query.sort.isDescending != query.isReversed
        if query.sort == .id { return isDescending ? chosen.reversed() : chosen }
        let values: [(index: Int, value: Double?)] = chosen.map { index in
            let figures = reading?.figures[index]
            let value: Double? =
                switch query.sort {
                case .id: nil
                case .mean: figures.flatMap { $0.scored > 0 ? Double($0.mean) : nil }
                case .unscored: episodes[index].unscoredShare(figures)
                case .anomaly: figures?.anomaly
                case .disagreement: disagreement[index]
                }
            return (index, value)
        }
        return values.sorted { a, b in
            switch (a.value, b.value) {
            case (let x?, let y?) where x != y: isDescending ? x > y : x < y
            case (_?, nil): true
            case (nil, _?): false
            default: a.index < b.index
            }
        }.map(\.index)
    }

    private func differs(_ index: Int) -> Bool { (disagreement[index] ?? 0) >= EpisodeQuery.differenceLimit }

    /// What the last score says against the recorded end: 7 or more for a failure, 3 or less for a success.
    func contradictsEnd(_ index: Int, _ figures: Reading.Figures) -> String? {
        guard !figures.last.isNaN else { return nil }
        if episodes[index].success == false, figures.last >= 7 { return "last score high, but the episode failed" }
        if episodes[index].success != false, figures.last <= 3 { return "last score low, but the episode succeeded" }
        return nil
    }
}

extension Catalogue.Episode {
    /// Nil for an episode without transitions.
    func unscoredShare(_ figures: Reading.Figures?) -> Double? {
        stepCount > 0 ? Double(stepCount - (figures?.scored ?? 0)) / Double(stepCount) : nil
    }
}

extension [UInt8] {
    /// Whether `needle` occurs in it.
    fileprivate func contains(sequence needle: [UInt8]) -> Bool {
        guard let head = needle.first else { return true }
        guard count >= needle.count else { return false }
        return withUnsafeBufferPointer { bytes in
            for start in 0...(bytes.count - needle.count) where bytes[start] == head {
                if bytes[start..<(start + needle.count)].elementsEqual(needle) { return true }
            }
            return false
        }
    }
}
