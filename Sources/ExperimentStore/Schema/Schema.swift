internal import Episodes
internal import GRDB

/// The tables, views and indices of a store, one file for each part. Nothing was released before: there is one version,
/// and a later one adds a migration.
///
/// Times are ISO 8601 in UTC; lists are JSON text; hashes are 32 bytes. Checks of three or more words are written with
/// OR: for IN, SQLite builds a temporary table at every insert, which doubled the time of an ingest. For the same
/// reason transitions have a range for their action and object class, not a reference to the tables of names.
enum Schema {
    /// The name of the migration that makes a store.
    static let version = "2-store"
    /// Those of earlier versions, whose stores are refused: the first of five migrations, and one with evaluations
    /// known by their names.
    static let formerVersions: Set = ["1-dataset", "1-store"]

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(version) { db in
            for part in [dataset, labels, training, evaluation] { try db.execute(sql: part) }
            for action in Action.allCases {
                try db.execute(
                    sql: "INSERT INTO actions (id, name, interaction) VALUES (:id, :name, :interaction)",
                    arguments: [
                        "id": Int(action.rawValue), "name": action.name, "interaction": action.isInteraction ? 1 : 0,
                    ])
            }
            for (id, name) in ObjectClass.names.enumerated() {
                try db.execute(
                    sql: "INSERT INTO object_classes (id, name) VALUES (:id, :name)",
                    arguments: ["id": id, "name": name])
            }
        }
        return migrator
    }
}
