internal import Yams

/// A value that a key of the configuration can have.
protocol Setting {
    /// - Parameter standard: The field's default.
    /// - Throws: ``StageError`` that says what is expected.
    static func read(_ given: Given, standard: Self?) throws -> Self
}

/// A section of the configuration: its fields are its keys, in snake_case, and their initial values the defaults.
///
/// Decoded from a tree by ``SectionDecoder``. Nothing else names a key.
protocol ConfigurationSection: Decodable, Sendable, Equatable {
    init()

    /// Checks what fields say of each other, and fills in what follows from others.
    mutating func complete() throws(SectionProblem)
}

extension ConfigurationSection {
    mutating func complete() throws(SectionProblem) {}
}

/// What is wrong with a section's values together.
struct SectionProblem: Error {
    /// The key that is at fault, if one is.
    var key: String?
    /// As it follows the key's name.
    var message: String

    init(_ key: String? = nil, _ message: String) {
        self.key = key
        self.message = message
    }
}

/// One of a few words.
package protocol Choice: RawRepresentable<String>, CaseIterable, Decodable, Sendable {}

extension Choice {
    static func read(_ given: Given) throws -> Self {
        guard let text = given.text else { throw given.isNot("text") }
        guard let value = Self(rawValue: text) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw given.isUnfit("\"\(text)\"", expected: "one of \(known)")
        }
        return value
    }
}

extension String: Setting {
    static func read(_ given: Given, standard: Self?) throws -> Self {
        guard let text = given.text else { throw given.isNot("text") }
        return text
    }
}

extension Int: Setting {
    static func read(_ given: Given, standard: Self?) throws -> Self {
        guard let number = given.scalar?.int else { throw given.isNot("a whole number") }
        return number
    }
}

extension UInt64: Setting {
    static func read(_ given: Given, standard: Self?) throws -> Self {
        guard let number = given.text.flatMap({ UInt64($0) }) else {
            throw given.isNot("a whole number of 0 or more")
        }
        return number
    }
}

extension Double: Setting {
    static func read(_ given: Given, standard: Self?) throws -> Self {
        guard let number = given.scalar?.float, number.isFinite else { throw given.isNot("a number") }
        return number
    }
}

extension Bool: Setting {
    static func read(_ given: Given, standard: Self?) throws -> Self {
        guard let flag = given.scalar?.bool else { throw given.problem(nil, "is neither true nor false") }
        return flag
    }
}

extension Array: Setting where Element: Decodable {
    static func read(_ given: Given, standard: Self?) throws -> Self {
        let isOfSections = Element.self is any ConfigurationSection.Type
        let names = isOfSections ? "sections" : Element.self == Int.self ? "whole numbers" : "names"
        guard let items = given.items, !isOfSections || given.text == nil else {
            throw given.isNot("a list of \(names)")
        }
        return try items.map { try SectionDecoder.value(Element.self, $0, standard: nil) }
    }
}
