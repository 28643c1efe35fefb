/// A JSON value with its members in order: schemas depend on the order, and a document is the same bytes every time.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// Whole numbers that fit: they are kept exactly.
    case int(Int)
    /// All others, as the nearest there is. Written as null when it is not finite.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])
    /// A string of `prefix` and a text that is kept elsewhere. Only in what is written.
    case long(prefix: String, any LongText)

    package struct Member: Sendable {
        package var name: String
        package var value: JSONValue

        package init(_ name: String, _ value: JSONValue) { (self.name, self.value) = (name, value) }
    }

    /// A text too long to be copied into every document: a picture in base64.
    package protocol LongText: AnyObject, Sendable {
        /// Characters that need no escape.
        var text: [UInt8] { get }
    }

    /// Bytes of a document that are read.
    package static let sizeLimit = 64 << 20

    /// Reads a document.
    ///
    /// - Throws: ``JSONError`` for what is no JSON, nested deeper than `depthLimit` or larger than ``sizeLimit``.
    package init(
        parsing bytes: [UInt8], _ tolerance: JSONTolerance = [], depthLimit: Int = 128
    ) throws(JSONError) {
        guard bytes.count <= Self.sizeLimit else {
            throw JSONError("more than \(Self.sizeLimit >> 20) MiB", offset: Self.sizeLimit)
        }
        // `withUnsafeBytes` carries no typed error out.
        let result = bytes.withUnsafeBytes { bytes -> Result<JSONValue, JSONError> in
            var scanner = JSONScanner(bytes, tolerance, depthLimit: depthLimit)
            do throws(JSONError) {
                let value = try scanner.value()
                try scanner.end()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    // MARK: Looking into values

    /// The member called `name`, the last one if there are several.
    package subscript(name: String) -> JSONValue? { members?.last { $0.name == name }?.value }

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var int: Int? { if case .int(let number) = self { number } else { nil } }
    package var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    package var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    package var isNull: Bool { if case .null = self { true } else { false } }

    /// A finite number.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number.isFinite ? number : nil
        default: nil
        }
    }

    // MARK: Making others of them

    /// A document merged into this one (RFC 7396): objects member by member, null removes, anything else replaces.
    package func merging(_ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = self.members ?? []
        for change in changes {
            let place = members.firstIndex { $0.name == change.name }
            if change.value.isNull {
                if let place { members.remove(at: place) }
            } else if let place {
                members[place].value = members[place].value.merging(change.value)
            } else {
                members.append(Member(change.name, JSONValue.null.merging(change.value)))
            }
        }
        return .object(members)
    }

    /// With the members of all objects in the order of their names.
    package var sortedByName: JSONValue {
        switch self {
        case .array(let items): .array(items.map(\.sortedByName))
        case .object(let members):
            .object(members.map { Member($0.name, $0.value.sortedByName) }.sorted { $0.name < $1.name })
        default: self
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }

    /// The text, or null.
    package init(_ text: String?) { self = text.map { .string($0) } ?? .null }
}
