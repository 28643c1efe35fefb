/// Reads the JSON that a safetensors header consists of: objects, texts, and lists of whole numbers. It never nests
/// deeper than its caller does, and numbers that do not fit an `Int` are refused.
struct HeaderScanner {
    typealias Problem = SafetensorsHeader.Problem

    private let text: UnsafeRawBufferPointer
    private var position = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    private mutating func skipSpace() {
        while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    }

    /// Takes `character` after any space.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private func expected(_ what: String) -> Problem {
        Problem("byte \(position) of the header: expected \(what)")
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Problem) {
        guard take(character) else { throw expected("'\(character)'") }
    }

    /// Only space may follow.
    mutating func end() throws(Problem) {
        skipSpace()
        guard position == text.count else { throw expected("the end") }
    }

    /// Calls `member` for each name; it has to read the value.
    mutating func object(
        _ member: (inout HeaderScanner, String) throws(Problem) -> Void
    ) throws(Problem) {
        try expect("{")
        if take("}") { return }
        repeat {
            skipSpace()
            let name = try string()
            try expect(":")
            try member(&self, name)
        } while take(",")
        try expect("}")
    }

    mutating func numbers(atMost limit: Int) throws(Problem) -> [Int] {
        try expect("[")
        var numbers: [Int] = []
        if take("]") { return numbers }
        repeat {
            guard numbers.count < limit else { throw expected("at most \(limit) numbers") }
            numbers.append(try number())
        } while take(",")
        try expect("]")
        return numbers
    }

    private mutating func number() throws(Problem) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < text.count, case let digit = text[position], (0x30...0x39).contains(digit) {
            let (tens, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = tens.addingReportingOverflow(Int(digit) - 0x30)
            guard !first, !second else { throw expected("a number below 2^63") }
            value = sum
            position += 1
        }
        guard position > start, text[start] != 0x30 || position == start + 1 else {
            throw expected("a whole number without sign")
        }
        return value
    }

    mutating func string() throws(Problem) -> String {
        try expect("\"")
        var bytes: [UInt8] = []
        while true {
            guard position < text.count else { throw expected("the end of a text") }
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: bytes, as: UTF8.self) else { throw expected("UTF-8") }
                return string
            case UInt8(ascii: "\\"): bytes += try escape()
            case 0..<0x20: throw expected("no control character")
            default: bytes.append(byte)
            }
        }
    }

    private mutating func escape() throws(Problem) -> [UInt8] {
        guard position < text.count else { throw expected("an escape") }
        let byte = text[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var value = try hex()
            if (0xD800..<0xDC00).contains(value) {
                guard position + 1 < text.count, text[position] == 0x5C, text[position + 1] == UInt8(ascii: "u") else {
                    throw expected("the second half of a character")
                }
                position += 2
                let low = try hex()
                guard (0xDC00..<0xE000).contains(low) else { throw expected("the second half of a character") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else {
                throw expected("a character")
            }
            return Array(encoded)
        default: throw expected("an escape of JSON")
        }
    }

    private mutating func hex() throws(Problem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < text.count, let digit = Character(Unicode.Scalar(text[position])).hexDigitValue,
                text[position] < 0x80
            else { throw expected("four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
