internal import GRDB
internal import GRDBSQLite

/// A prepared INSERT whose parameters are bound by place, without going through database values: about twice as fast as
/// `execute(arguments:)` and six times as fast as a Codable record, which decides how long an ingest takes.
struct BulkInsert {
    private let statement: Statement
    private let handle: SQLiteStatement
    private let database: Database

    init(_ db: Database, into table: String, columns: [String]) throws {
        let places = repeatElement("?", count: columns.count).joined(separator: ", ")
        statement = try db.cachedStatement(
            sql: "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(places))")
        handle = statement.sqliteStatement
        database = db
    }

    /// The parameters of one row; every column is bound, in order.
    struct Row {
        fileprivate let handle: SQLiteStatement
        fileprivate var column: Int32 = 0

        mutating func bind(_ value: Int?) {
            column += 1
            if let value { sqlite3_bind_int64(handle, column, Int64(value)) } else { sqlite3_bind_null(handle, column) }
        }

        mutating func bind(_ value: Double?) {
            column += 1
            if let value { sqlite3_bind_double(handle, column, value) } else { sqlite3_bind_null(handle, column) }
        }

        mutating func bind(_ value: String?) {
            column += 1
            guard var value else {
                sqlite3_bind_null(handle, column)
                return
            }
            value.withUTF8 {
                // An empty buffer may have no address, which SQLite would take for NULL.
                let text = $0.baseAddress ?? Self.empty.utf8Start
                _ = text.withMemoryRebound(to: CChar.self, capacity: $0.count) { [count = $0.count] in
                    sqlite3_bind_text(handle, column, $0, Int32(count), Self.transient)
                }
            }
        }

        mutating func bind(blob value: [UInt8]?) {
            column += 1
            guard let value else {
                sqlite3_bind_null(handle, column)
                return
            }
            _ = value.withUnsafeBytes {
                sqlite3_bind_blob(handle, column, $0.baseAddress, Int32($0.count), Self.transient)
            }
        }

        private static let empty: StaticString = ""

        /// SQLite copies the bytes.
        private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    func insert(_ bind: (inout Row) -> Void) throws {
        var row = Row(handle: handle)
        bind(&row)
        defer { sqlite3_reset(handle) }
        guard sqlite3_step(handle) == SQLITE_DONE else {
            let code = ResultCode(rawValue: sqlite3_extended_errcode(database.sqliteConnection))
            throw DatabaseError(resultCode: code, message: String(cString: sqlite3_errmsg(database.sqliteConnection)))
        }
    }
}
