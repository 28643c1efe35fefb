internal import Foundation
package import GRDB
internal import Synchronization

/// A connection to the store inside ``ExperimentStore/read(_:)`` or ``ExperimentStore/write(_:)-(_)``. Others hand it
/// on to the queries of this library; SQL is written here alone.
package typealias StoreConnection = Database

/// A row of a table, a view or a query as a value. A column is its property's name in snake case: `datasetID` is read
/// from `dataset_id`. Where they differ, coding keys say so: `case index = "idx"`.
///
/// Decoding costs some microseconds a row. What has millions of rows is read by position instead, and says so.
package protocol QueryRow: Decodable, FetchableRecord, Sendable {}

extension QueryRow {
    package static var databaseColumnDecodingStrategy: DatabaseColumnDecodingStrategy { .custom(PropertyName.init) }
}

/// A row that can be inserted as well.
package protocol TableRow: QueryRow, Encodable, PersistableRecord {}

extension TableRow {
    package static var databaseColumnEncodingStrategy: DatabaseColumnEncodingStrategy { .convertToSnakeCase }

    /// Inserts the row.
    ///
    /// - Parameters:
    ///   - others: Columns that the value does not have: whose it is, or when it was made.
    ///   - conflict: What happens to a row that has the same key.
    func insert(
        _ db: Database, adding others: [String: (any DatabaseValueConvertible)?],
        onConflict conflict: Database.ConflictResolution = .abort
    ) throws {
        let own = try databaseDictionary.mapValues { $0 as (any DatabaseValueConvertible)? }
        let values = own.merging(others) { $1 }
        let columns = values.keys.sorted()
        let names = columns.joined(separator: ", ")
        let places = columns.map { ":" + $0 }.joined(separator: ", ")
        let table = Self.databaseTableName
        try db.cachedStatement(sql: "INSERT OR \(conflict.rawValue) INTO \(table) (\(names)) VALUES (\(places))")
            .execute(arguments: StatementArguments(values))
    }
}

/// A column's name as a property's: `base_url` is `baseURL`.
private struct PropertyName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ column: String) {
        // Every row asks for the names of its columns, of which there are some two hundred.
        stringValue = Self.known.withLock { known in
            if let name = known[column] { return name }
            let words = column.split(separator: "_")
            let name = words.dropFirst().reduce(String(words.first ?? "")) { name, word in
                name + (Self.acronyms.contains(word) ? word.uppercased() : word.capitalized)
            }
            known[column] = name
            return name
        }
    }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    private static let acronyms: Set<Substring> = ["id", "sha256", "url"]
    private static let known = Mutex<[String: String]>([:])
}

/// A name and how often it occurs, for queries that count.
struct NameCount: QueryRow {
    var name: String
    var count: Int

    /// The counts of a query with the columns `name` and `count`.
    static func all(_ db: Database, sql: String, arguments: StatementArguments) throws -> [String: Int] {
        let counts = try fetchAll(db, sql: sql, arguments: arguments)
        return Dictionary(counts.map { ($0.name, $0.count) }, uniquingKeysWith: +)
    }
}

/// Names as one argument, which `json_each` makes rows of again: `IN (SELECT value FROM json_each(:splits))`.
struct NameList: DatabaseValueConvertible {
    let names: [String]

    init(_ names: some Sequence<String>) { self.names = Array(names) }

    init<Name: RawRepresentable<String>>(_ names: some Sequence<Name>) { self.names = names.map(\.rawValue) }

    var databaseValue: DatabaseValue {
        // An array of strings can always be encoded.
        ((try? JSONEncoder().encode(names)).map { String(decoding: $0, as: UTF8.self) } ?? "[]").databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> NameList? {
        String.fromDatabaseValue(value)
            .flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
            .map { NameList($0) }
    }
}

/// Times as the store keeps them: ISO 8601 in UTC, to the second.
enum StoreTime {
    static var now: String { Date.now.formatted(.iso8601) }
}
