/// Why a text is not JSON, or not what its reader wants, and where.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    package var message: String
    /// Bytes before the place it is about.
    package var offset: Int

    package init(_ message: String, offset: Int) { (self.message, self.offset) = (message, offset) }

    package var description: String { "\(message) at byte \(offset)" }

    /// `line L, column C`, both from 1; columns count bytes.
    package func location(in text: UnsafeRawBufferPointer) -> String {
        let before = text[..<min(offset, text.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return "line \(line), column \(offset - lineStart + 1)"
    }
}

/// What a reader takes although RFC 8259 or common sense refuse it.
package struct JSONTolerance: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Half of a surrogate pair in an escape becomes U+FFFD.
    package static let halfPairs = JSONTolerance(rawValue: 1)
    /// Bytes that are not UTF-8 become U+FFFD.
    package static let brokenText = JSONTolerance(rawValue: 2)
    /// Numbers beyond the greatest Double become infinite.
    package static let hugeNumbers = JSONTolerance(rawValue: 4)
}
