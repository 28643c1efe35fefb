internal import Episodes
internal import ExperimentStore

extension Catalogue {
    /// Reads all, but for what `previous` still has.
    static func read(
        previous: (catalogue: Catalogue, signature: ChangeSignature)?, _ signature: ChangeSignature,
        _ db: StoreConnection
    )
        throws -> Catalogue
    {
        let kept = previous.flatMap { $0.signature.episodes == signature.episodes ? $0 : nil }
        let episodes = try kept?.catalogue.episodes ?? Self.episodes(db)
        let runs = try LabelRun.all(db)
        let places = Dictionary(uniqueKeysWithValues: episodes.enumerated().map { ($1.id, $0) })
        let readings = try runs.flatMap { run in
            if let kept, kept.signature.runs[run.id] == signature.runs[run.id] {
                return kept.catalogue.readings.filter { $0.run == run.id }
            }
            return try Self.readings(run, episodes, places, db)
        }
        return Catalogue(episodes: episodes, datasets: try DatasetRow.all(db), runs: runs, readings: readings)
    }

    private static func episodes(_ db: StoreConnection) throws -> [Episode] {
        var first = 0
        return try EpisodeOutline.all(db).map { outline in
            let row = outline.episode
            defer { first += row.stepCount }
            return Episode(
                id: row.id, dataset: row.datasetID, split: row.split, taskType: row.taskType, floorPlan: row.floorPlan,
                room: row.room, goal: outline.goal ?? "", words: Array((outline.goals ?? "").lowercased().utf8),
                stepCount: row.stepCount, subTaskCount: outline.subTaskCount, success: row.success, first: first)
        }
    }

    private static func readings(
        _ run: LabelRun, _ episodes: [Episode], _ places: [Int64: Int], _ db: StoreConnection
    ) throws -> [Reading] {
        let count = episodes.last?.transitions.upperBound ?? 0
        return try Reading.kinds.compactMap { name in
            guard let kind = Instruction.Kind(rawValue: name) else { return nil }
            var sums: [Float] = []
            var counts: [Float] = []
            var place: (id: Int64, episode: Episode)?
            try run.forEachScore(kind, db) { id, t, score in
                if sums.isEmpty {
                    sums = Array(repeating: 0, count: count)
                    counts = sums
                }
                if place?.id != id { place = places[id].map { (id, episodes[$0]) } }
                guard let episode = place?.episode, t < episode.stepCount else { return }
                sums[episode.first + t] += score
                counts[episode.first + t] += 1
            }
            guard !sums.isEmpty else { return nil }
            return Reading(
                run: run.id, kind: name, scores: zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan }, episodes: episodes)
        }
    }
}
