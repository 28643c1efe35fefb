import Foundation
import GRDB
import TestSupport
import Testing

@testable import ExperimentStore

/// The one schema makes what the five migrations of earlier versions made, but for what was changed since. Their text
/// is in Fixtures/former.
@Suite struct SchemaTests {
    /// Evaluations are known by content, not by name, and have rules; a training run can have a best checkpoint. Scores
    /// are any numbers, and a span can say what its first state is worth. A sub-task says whether it was done.
    private static let changed: Set = [
        "eval_runs", "eval_list", "train_runs", "train_list", "label_scores", "label_spans", "label_list", "subtasks",
        "instruction_list",
    ]
    private static let added: Set = ["eval_runs_by_name"]
    private static let former = ["1-dataset", "2-simulation", "3-labels", "4-training", "5-evaluation"]

    /// A store as earlier versions left it, without rows.
    private func makeFormer(_ path: String) throws {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/former")
        var migrator = DatabaseMigrator()
        for name in Self.former {
            let text = try String(contentsOf: fixtures.appending(path: name + ".sql"), encoding: .utf8)
            migrator.registerMigration(name) { try $0.execute(sql: text) }
        }
        let database = try DatabaseQueue(path: path)
        try migrator.migrate(database)
        try database.close()
    }

    private struct Thing: QueryRow, Hashable {
        var type: String
        var name: String
        var tblName: String
        var sql: String?
    }

    /// What a file has, with white space and quotes of names made alike.
    private func things(_ path: String) throws -> Set<Thing> {
        let database = try DatabaseQueue(path: path)
        let all = try database.read { db in
            try Thing.fetchAll(db, sql: "SELECT type, name, tbl_name, sql FROM sqlite_master")
        }
        return Set(
            all.map { thing in
                var thing = thing
                thing.sql = thing.sql?.replacing(#/CREATE TABLE "(\w+)"/#) { "CREATE TABLE \($0.output.1)" }
                    .replacing(/\s+/, with: " ")
                return thing
            })
    }

    @Test func theSchemaIsWhatTheFormerMigrationsMade() throws {
        let folder = try TemporaryFolder()
        try makeFormer(folder("former.sqlite"))
        try ExperimentStore(folder("new.sqlite"), access: .write).close()
        let (former, new) = (try things(folder("former.sqlite")), try things(folder("new.sqlite")))
        #expect(Set(former.subtracting(new).map(\.name)) == Self.changed)
        #expect(Set(new.subtracting(former).map(\.name)) == Self.changed.union(Self.added))
        #expect(new.count > 70)
    }

    /// Every column as SQLite itself describes it: type, default, key, and what it refers to.
    @Test func columnsAreWhatTheyWere() throws {
        let folder = try TemporaryFolder()
        try makeFormer(folder("former.sqlite"))
        try ExperimentStore(folder("new.sqlite"), access: .write).close()
        func columns(_ path: String) throws -> [String: [String]] {
            let database = try DatabaseQueue(path: path)
            return try database.read { db in
                let names = try String.fetchAll(
                    db, sql: "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
                let described = try names.map { name in
                    let rows = try ["table_xinfo", "foreign_key_list", "index_list"].flatMap {
                        try Row.fetchAll(db, sql: "PRAGMA \($0)(\(name))").map(\.description)
                    }
                    return (name, rows)
                }
                return Dictionary(uniqueKeysWithValues: described)
            }
        }
        let (former, new) = (try columns(folder("former.sqlite")), try columns(folder("new.sqlite")))
        #expect(former.keys.sorted() == new.keys.sorted())
        for (name, rows) in former { #expect((new[name] == rows) != Self.changed.contains(name), "\(name)") }
    }

    /// A store of an earlier version is refused, for reading and writing, and stays as it is.
    @Test func aFormerStoreIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder("x.sqlite")
        try makeFormer(path)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for access in [ExperimentStore.Access.read, .write] {
            let error = #expect(throws: StoreError.self) { try ExperimentStore(path, access: access) }
            #expect(error?.code == .older)
            #expect(
                error?.description == """
                    \(path): was written by an earlier version of rgvlm (its schema is 1-dataset, 2-simulation, \
                    3-labels, \
                    4-training, 5-evaluation; this one reads 2-store); ingest the data into a new store, or use the \
                    version \
                    that wrote it
                    """)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(!FileManager.default.fileExists(atPath: path + ".lock"))
        // One of the version before, whose evaluations had no content.
        let database = try DatabaseQueue(path: folder("y.sqlite"))
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-store") { try $0.execute(sql: "CREATE TABLE eval_runs (name TEXT UNIQUE)") }
        try migrator.migrate(database)
        try database.close()
        let error = #expect(throws: StoreError.self) { try ExperimentStore(folder("y.sqlite"), access: .write) }
        #expect(error?.code == .older)
    }
}
