package import GRDB

/// Where an episode of the store was read from.
package struct EpisodeSource: Sendable, Equatable {
    package var id: Int64
    /// The folder of the split folders.
    package var root: String
    package var key: String

    /// Episodes that `name` can mean: a number, a key, or a trial's name.
    package static func find(_ name: String, _ db: Database) throws -> [EpisodeSource] {
        try EpisodeDetail.find(name, db).compactMap { match in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT e.id, d.root, e.key FROM episodes e JOIN datasets d ON d.id = e.dataset_id WHERE e.id = ?
                    """, arguments: [match.id]
            ).map { EpisodeSource(id: $0[0], root: $0[1], key: $0[2]) }
        }
    }
}
