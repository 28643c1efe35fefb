/// Writes JSON as the dataset's own generator did: Python's `json.dump(sort_keys=True, indent=4)`, ASCII only.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether a number was NaN or infinite, which JSON cannot say; null stands in its place.
    private(set) var hasUnwritableNumber = false
    private var depth = 0
    /// Whether the innermost container already has an element.
    private var hasElement: [Bool] = []

    init() {}

    // MARK: Values

    mutating func null() { raw("null") }
    mutating func value(_ value: Bool) { raw(value ? "true" : "false") }
    mutating func value(_ value: some FixedWidthInteger) {
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        } while rest > 0
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes[start...].reverse()
    }

    /// The shortest digits that read back as the same number, as Python's `repr` prints them.
    mutating func value(_ value: Double) {
        guard value.isFinite else {
            hasUnwritableNumber = true
            return null()
        }
        bytes.append(contentsOf: value.description.utf8)
    }

    mutating func value(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let isPlain = text.utf8.allSatisfy {
            (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        if isPlain { bytes.append(contentsOf: text.utf8) }
        for scalar in isPlain ? "".unicodeScalars : text.unicodeScalars {
            switch scalar {
            case "\"": raw("\\\"")
            case "\\": raw("\\\\")
            case "\n": raw("\\n")
            case "\r": raw("\\r")
            case "\t": raw("\\t")
            case "\u{08}": raw("\\b")
            case "\u{0C}": raw("\\f")
            case " "..."~": bytes.append(UInt8(scalar.value))
            default: for unit in UTF16.encode(scalar)! { escape(unit) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ unit: UInt16) {
        raw("\\u")
        for shift in [12, 8, 4, 0] {
            let digit = UInt8((unit >> UInt16(shift)) & 0xF)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    mutating func value(_ tree: JSONTree) {
        switch tree {
        case .null: null()
        case .bool(let flag): value(flag)
        case .int(let number): value(number)
        case .double(let number): value(number)
        case .string(let text): value(text)
        case .array(let elements): array(elements) { writer, element in writer.value(element) }
        case .object(let members): object { object in object.merge(members) }
        }
    }

    // MARK: Containers

    mutating func array<T>(_ elements: some Collection<T>, _ write: (inout JSONWriter, T) -> Void) {
        open("[")
        for element in elements {
            separate()
            write(&self, element)
        }
        close("]")
    }

    mutating func object(_ build: (inout Members) -> Void) {
        var members = Members(writer: JSONWriter(depth: depth + 1))
        build(&members)
        hasUnwritableNumber = hasUnwritableNumber || members.hasUnwritableNumber
        open("{")
        for (key, text) in members.texts.sorted(by: { Self.precedes($0.key, $1.key) }) {
            separate()
            value(key)
            raw(": ")
            bytes.append(contentsOf: text)
        }
        close("}")
    }

    /// Python compares strings by code point.
    private static func precedes(_ a: String, _ b: String) -> Bool {
        a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
    }

    /// The members of an object under construction, in any order; a later one replaces an earlier one of that key.
    struct Members {
        fileprivate var texts: [String: [UInt8]] = [:]
        fileprivate var hasUnwritableNumber = false
        fileprivate let writer: JSONWriter

        fileprivate init(writer: JSONWriter) { self.writer = writer }

        mutating func set(_ key: String, _ write: (inout JSONWriter) -> Void) {
            var scratch = writer
            write(&scratch)
            texts[key] = scratch.bytes
            hasUnwritableNumber = hasUnwritableNumber || scratch.hasUnwritableNumber
        }
        mutating func set(_ key: String, _ value: String) { set(key) { $0.value(value) } }
        mutating func set(_ key: String, _ value: Bool) { set(key) { $0.value(value) } }
        mutating func set(_ key: String, _ value: Int) { set(key) { $0.value(value) } }
        mutating func set(_ key: String, _ value: Double) { set(key) { $0.value(value) } }
        mutating func set(_ key: String, _ value: JSONTree) { set(key) { $0.value(value) } }
        mutating func merge(_ members: [String: JSONTree]) {
            for (key, value) in members { set(key, value) }
        }
    }

    private init(depth: Int) { self.depth = depth }

    private mutating func open(_ bracket: StaticString) {
        raw(bracket)
        depth += 1
        hasElement.append(false)
    }

    private mutating func separate() {
        if hasElement[hasElement.count - 1] { raw(",") }
        hasElement[hasElement.count - 1] = true
        newline()
    }

    private mutating func close(_ bracket: StaticString) {
        depth -= 1
        if hasElement.removeLast() { newline() }
        raw(bracket)
    }

    private mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        var spaces = depth * 4
        while spaces > 0 {
            let part = min(spaces, Self.blank.utf8CodeUnitCount)
            bytes.append(contentsOf: UnsafeBufferPointer(start: Self.blank.utf8Start, count: part))
            spaces -= part
        }
    }

    private static let blank: StaticString = "                                                                "

    private mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
