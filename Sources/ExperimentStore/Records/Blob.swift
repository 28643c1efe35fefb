internal import Foundation
package import GRDB

/// Bytes that are a BLOB in the store; of an array alone Codable would make a list of numbers.
@propertyWrapper
package struct Blob<Value: BlobValue>: Codable, DatabaseValueConvertible, Sendable, Hashable {
    /// The bytes.
    package var wrappedValue: Value

    /// Wraps bytes.
    package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

    /// Of a list of numbers, for coders other than the store's.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Value(bytes: container.decodeNil() ? nil : try container.decode([UInt8].self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "the bytes are missing")
        }
        wrappedValue = value
    }

    /// A list of numbers, for coders other than the store's.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue.bytes)
    }

    /// A BLOB, or NULL.
    package var databaseValue: DatabaseValue { wrappedValue.bytes.map { Data($0) }.databaseValue }

    /// Of a BLOB, or of NULL where there may be none.
    package static func fromDatabaseValue(_ value: DatabaseValue) -> Blob? {
        let bytes = Data.fromDatabaseValue(value).map { Array($0) }
        guard bytes != nil || value.isNull else { return nil }
        return Value(bytes: bytes).map(Blob.init(wrappedValue:))
    }
}

/// What a ``Blob`` may hold: bytes, or perhaps none.
package protocol BlobValue: Sendable, Hashable {
    /// Nil where there must be bytes and are none.
    init?(bytes: [UInt8]?)
    var bytes: [UInt8]? { get }
}

extension [UInt8]: BlobValue {
    package init?(bytes: [UInt8]?) {
        guard let bytes else { return nil }
        self = bytes
    }

    package var bytes: [UInt8]? { self }
}

extension [UInt8]?: BlobValue {
    package init?(bytes: [UInt8]?) { self = bytes }
    package var bytes: [UInt8]? { self }
}
