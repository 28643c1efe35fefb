internal import Foundation
package import GRDB

/// A mark on an episode, which training then leaves out, or on one of its transitions, whose generated score training then
/// does not use.
package struct EpisodeFlag: Sendable, Equatable {
    package var episodeID: Int64
    /// The transition; nil for the whole episode.
    package var t: Int?
    /// Why.
    package var note: String
    package var createdAt: String

    /// All flags of an episode, the episode's own first.
    package static func all(episode: Int64, _ db: Database) throws -> [EpisodeFlag] {
        try Row.fetchAll(
            db, sql: "SELECT episode_id, t, note, created_at FROM flags WHERE episode_id = ? ORDER BY ifnull(t, -1)",
            arguments: [episode]
        ).map { EpisodeFlag(episodeID: $0[0], t: $0[1], note: $0[2], createdAt: $0[3]) }
    }

    /// Sets a flag; one of the same place gets the new note.
    ///
    /// - Throws: A constraint violation when there is no such episode.
    package static func set(episode: Int64, t: Int?, note: String, _ db: Database) throws {
        try remove(episode: episode, t: t, db)
        try db.execute(
            sql: "INSERT INTO flags (episode_id, t, note, created_at) VALUES (?, ?, ?, ?)",
            arguments: [episode, t, note, Date.now.formatted(.iso8601)])
    }

    package static func remove(episode: Int64, t: Int?, _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM flags WHERE episode_id = ? AND ifnull(t, -1) = ?", arguments: [episode, t ?? -1])
    }
}
