import Foundation
import GRDB
import TestSupport
import Testing

@testable import ExperimentStore

/// How rows become values, and values rows.
@Suite struct RecordTests {
    private struct Thing: TableRow, Equatable {
        static let databaseTableName = "things"

        enum Kind: String, Codable {
            case small, large
        }

        var index: Int
        var baseURL: String
        var ownerID: Int64?
        var kind: Kind
        @Blob var contentSHA256: [UInt8]
        @Blob var frameStoreID: [UInt8]?
        var names: [String]

        private enum CodingKeys: String, CodingKey {
            case index = "idx"
            case baseURL, ownerID, kind, contentSHA256, frameStoreID, names
        }
    }

    private struct Owned: QueryRow, Equatable {
        var owner: String
        var thing: Thing
    }

    private func makeDatabase() throws -> DatabaseQueue {
        let database = try DatabaseQueue()
        try database.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE things (owner TEXT, idx INTEGER PRIMARY KEY, base_url TEXT NOT NULL, owner_id INTEGER,
                        kind TEXT NOT NULL, content_sha256 BLOB NOT NULL, frame_store_id BLOB, names TEXT NOT NULL) \
                        STRICT
                    """)
        }
        return database
    }

    private func thing(_ index: Int, _ url: String = "u", owner: Int64? = nil, id: [UInt8]? = nil) -> Thing {
        Thing(
            index: index, baseURL: url, ownerID: owner, kind: .large, contentSHA256: [0, 255, 7], frameStoreID: id,
            names: ["a", "b \"c\""])
    }

    @Test func whatIsInsertedIsRead() throws {
        let things = [thing(1), thing(2, "", owner: 9, id: []), thing(3, "ü", owner: -1, id: [1, 2])]
        try makeDatabase().write { (db: Database) throws in
            for thing in things { try thing.insert(db, adding: ["owner": "me"]) }
            #expect(try Thing.fetchAll(db, sql: "SELECT * FROM things ORDER BY idx") == things)
            // A value that is no column is read from the same row.
            #expect(
                try Owned.fetchAll(db, sql: "SELECT * FROM things ORDER BY idx")
                    == things.map { Owned(owner: "me", thing: $0) })
            #expect(
                try String.fetchAll(db, sql: "SELECT typeof(content_sha256) || typeof(frame_store_id) FROM things")
                    == ["blobnull", "blobblob", "blobblob"])
            #expect(try String.fetchOne(db, sql: "SELECT names FROM things WHERE idx = 1") == #"["a","b \"c\""]"#)
        }
    }

    @Test func theSameKeyIsAnErrorOrReplacesOrStays() throws {
        try makeDatabase().write { (db: Database) throws in
            try thing(1, "old").insert(db, adding: [:])
            #expect(throws: DatabaseError.self) { try thing(1, "new").insert(db, adding: [:]) }
            try thing(1, "ignored").insert(db, adding: [:], onConflict: .ignore)
            #expect(try Thing.fetchOne(db, sql: "SELECT * FROM things")?.baseURL == "old")
            try thing(1, "new").insert(db, adding: [:], onConflict: .replace)
            #expect(try Thing.fetchAll(db, sql: "SELECT * FROM things").map(\.baseURL) == ["new"])
        }
    }

    @Test(arguments: ["kind = 'huge'", "names = 'no list'"])
    func wrongRowsAreRefused(_ damage: String) throws {
        try makeDatabase().write { (db: Database) throws in
            try thing(1).insert(db, adding: [:])
            try db.execute(sql: "UPDATE things SET \(damage)")
            #expect(throws: (any Error).self) { try Thing.fetchOne(db, sql: "SELECT * FROM things") }
        }
    }

    /// What a row does not hold as it should is the store's error, with the file's name.
    @Test func damagedRowsAreErrorsOfTheStore() throws {
        let folder = try TemporaryFolder()
        let path = folder("x.sqlite")
        let store = try ExperimentStore(path, access: .write)
        let error = #expect(throws: StoreError.self) {
            try store.read { db in try Thing.fetchOne(db, sql: "SELECT 1 AS idx, 'u' AS base_url, 'huge' AS kind") }
        }
        #expect(error?.code == .failed && error?.file == path)
    }

    @Test func namesAreOneArgument() throws {
        let names = ["train", "it's \"one\"", "", "ü"]
        try makeDatabase().read { (db: Database) throws in
            #expect(
                try String.fetchAll(
                    db, sql: "SELECT value FROM json_each(:names)", arguments: ["names": NameList(names)]) == names)
            #expect(
                try NameCount.all(
                    db, sql: "SELECT value AS name, count(*) AS count FROM json_each(:names) GROUP BY 1",
                    arguments: ["names": NameList(["a", "b", "a"])]) == ["a": 2, "b": 1])
        }
    }
}
