internal import Foundation

/// Reads JSON where it lies, field by field, and skips what nobody asks for. Pictures in base64 are most of a request: their
/// ends are found without looking at what is between.
struct JSONScanner {
    struct Failure: Error, Equatable {
        var message: String
        /// In bytes from the start of the text.
        var position: Int
    }

    enum Kind {
        case object, array, string, number, boolean, null
    }

    /// Containers nested deeper than this are refused.
    static let depthLimit = 200

    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    /// - Parameter bytes: Must outlive the scanner.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    func failure(_ message: String) -> Failure { Failure(message: message, position: position) }

    /// What stands next, without consuming it.
    mutating func kind() throws(Failure) -> Kind {
        skipSpace()
        guard position < bytes.count else { throw failure("the text ends where a value should be") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw failure("no value begins with this character")
        }
    }

    /// Nothing but space may follow.
    mutating func end() throws(Failure) {
        skipSpace()
        guard position == bytes.count else { throw failure("there is more text after the value") }
    }

    // MARK: Containers

    mutating func beginObject() throws(Failure) { try expect(UInt8(ascii: "{")) }
    mutating func beginArray() throws(Failure) { try expect(UInt8(ascii: "[")) }

    /// The name of the next field, whose value is next to be read; nil at the object's end.
    ///
    /// - Parameter isFirst: True before the object's first field.
    mutating func field(_ isFirst: inout Bool) throws(Failure) -> String? {
        guard try hasMore(&isFirst, before: UInt8(ascii: "}")) else { return nil }
        let name = try string()
        try expect(UInt8(ascii: ":"))
        return name
    }

    /// Whether the array has another element, which is next to be read.
    mutating func element(_ isFirst: inout Bool) throws(Failure) -> Bool {
        try hasMore(&isFirst, before: UInt8(ascii: "]"))
    }

    private mutating func hasMore(_ isFirst: inout Bool, before close: UInt8) throws(Failure) -> Bool {
        skipSpace()
        if position < bytes.count, bytes[position] == close {
            position += 1
            return false
        }
        if !isFirst { try expect(UInt8(ascii: ",")) }
        isFirst = false
        return true
    }

    // MARK: Values

    /// Passes over a value of any kind. It must be well-formed.
    mutating func skip() throws(Failure) { try skip(depth: 0) }

    private mutating func skip(depth: Int) throws(Failure) {
        guard depth < Self.depthLimit else { throw failure("nested too deep") }
        switch try kind() {
        case .object:
            position += 1
            var isFirst = true
            while try field(&isFirst) != nil { try skip(depth: depth + 1) }
        case .array:
            position += 1
            var isFirst = true
            while try element(&isFirst) { try skip(depth: depth + 1) }
        case .string: _ = try string()
        case .number: _ = try number()
        case .boolean: _ = try boolean()
        case .null: try null()
        }
    }

    /// The text of a value of any kind, as it stands.
    mutating func source() throws(Failure) -> String {
        skipSpace()
        let start = position
        try skip()
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func boolean() throws(Failure) -> Bool {
        skipSpace()
        if accept("true") { return true }
        if accept("false") { return false }
        throw failure("expected true or false")
    }

    mutating func null() throws(Failure) {
        skipSpace()
        guard accept("null") else { throw failure("expected null") }
    }

    mutating func number() throws(Failure) -> Double {
        guard let value = Double(try numberText()) else { throw failure("no number") }
        return value
    }

    /// Nil for a number that is none or does not fit.
    mutating func integer() throws(Failure) -> Int? {
        let text = try numberText()
        return Int(text) ?? Double(text).flatMap(Int.init(exactly:))
    }

    private mutating func numberText() throws(Failure) -> String {
        skipSpace()
        let start = position
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if peek() == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if let mark = peek(), mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            position += 1
            if let sign = peek(), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(Failure) {
        let start = position
        while let digit = peek(), digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw failure("expected a digit") }
    }

    // MARK: Text

    mutating func string() throws(Failure) -> String {
        try expect(UInt8(ascii: "\""))
        let start = position
        while let byte = peek() {
            if byte == UInt8(ascii: "\"") {
                let text = bytes[start..<position]
                guard let string = String(validating: text, as: UTF8.self) else { throw failure("text is not UTF-8") }
                position += 1
                return string
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw failure("a control character inside a string") }
            position += 1
        }
        throw failure("a string without an end")
    }

    /// The rest of a string from its first backslash on.
    private mutating func escapedString(from start: Int) throws(Failure) -> String {
        var text = Array(bytes[start..<position])
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw failure("text is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case ..<0x20: throw failure("a control character inside a string")
            default: text.append(byte)
            }
        }
        throw failure("a string without an end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        guard let mark = peek() else { throw failure("a string without an end") }
        position += 1
        switch mark {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(mark)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"): text += Array(String(try scalar()).utf8)
        default: throw failure("an unknown escape")
        }
    }

    /// After `\u`. Half a surrogate pair becomes the replacement character.
    private mutating func scalar() throws(Failure) -> Character {
        let first = try hexadecimal()
        if 0xD800..<0xDC00 ~= first, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let place = position
            position += 2
            let second = try hexadecimal()
            if 0xDC00..<0xE000 ~= second,
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + second - 0xDC00)
            {
                return Character(scalar)
            }
            position = place
        }
        return Character(Unicode.Scalar(first) ?? "\u{FFFD}")
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("a string without an end") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw failure("an escape without four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Where a string lies, its escapes as they stand. Its content is not looked at: neither escapes nor UTF-8 are checked.
    mutating func uncheckedString() throws(Failure) -> UnsafeRawBufferPointer {
        try expect(UInt8(ascii: "\""))
        let start = position
        guard let base = bytes.baseAddress else { throw failure("a string without an end") }
        while position < bytes.count, let quote = memchr(base + position, 0x22, bytes.count - position) {
            let place = UnsafeRawPointer(quote) - base
            var before = place
            while before > start, bytes[before - 1] == UInt8(ascii: "\\") { before -= 1 }
            position = place + 1
            if (place - before).isMultiple(of: 2) { return UnsafeRawBufferPointer(rebasing: bytes[start..<place]) }
        }
        throw failure("a string without an end")
    }

    // MARK: Characters

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func expect(_ character: UInt8) throws(Failure) {
        skipSpace()
        guard peek() == character else {
            throw failure("expected '\(Character(Unicode.Scalar(character)))'")
        }
        position += 1
    }

    private mutating func accept(_ word: StaticString) -> Bool {
        let word = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes.count - position >= word.count, bytes[position..<(position + word.count)].elementsEqual(word) else {
            return false
        }
        position += word.count
        return true
    }
}
