/// Reads JSON (RFC 8259) that a server sent: bounded in size and depth, so that no reply can hang or crash us.
///
/// Foundation's parser loses the order of members and is several times slower.
struct JSONParser {
    struct Failure: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    static let greatestSize = 64 << 20
    static let greatestDepth = 128

    private let input: UnsafeBufferPointer<UInt8>
    private var place = 0

    static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        guard bytes.count <= greatestSize else { throw Failure(description: "more than \(greatestSize >> 20) MiB") }
        // `withUnsafeBufferPointer` carries no typed error out.
        let result = bytes.withUnsafeBufferPointer { input -> Result<JSONValue, Failure> in
            var parser = JSONParser(input: input)
            do throws(Failure) {
                let value = try parser.value(depth: 0)
                parser.skipSpace()
                guard parser.place == input.count else { throw parser.failure("something follows the document") }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(input: UnsafeBufferPointer<UInt8>) { self.input = input }

    private func failure(_ what: String) -> Failure { Failure(description: "\(what) at byte \(place)") }

    private var next: UInt8? { place < input.count ? input[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth < Self.greatestDepth else { throw failure("nested deeper than \(Self.greatestDepth)") }
        skipSpace()
        guard let next else { throw failure("the document ends early") }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("no JSON value")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
        let count = word.utf8CodeUnitCount
        guard input.count - place >= count, (0..<count).allSatisfy({ input[place + $0] == word.utf8Start[$0] })
        else { throw failure("no JSON value") }
        place += count
        return value
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        place += 1
        var items: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            place += 1
            return .array(items)
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): place += 1
            case UInt8(ascii: "]"):
                place += 1
                return .array(items)
            default: throw failure("no comma or bracket")
            }
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        place += 1
        var members: [JSONValue.Member] = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            place += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("no member name") }
            let name = try string()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw failure("no colon") }
            place += 1
            members.append(JSONValue.Member(name, try value(depth: depth + 1)))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): place += 1
            case UInt8(ascii: "}"):
                place += 1
                return .object(members)
            default: throw failure("no comma or brace")
            }
        }
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = place
        if next == UInt8(ascii: "-") { place += 1 }
        let first = next
        let whole = digits()
        guard whole > 0, whole == 1 || first != UInt8(ascii: "0") else { throw failure("no number") }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            place += 1
            isWhole = false
            guard digits() > 0 else { throw failure("no number") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            place += 1
            isWhole = false
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
            guard digits() > 0 else { throw failure("no number") }
        }
        let text = String(decoding: input[start..<place], as: UTF8.self)
        if isWhole, let value = Int(text) { return .int(value) }
        guard let value = Double(text) else { throw failure("no number") }
        return .double(value)
    }

    private mutating func digits() -> Int {
        let start = place
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { place += 1 }
        return place - start
    }

    private mutating func string() throws(Failure) -> String {
        place += 1
        let start = place
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { place += 1 }
        if next == UInt8(ascii: "\"") {
            place += 1
            return String(decoding: input[start..<(place - 1)], as: UTF8.self)
        }
        var bytes = Array(input[start..<place])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                place += 1
                try escape(into: &bytes)
            case ..<0x20: throw failure("a control character in a string")
            default:
                bytes.append(byte)
                place += 1
            }
        }
        throw failure("the document ends early")
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(Failure) {
        guard let mark = next else { throw failure("the document ends early") }
        place += 1
        switch mark {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(mark)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if code & 0xFC00 == 0xD800, place + 1 < input.count, input[place] == UInt8(ascii: "\\"),
                input[place + 1] == UInt8(ascii: "u")
            {
                let back = place
                place += 2
                let low = try hexadecimal()
                if low & 0xFC00 == 0xDC00 {
                    code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
                } else {
                    place = back
                }
            }
            // Half of a pair stands for nothing.
            bytes += Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
        default: throw failure("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        guard input.count - place >= 4 else { throw failure("the document ends early") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(input[place])).hexDigitValue, input[place] < 0x80
            else { throw failure("no hexadecimal digit") }
            code = code << 4 | UInt32(digit)
            place += 1
        }
        return code
    }
}
