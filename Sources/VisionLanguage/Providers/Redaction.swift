/// Keeps keys out of whatever a server says.
struct Redaction: Sendable, CustomReflectable {
    /// Shorter ones are placeholders such as `EMPTY`, and would be found in innocent text.
    static let shortestSecret = 8

    private let secrets: [[UInt8]]

    init(_ options: ProviderOptions) {
        let values = [options.key?.secret].compactMap { $0 } + options.extraHeaders.values
        // A header's value may be `Bearer KEY`.
        let words = values.flatMap { [$0] + $0.split(separator: " ").map { String($0) } }
        secrets = Set(words).filter { $0.utf8.count >= Self.shortestSecret }
            .sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }.map { Array($0.utf8) }
    }

    var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

    /// `bytes` with every occurrence of a secret replaced by `***`.
    func clean(_ bytes: [UInt8]) -> [UInt8] {
        secrets.reduce(bytes) { Self.replace($1, in: $0) }
    }

    func clean(_ text: String) -> String {
        secrets.isEmpty ? text : String(decoding: clean(Array(text.utf8)), as: UTF8.self)
    }

    /// A message of a server: without secrets, on one line, at most 300 characters.
    func message(_ text: String) -> String { Self.oneLine(clean(text), limit: 300) }

    /// Without control and formatting characters, which could steer a terminal.
    static func oneLine(_ text: String, limit: Int) -> String {
        // Most texts are plain and short: nothing to take out.
        if text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.trimmed }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit * 4) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator:
                if result.last != " " { result.append(" ") }
            case .format, .privateUse, .surrogate, .unassigned: break
            default: result.append(scalar)
            }
        }
        let line = String(result)
        return String(line.count > limit ? line.prefix(limit - 1) + "…" : line[...]).trimmed
    }

    private static func replace(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= secret.count else { return bytes }
        var places: [Int] = []
        bytes.withUnsafeBufferPointer { bytes in
            secret.withUnsafeBufferPointer { secret in
                var place = 0
                let first = secret[0]
                while place <= bytes.count - secret.count {
                    if bytes[place] == first, (1..<secret.count).allSatisfy({ bytes[place + $0] == secret[$0] }) {
                        places.append(place)
                        place += secret.count
                    } else {
                        place += 1
                    }
                }
            }
        }
        guard !places.isEmpty else { return bytes }
        var (result, copied): ([UInt8], Int) = ([], 0)
        for place in places {
            result += bytes[copied..<place]
            result += "***".utf8
            copied = place + secret.count
        }
        return result + bytes[copied...]
    }
}

extension String {
    fileprivate var trimmed: String {
        guard first?.isWhitespace == true || last?.isWhitespace == true else { return self }
        return String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
