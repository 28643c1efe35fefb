extension Sequence<UInt8> {
    /// Two hexadecimal digits a byte, in lower case.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension FixedWidthInteger where Self: UnsignedInteger {
    /// All hexadecimal digits with the highest first, in lower case: 16 for a `UInt64`.
    package var hex: String { Swift.withUnsafeBytes(of: bigEndian) { $0.hex } }
}

extension [UInt8] {
    /// The bytes that ``Swift/Sequence/hex`` wrote; nil for what is no pairs of hexadecimal digits.
    package init?(hex: some StringProtocol) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in hex {
            guard character.isASCII, let digit = character.hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else { return nil }
        self = bytes
    }
}
