internal import Ground

/// How JSON is written: its layout, escapes and numbers.
package struct JSONStyle: Sendable {
    /// Which characters stand as escapes, beside quotes and backslashes.
    package enum Escapes: Sendable {
        /// Control characters.
        case control
        /// All that steers a terminal or a script.
        case steering
        /// All but printable ASCII.
        case notASCII
    }

    /// On one line without spaces, in the order given.
    package static let compact = JSONStyle(escapes: .control)
    /// As ``compact``, with whole Doubles as `1.0`.
    package static let fractions = JSONStyle(escapes: .control, keepsFractions: true)
    /// As ``compact``, with nothing in texts that steers a terminal.
    package static let printable = JSONStyle(escapes: .steering)
    /// As Python's `json.dump(sort_keys=True, indent=4)`.
    package static let python = JSONStyle(escapes: .notASCII, keepsFractions: true, indent: 4)

    fileprivate var escapes: Escapes
    /// Whether a whole Double is written as `1.0`. Some servers take a temperature for what it is only as `1`.
    fileprivate var keepsFractions = false
    /// Spaces a level of lines; members are then in the order of their names.
    fileprivate var indent: Int?
}

/// Writes JSON text.
package struct JSONWriter {
    /// A part of a document.
    package enum Piece: Sendable {
        case bytes([UInt8])
        case long(any JSONValue.LongText)
    }

    /// What was written since the last long text.
    package private(set) var bytes: [UInt8] = []
    /// Whether a number was NaN or infinite, which JSON cannot say; null stands in its place.
    package private(set) var hasUnwritableNumber = false
    private var pieces: [Piece] = []
    private let style: JSONStyle

    package init(_ style: JSONStyle) { self.style = style }

    /// The document's text, long texts in place.
    package static func bytes(_ value: JSONValue, _ style: JSONStyle = .compact) -> [UInt8] {
        var writer = JSONWriter(style)
        writer.write(value)
        if writer.pieces.isEmpty { return writer.bytes }
        return writer.finished.flatMap { piece in
            switch piece {
            case .bytes(let bytes): bytes
            case .long(let long): long.text
            }
        }
    }

    /// The document's text in pieces between its long texts, which are not copied.
    package static func pieces(_ value: JSONValue) -> [Piece] {
        var writer = JSONWriter(.compact)
        writer.write(value)
        return writer.finished
    }

    private var finished: [Piece] { bytes.isEmpty ? pieces : pieces + [.bytes(bytes)] }

    package mutating func write(_ value: JSONValue) { write(value, depth: 0) }

    private mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: raw("null")
        case .bool(let flag): raw(flag ? "true" : "false")
        case .int(let number): write(number)
        case .double(let number): write(number)
        case .string(let text): write(text)
        case .array(let items):
            raw("[")
            for (index, item) in items.enumerated() {
                separate(index, depth)
                write(item, depth: depth + 1)
            }
            close("]", isEmpty: items.isEmpty, depth)
        case .object(let members):
            raw("{")
            for (index, member) in (style.indent == nil ? members : Self.sorted(members)).enumerated() {
                separate(index, depth)
                write(member.name)
                raw(style.indent == nil ? ":" : ": ")
                write(member.value, depth: depth + 1)
            }
            close("}", isEmpty: members.isEmpty, depth)
        case .long(let prefix, let long):
            raw("\"")
            escape(prefix)
            pieces += [.bytes(bytes), .long(long)]
            bytes = [UInt8(ascii: "\"")]
        }
    }

    /// By code points, as Python compares texts.
    private static func sorted(_ members: [JSONValue.Member]) -> [JSONValue.Member] {
        members.sorted { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }
    }

    private mutating func separate(_ index: Int, _ depth: Int) {
        if index > 0 { raw(",") }
        newline(depth + 1)
    }

    private mutating func close(_ bracket: StaticString, isEmpty: Bool, _ depth: Int) {
        if !isEmpty { newline(depth) }
        raw(bracket)
    }

    private mutating func newline(_ depth: Int) {
        guard let indent = style.indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * depth))
    }

    private mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    // MARK: Numbers

    private mutating func write(_ number: Int) {
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        } while rest > 0
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes[start...].reverse()
    }

    /// The shortest digits that read back as the same number, as Python's `repr` prints them.
    private mutating func write(_ number: Double) {
        guard number.isFinite else {
            hasUnwritableNumber = true
            return raw("null")
        }
        if !style.keepsFractions, let whole = Int(exactly: number) { return write(whole) }
        bytes.append(contentsOf: number.description.utf8)
    }

    // MARK: Text

    /// `text` in quotes.
    package mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        escape(text)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ text: String) {
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            let isPlain = utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
            if isPlain { bytes.append(contentsOf: utf8) }
            return isPlain
        }
        if isPlain { return }
        for scalar in text.unicodeScalars {
            switch (scalar, style.escapes) {
            case ("\"", _): raw("\\\"")
            case ("\\", _): raw("\\\\")
            case ("\n", _): raw("\\n")
            case ("\t", .steering), ("\t", .notASCII): raw("\\t")
            case ("\r", .notASCII): raw("\\r")
            case ("\u{08}", .notASCII): raw("\\b")
            case ("\u{0C}", .notASCII): raw("\\f")
            default:
                if isEscaped(scalar) {
                    for unit in UTF16.encode(scalar) ?? .init() { escape(unit) }
                } else {
                    bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
                }
            }
        }
    }

    private func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch style.escapes {
        case .control: scalar.value < 0x20 || scalar.value == 0x7F
        case .steering: scalar.isSteering
        case .notASCII: !(0x20...0x7E).contains(scalar.value)
        }
    }

    private mutating func escape(_ unit: UInt16) {
        raw("\\u")
        bytes.append(contentsOf: unit.hex.utf8)
    }
}
