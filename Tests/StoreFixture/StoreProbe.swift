package import ExperimentStore
internal import GRDB

/// What tests ask and change behind the back of the store's own interface, so that none of them needs GRDB.
extension ExperimentStore {
    /// Runs statements that change the store.
    package func execute(_ sql: String) throws { try write { try $0.execute(sql: sql) } }

    /// The rows of a query, each column as text; `NULL` for none.
    package func rows(_ sql: String) throws -> [[String]] {
        try read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "NULL" : String.fromDatabaseValue($0) ?? "\($0)" }
            }
        }
    }

    /// The first column of a query.
    package func texts(_ sql: String) throws -> [String] { try rows(sql).compactMap(\.first) }

    /// The one number of a query; 0 for NULL.
    package func number(_ sql: String) throws -> Int { try read { try Int.fetchOne($0, sql: sql) ?? 0 } }

    /// The numbers of a query's first column; 0 for NULL.
    package func numbers(_ sql: String) throws -> [Int] {
        try read { try Int?.fetchAll($0, sql: sql).map { $0 ?? 0 } }
    }

    /// A text as a literal of SQL, whatever it holds.
    package static func literal(_ text: String) -> String {
        "CAST(x'\(text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())' AS TEXT)"
    }

    /// Whether the file and its foreign keys are whole.
    package func isSound() throws -> Bool { try read { try Verification.fileFindings($0).isEmpty } }
}
