public import GRDB

/// Where an episode of the store was read from.
public struct EpisodeSource: Sendable, Equatable {
    public var id: Int64
    /// The folder of the split folders.
    public var root: String
    public var key: String

    /// Episodes that `name` can mean: a number, a key, or a trial's name.
    public static func find(_ name: String, _ db: Database) throws -> [EpisodeSource] {
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
