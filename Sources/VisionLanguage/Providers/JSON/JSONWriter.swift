/// Writes a document as the pieces of a request: pictures stay as they are, everything else is text.
struct JSONWriter {
    private var pieces: [HTTPRequest.Piece] = []
    private var text: [UInt8] = []

    static func pieces(_ value: JSONValue) -> [HTTPRequest.Piece] {
        var writer = JSONWriter()
        writer.write(value)
        writer.cut()
        return writer.pieces
    }

    /// A document without pictures, or with their base64 text in place.
    static func bytes(_ value: JSONValue) -> [UInt8] {
        HTTPRequest(url: "", headers: [], body: pieces(value)).bytes
    }

    private mutating func cut() {
        if !text.isEmpty { pieces.append(.bytes(text)) }
        text = []
    }

    private mutating func write(_ value: JSONValue) {
        switch value {
        case .null: text += "null".utf8
        case .bool(let value): text += (value ? "true" : "false").utf8
        case .int(let value): text += String(value).utf8
        case .double(let value): text += (value.isFinite ? Self.shortest(value) : "null").utf8
        case .string(let value):
            text.append(Self.quote)
            write(escaping: value)
            text.append(Self.quote)
        case .array(let items):
            text.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(item)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(.string(member.name))
                text.append(UInt8(ascii: ":"))
                write(member.value)
            }
            text.append(UInt8(ascii: "}"))
        case .picture(let prefix, let picture):
            text.append(Self.quote)
            write(escaping: prefix)
            cut()
            pieces.append(.picture(picture))
            text.append(Self.quote)
        }
    }

    private static let quote = UInt8(ascii: "\"")

    /// 0 and not 0.0: some servers take a temperature for what it is only so.
    private static func shortest(_ value: Double) -> String {
        Int(exactly: value).map { String($0) } ?? String(value)
    }

    private mutating func write(escaping string: String) {
        var string = string
        string.withUTF8 { bytes in
            var copied = 0
            for (place, byte) in bytes.enumerated() where Self.isEscaped(byte) {
                text += bytes[copied..<place]
                copied = place + 1
                switch byte {
                case Self.quote, UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
                case 0x0A: text += "\\n".utf8
                default:
                    let digits = Array("0123456789abcdef".utf8)
                    text += "\\u00".utf8
                    text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
            text += bytes[copied...]
        }
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == quote || byte == UInt8(ascii: "\\")
    }
}
