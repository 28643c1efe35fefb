package import GRDB

/// An episode's own row with the names of its dataset and its scene.
package struct EpisodeHeader: QueryRow, Equatable {
    /// The store's number of the episode.
    package var id: Int64
    /// The store's number of the dataset.
    package var datasetID: Int64
    /// The dataset's name.
    package var dataset: String
    /// The dataset's folder, which paths are relative to.
    package var root: String
    /// As in `train`.
    package var split: String
    /// As in `<task>/<trial>`.
    package var key: String
    /// As in `pick_and_place_simple`.
    package var taskType: String?
    /// As in `FloorPlan28`.
    package var floorPlan: String
    /// The room's kind, as in `Kitchen`.
    package var room: String?
    /// Transitions; there is one observation more.
    package var stepCount: Int
    /// Of generated data: who acted, and whether the task's goal was reached.
    package var policy: String?
    /// Whether the task's goal was reached.
    package var success: Bool?
    /// The trajectory file.
    package var sourcePath: String
    /// The file of features, where the recording has one.
    package var featurePath: String?

    /// What ``EpisodeHeader`` is read from; a condition may follow.
    static let selection = """
        SELECT e.id, e.dataset_id, d.name AS dataset, d.root, e.split, e.key, e.task_type, s.floor_plan, s.room,
            e.step_count, e.policy, e.success, e.source_path, e.feature_path
        FROM episodes e JOIN datasets d ON d.id = e.dataset_id JOIN scenes s ON s.id = e.scene_id
        """

    /// The episode with a number, or nil.
    package static func withID(_ id: Int64, _ db: Database) throws -> EpisodeHeader? {
        try fetchOne(db.cachedStatement(sql: "\(selection) WHERE e.id = :id"), arguments: ["id": id])
    }

    /// The episode with the number `name`, else those whose key, task folder or trial name it is: at most `limit`.
    package static func find(_ name: String, limit: Int = 5, _ db: Database) throws -> [EpisodeHeader] {
        try fetchAll(
            db,
            sql: """
                \(selection)
                WHERE e.id = :id OR (:id NOT IN (SELECT id FROM episodes) OR :id IS NULL) AND (
                    e.key = :name OR e.task_id = :name OR substr(e.key, 1, length(:name) + 1) = :name || '/')
                ORDER BY e.id LIMIT :limit
                """, arguments: ["id": Int64(name), "name": name, "limit": limit])
    }

    /// Whether an episode is there, and with `t` whether it has this transition.
    package static func exists(_ id: Int64, t: Int?, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: "SELECT EXISTS (SELECT 1 FROM episodes WHERE id = :id AND (:t IS NULL OR :t < step_count))",
            arguments: ["id": id, "t": t]) ?? false
    }
}

extension ExperimentStore {
    /// The one episode that `name` can mean: a number, a key, a task's folder or a trial's name.
    ///
    /// - Throws: ``StoreError``: `.unknown` where there is none, `.ambiguous` with the numbers where there are several.
    package func episode(named name: String) throws -> EpisodeHeader {
        let matches = try read { try EpisodeHeader.find(name, $0) }
        guard let match = matches.first else {
            throw StoreError(.unknown, "has no episode \(name); the view episode_list names them", file: path)
        }
        guard matches.count == 1 else {
            let names = matches.map { "\n  \($0.id)  " + StoreName.plain("\($0.split)/\($0.key)") }
            throw StoreError(
                .ambiguous, "\(name) is not unique; give one of these numbers:\(names.joined())", file: path)
        }
        return match
    }
}
