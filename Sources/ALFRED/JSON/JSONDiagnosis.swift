/// Says where and why a text is not JSON (RFC 8259). Runs only after the parser has rejected the text.
struct JSONDiagnosis: Equatable {
    var message: String
    /// `line L, column C`, both from 1; columns count bytes.
    var location: String

    /// The first problem in `text`, or nil when this grammar finds none.
    static func firstProblem(in text: UnsafeRawBufferPointer) -> JSONDiagnosis? {
        var scanner = Scanner(text: text)
        do {
            try scanner.document()
            return nil
        } catch {
            let before = text[..<min(scanner.at, text.count)]
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            return JSONDiagnosis(
                message: error.message, location: "line \(line), column \(scanner.at - lineStart + 1)")
        }
    }

    private struct Problem: Error { var message: String }

    private struct Scanner {
        let text: UnsafeRawBufferPointer
        var at = 0

        private var byte: UInt8? { at < text.count ? text[at] : nil }

        mutating func document() throws(Problem) {
            skipSpace()
            if byte == nil { throw Problem(message: "the file is empty") }
            try value(depth: 0)
            skipSpace()
            if byte != nil { throw Problem(message: "text after the end of the document") }
        }

        private mutating func skipSpace() {
            while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
        }

        private func unexpected(_ expected: String) -> Problem {
            guard let byte else { return Problem(message: "truncated JSON: the file ends where \(expected) should be") }
            let shown =
                (0x21...0x7E).contains(byte)
                ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
            return Problem(message: "expected \(expected), found \(shown)")
        }

        private mutating func value(depth: Int) throws(Problem) {
            guard depth < 1024 else { throw Problem(message: "nested deeper than 1024 levels") }
            switch byte {
            case UInt8(ascii: "{"): try object(depth: depth)
            case UInt8(ascii: "["): try array(depth: depth)
            case UInt8(ascii: "\""): try string()
            case UInt8(ascii: "t"): try literal("true")
            case UInt8(ascii: "f"): try literal("false")
            case UInt8(ascii: "n"): try literal("null")
            case UInt8(ascii: "N"): try notANumber("NaN")
            case UInt8(ascii: "I"): try notANumber("Infinity")
            case UInt8(ascii: "-") where at + 1 < text.count && text[at + 1] == UInt8(ascii: "I"):
                try notANumber("-Infinity")
            case UInt8(ascii: "-"): try number()
            case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try number()
            default: throw unexpected("a value")
            }
        }

        private func matches(_ word: StaticString) -> Bool {
            let end = at + word.utf8CodeUnitCount
            guard end <= text.count else { return false }
            return text[at..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        }

        private mutating func literal(_ word: StaticString) throws(Problem) {
            guard matches(word) else {
                if text.count - at < word.utf8CodeUnitCount { at = text.count }
                throw unexpected("\(word)")
            }
            at += word.utf8CodeUnitCount
        }

        private func notANumber(_ word: StaticString) throws(Problem) {
            throw matches(word) ? Problem(message: "\(word) is not a number in JSON") : unexpected("a value")
        }

        private mutating func object(depth: Int) throws(Problem) {
            at += 1
            skipSpace()
            if byte == UInt8(ascii: "}") { at += 1; return }
            while true {
                guard byte == UInt8(ascii: "\"") else { throw unexpected("a key") }
                try string()
                skipSpace()
                guard byte == UInt8(ascii: ":") else { throw unexpected("':'") }
                at += 1
                skipSpace()
                try value(depth: depth + 1)
                skipSpace()
                if byte == UInt8(ascii: ",") { at += 1; skipSpace(); continue }
                guard byte == UInt8(ascii: "}") else { throw unexpected("',' or '}'") }
                at += 1
                return
            }
        }

        private mutating func array(depth: Int) throws(Problem) {
            at += 1
            skipSpace()
            if byte == UInt8(ascii: "]") { at += 1; return }
            while true {
                try value(depth: depth + 1)
                skipSpace()
                if byte == UInt8(ascii: ",") { at += 1; skipSpace(); continue }
                guard byte == UInt8(ascii: "]") else { throw unexpected("',' or ']'") }
                at += 1
                return
            }
        }

        private mutating func string() throws(Problem) {
            let start = at
            at += 1
            while let byte {
                switch byte {
                case UInt8(ascii: "\""):
                    let bytes = text[(start + 1)..<at]
                    at += 1
                    guard String(validating: bytes, as: UTF8.self) != nil else {
                        at = start
                        throw Problem(message: "a string that is not UTF-8")
                    }
                    return
                case UInt8(ascii: "\\"): try escape()
                case ..<0x20: throw Problem(message: "a control character inside a string")
                default: at += 1
                }
            }
            at = text.count
            throw unexpected("the end of a string")
        }

        private mutating func escape() throws(Problem) {
            at += 1
            guard let byte else { return }
            guard "\"\\/bfnrtu".utf8.contains(byte) else { throw unexpected("an escape such as \\n") }
            at += 1
            guard byte == UInt8(ascii: "u") else { return }
            for _ in 0..<4 {
                guard let digit = self.byte, "0123456789abcdefABCDEF".utf8.contains(digit) else {
                    throw unexpected("a hexadecimal digit")
                }
                at += 1
            }
        }

        private mutating func number() throws(Problem) {
            let start = at
            if byte == UInt8(ascii: "-") { at += 1 }
            try digits(leadingZero: false)
            if byte == UInt8(ascii: ".") {
                at += 1
                try digits(leadingZero: true)
            }
            if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
                at += 1
                if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
                try digits(leadingZero: true)
            }
            let digits = String(decoding: text[start..<at], as: UTF8.self)
            if let value = Double(digits), !value.isFinite {
                at = start
                throw Problem(message: "\(digits.prefix(40)) is too large for a number")
            }
        }

        private mutating func digits(leadingZero: Bool) throws(Problem) {
            guard let first = byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
                throw unexpected("a digit")
            }
            at += 1
            if first == UInt8(ascii: "0"), !leadingZero { return }
            while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        }
    }
}
