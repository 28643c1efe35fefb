internal import Episodes
internal import ExperimentStore
internal import GRDB

extension Catalogue {
    /// What tells that rows have changed since a catalogue was read, at the cost of a few milliseconds.
    struct Signature: Sendable, Equatable {
        var episodes: String
        var runs: [Int64: String]

        init(_ db: Database) throws {
            episodes =
                try String.fetchOne(
                    db,
                    sql: """
                        SELECT (SELECT count(*) || ' ' || ifnull(max(id), 0) FROM episodes)
                            || (SELECT ifnull(group_concat(id || ' ' || name || ' ' || updated_at), '') FROM datasets)
                        """) ?? ""
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT r.id, r.name || ' ' || ifnull((SELECT max(c.id) FROM label_calls c WHERE c.run_id = r.id), 0)
                        || (SELECT ' ' || count(*) || ' ' || ifnull(sum(s.status = 'scored'), 0) || ' ' || ifnull(max(s.id), 0)
                            FROM label_spans s WHERE s.run_id = r.id)
                    FROM label_runs r
                    """)
            runs = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    /// Reads all, but for what `previous` still has.
    static func read(previous: (catalogue: Catalogue, signature: Signature)?, _ signature: Signature, _ db: Database)
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

    private static func episodes(_ db: Database) throws -> [Episode] {
        var episodes: [Episode] = []
        var first = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT e.id, e.dataset_id, e.split, e.task_type, s.floor_plan, s.room, e.step_count, e.success,
                    (SELECT count(*) FROM subtasks st WHERE st.episode_id = e.id),
                    (SELECT a.task_desc FROM annotations a WHERE a.episode_id = e.id ORDER BY a.repeat_idx LIMIT 1),
                    (SELECT group_concat(a.task_desc, char(10)) FROM annotations a WHERE a.episode_id = e.id)
                FROM episodes e JOIN scenes s ON s.id = e.scene_id ORDER BY e.id
                """)
        while let row = try rows.next() {
            let words: String? = row[10]
            let episode = Episode(
                id: row[0], dataset: row[1], split: row[2], taskType: row[3], floorPlan: row[4], room: row[5],
                goal: row[9] ?? "", words: Array((words ?? "").lowercased().utf8), stepCount: row[6],
                subTaskCount: row[8], success: row[7], first: first)
            first += episode.stepCount
            episodes.append(episode)
        }
        return episodes
    }

    private static func readings(
        _ run: LabelRun, _ episodes: [Episode], _ places: [Int64: Int], _ db: Database
    ) throws -> [Reading] {
        let count = episodes.last?.transitions.upperBound ?? 0
        return try Reading.kinds.compactMap { kind in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT c.episode_id, c.t, c.score FROM label_spans s
                    JOIN instructions i ON i.id = s.instruction_id AND i.kind = ?
                    JOIN label_scores c ON c.span_id = s.id
                    WHERE s.run_id = ? AND s.control = 'none'
                    """, arguments: [kind, run.id])
            var sums: [Float] = []
            var counts: [Float] = []
            var place: (id: Int64, episode: Episode)?
            while let row = try rows.next() {
                if sums.isEmpty {
                    sums = Array(repeating: 0, count: count)
                    counts = sums
                }
                let id: Int64 = row[0]
                if place?.id != id { place = places[id].map { (id, episodes[$0]) } }
                let t: Int = row[1]
                guard let episode = place?.episode, t < episode.stepCount else { continue }
                sums[episode.first + t] += row[2]
                counts[episode.first + t] += 1
            }
            guard !sums.isEmpty else { return nil }
            return Reading(
                run: run.id, kind: kind, scores: zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan }, episodes: episodes)
        }
    }
}
