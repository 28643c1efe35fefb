internal import Ground

/// Reads JSON (RFC 8259) where it lies, value by value, and skips what nobody asks for: the one reader of text that
/// others sent. Whoever walks through a document bounds its own depth; ``skip()`` and ``value()`` refuse to go deeper
/// than asked.
package struct JSONScanner {
    package enum Kind: Sendable {
        case object, array, string, number, boolean, null
    }

    private let bytes: UnsafeRawBufferPointer
    private let tolerance: JSONTolerance
    private let depthLimit: Int
    /// Bytes read so far.
    package private(set) var offset = 0

    /// - Parameters:
    ///   - bytes: Must outlive the scanner.
    ///   - depthLimit: Levels of containers that are read.
    package init(_ bytes: UnsafeRawBufferPointer, _ tolerance: JSONTolerance = [], depthLimit: Int = 128) {
        (self.bytes, self.tolerance, self.depthLimit) = (bytes, tolerance, depthLimit)
    }

    package func failure(_ message: String, at place: Int? = nil) -> JSONError {
        JSONError(message, offset: place ?? offset)
    }

    /// Something else stands where `wanted` should be.
    package func unexpected(_ wanted: String) -> JSONError {
        guard let byte = next else { return failure("truncated JSON: it ends where \(wanted) should be") }
        let shown =
            (0x21...0x7E).contains(byte)
            ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
        return failure("expected \(wanted), found \(shown)")
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    /// Takes `character`, after any space, if it is next.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
        guard take(character) else { throw unexpected("'\(character)'") }
    }

    // MARK: Documents and containers

    /// What stands next, without consuming it.
    package mutating func kind() throws(JSONError) -> Kind {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            try refuse("-Infinity")
            return .number
        default:
            try refuse("NaN")
            try refuse("Infinity")
            throw unexpected("a value")
        }
    }

    /// What Python writes for numbers that JSON does not have.
    private func refuse(_ word: String) throws(JSONError) {
        if bytes[offset...].starts(with: word.utf8) { throw failure("\(word) is not a number in JSON") }
    }

    /// Nothing but space may follow.
    package mutating func end() throws(JSONError) {
        skipSpace()
        guard offset == bytes.count else { throw failure("text after the end of the document") }
    }

    package mutating func beginObject() throws(JSONError) { try expect("{") }
    package mutating func beginArray() throws(JSONError) { try expect("[") }

    /// The name of the next member, whose value is next to be read; nil at the object's end.
    ///
    /// - Parameter isFirst: True before the object's first member.
    package mutating func member(_ isFirst: inout Bool) throws(JSONError) -> String? {
        guard try hasMore(&isFirst, before: "}") else { return nil }
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw unexpected("a key") }
        let name = try string()
        try expect(":")
        return name
    }

    /// Whether the array has another element, which is next to be read.
    ///
    /// - Parameter isFirst: True before the array's first element.
    package mutating func element(_ isFirst: inout Bool) throws(JSONError) -> Bool {
        try hasMore(&isFirst, before: "]")
    }

    private mutating func hasMore(_ isFirst: inout Bool, before close: Unicode.Scalar) throws(JSONError) -> Bool {
        if take(close) { return false }
        if !isFirst, !take(",") { throw unexpected("',' or '\(close)'") }
        isFirst = false
        return true
    }

    // MARK: Values

    /// Passes over a value of any kind. It must be well-formed.
    package mutating func skip() throws(JSONError) { try skip(depth: 0) }

    private mutating func skip(depth: Int) throws(JSONError) {
        try check(depth)
        var isFirst = true
        switch try kind() {
        case .object:
            try beginObject()
            while try member(&isFirst) != nil { try skip(depth: depth + 1) }
        case .array:
            try beginArray()
            while try element(&isFirst) { try skip(depth: depth + 1) }
        case .string: _ = try string()
        case .number: _ = try number()
        case .boolean: _ = try boolean()
        case .null: try null()
        }
    }

    private func check(_ depth: Int) throws(JSONError) {
        guard depth < depthLimit else { throw failure("nested deeper than \(depthLimit) levels") }
    }

    /// The value that stands next.
    package mutating func value() throws(JSONError) -> JSONValue { try value(depth: 0) }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        try check(depth)
        var isFirst = true
        switch try kind() {
        case .object:
            try beginObject()
            var members: [JSONValue.Member] = []
            while let name = try member(&isFirst) {
                members.append(JSONValue.Member(name, try value(depth: depth + 1)))
            }
            return .object(members)
        case .array:
            try beginArray()
            var items: [JSONValue] = []
            while try element(&isFirst) { items.append(try value(depth: depth + 1)) }
            return .array(items)
        case .string: return .string(try string())
        case .number:
            let (text, isWhole) = try numeral()
            if isWhole, let value = Int(text) { return .int(value) }
            return .double(try double(text))
        case .boolean: return .bool(try boolean())
        case .null:
            try null()
            return .null
        }
    }

    /// The text of a value of any kind, as it stands.
    package mutating func source() throws(JSONError) -> String {
        skipSpace()
        let start = offset
        try skip()
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    package mutating func boolean() throws(JSONError) -> Bool {
        skipSpace()
        if next == UInt8(ascii: "f") {
            try word("false")
            return false
        }
        try word("true")
        return true
    }

    package mutating func null() throws(JSONError) {
        skipSpace()
        try word("null")
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        let letters = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[offset...].prefix(letters.count).elementsEqual(letters) else {
            if letters.starts(with: bytes[offset...]) { offset = bytes.count }
            throw unexpected("\(word)")
        }
        offset += letters.count
    }

    // MARK: Numbers

    package mutating func number() throws(JSONError) -> Double {
        let (text, _) = try numeral()
        return try double(text)
    }

    /// Nil for a number that is not whole or does not fit.
    package mutating func integer() throws(JSONError) -> Int? {
        let (text, _) = try numeral()
        return Int(text) ?? Double(text).flatMap(Int.init(exactly:))
    }

    private func double(_ text: String) throws(JSONError) -> Double {
        guard let value = Double(text) else { throw unexpected("a number") }
        if !value.isFinite, !tolerance.contains(.hugeNumbers) {
            throw failure("\(text.prefix(40)) is too large for a number", at: offset - text.utf8.count)
        }
        return value
    }

    /// A number as it stands.
    private mutating func numeral() throws(JSONError) -> (text: String, isWhole: Bool) {
        skipSpace()
        let start = offset
        var isWhole = true
        if next == UInt8(ascii: "-") { offset += 1 }
        if next == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            offset += 1
            isWhole = false
            try digits()
        }
        if let mark = next, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            offset += 1
            isWhole = false
            if let sign = next, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { offset += 1 }
            try digits()
        }
        return (String(decoding: bytes[start..<offset], as: UTF8.self), isWhole)
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while let digit = next, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") { offset += 1 }
        guard offset > start else { throw unexpected("a digit") }
    }

    // MARK: Text

    package mutating func string() throws(JSONError) -> String {
        try expect("\"")
        let start = offset
        while let byte = next {
            if byte == UInt8(ascii: "\"") {
                let text = try text(bytes[start..<offset], from: start)
                offset += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw failure("a control character inside a string") }
            offset += 1
        }
        throw unexpected("the end of a string")
    }

    private func text(_ bytes: some Sequence<UInt8>, from start: Int) throws(JSONError) -> String {
        if tolerance.contains(.brokenText) { return String(decoding: Array(bytes), as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw failure("a string that is not UTF-8", at: start - 1)
        }
        return text
    }

    /// The rest of a string from its first backslash on.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var buffer = Array(bytes[start..<offset])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                let text = try text(buffer, from: start)
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                offset += 1
                try escape(into: &buffer)
            case ..<0x20: throw failure("a control character inside a string")
            default:
                buffer.append(byte)
                offset += 1
            }
        }
        throw unexpected("the end of a string")
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
        switch next {
        case UInt8(ascii: "\"")?, UInt8(ascii: "\\")?, UInt8(ascii: "/")?: buffer.append(bytes[offset])
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            offset += 1
            buffer += Array(String(try scalar()).utf8)
            return
        case nil: throw unexpected("the end of a string")
        default: throw unexpected("an escape such as \\n")
        }
        offset += 1
    }

    /// After `\u`.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let start = offset
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, bytes[offset...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
            let place = offset
            offset += 2
            let second = try codeUnit()
            if 0xDC00..<0xE000 ~= second,
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + second - 0xDC00)
            {
                return scalar
            }
            offset = place
        }
        guard tolerance.contains(.halfPairs) else { throw failure("half of a surrogate pair", at: start) }
        return "\u{FFFD}"
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("a hexadecimal digit")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    /// Where a string lies, its escapes as they stand. Its content is not looked at: neither escapes nor UTF-8 are
    /// checked. Pictures in base64 are most of a request: their ends are found without looking at what is between.
    package mutating func uncheckedString() throws(JSONError) -> UnsafeRawBufferPointer {
        try expect("\"")
        let start = offset
        while offset < bytes.count, let base = bytes.baseAddress,
            let quote = memchr(base + offset, 0x22, bytes.count - offset)
        {
            let place = UnsafeRawPointer(quote) - base
            var before = place
            while before > start, bytes[before - 1] == UInt8(ascii: "\\") { before -= 1 }
            offset = place + 1
            if (place - before).isMultiple(of: 2) { return UnsafeRawBufferPointer(rebasing: bytes[start..<place]) }
        }
        offset = bytes.count
        throw unexpected("the end of a string")
    }
}
