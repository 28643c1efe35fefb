package import GRDB

/// A mark on an episode, which training then leaves out, or on one of its transitions, whose generated score training
/// then does not use.
package struct EpisodeFlag: TableRow, Equatable {
    /// Where flags are kept.
    package static let databaseTableName = "flags"

    /// The store's number of the episode.
    package var episodeID: Int64
    /// The transition; nil for the whole episode.
    package var t: Int?
    /// Why.
    package var note: String
    /// ISO 8601, UTC.
    package var createdAt: String

    /// All flags of an episode, the episode's own first.
    package static func all(episode: Int64, _ db: Database) throws -> [EpisodeFlag] {
        try fetchAll(
            db,
            sql: """
                SELECT episode_id, t, note, created_at FROM flags WHERE episode_id = :episode ORDER BY ifnull(t, -1)
                """, arguments: ["episode": episode])
    }

    /// Sets a flag; one of the same place gets the new note.
    ///
    /// - Throws: A constraint violation when there is no such episode.
    package static func set(episode: Int64, t: Int?, note: String, _ db: Database) throws {
        try remove(episode: episode, t: t, db)
        try EpisodeFlag(episodeID: episode, t: t, note: note, createdAt: StoreTime.now).insert(db)
    }

    /// Removes a flag, if there is one at this place.
    package static func remove(episode: Int64, t: Int?, _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM flags WHERE episode_id = :episode AND ifnull(t, -1) = ifnull(:t, -1)",
            arguments: ["episode": episode, "t": t])
    }

    /// How many flags an episode has.
    package struct Count: QueryRow, Equatable {
        /// The store's number of the episode.
        package var episodeID: Int64
        /// Whether the episode itself is flagged.
        package var isOnEpisode: Bool
        /// Flagged transitions.
        package var transitionCount: Int
    }

    /// Flags of all episodes, counted; episodes without any are left out.
    package static func counts(_ db: Database) throws -> [Count] {
        try Count.fetchAll(
            db,
            sql: """
                SELECT episode_id, sum(t IS NULL) > 0 AS is_on_episode, count(t) AS transition_count
                FROM flags GROUP BY episode_id
                """)
    }
}
