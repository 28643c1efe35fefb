import Testing

@testable import Ground

@Suite struct ValueTests {
    /// The check values of the catalogue of CRC algorithms, and the definition bit by bit.
    @Test(arguments: [(0xEDB8_8320, 0xCBF4_3926), (0x82F6_3B78, 0xE306_9283)] as [(UInt32, UInt32)])
    func checksums(polynomial: UInt32, check: UInt32) {
        let crc = polynomial == 0xEDB8_8320 ? CRC32.zip : CRC32.castagnoli
        func slow(_ bytes: [UInt8]) -> UInt32 {
            ~bytes.reduce(.max) { crc, byte in
                (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ polynomial : crc >> 1 }
            }
        }
        #expect(crc.checksum(Array("123456789".utf8)) == check)
        var random = SplitMix64(seed: 8)
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let whole = slow(bytes)
            #expect(crc.checksum(bytes) == whole)
            for cut in 0...count {
                let first = crc.checksum(Array(bytes.prefix(cut)))
                #expect(bytes.dropFirst(cut).withUnsafeBytes { crc.checksum($0, seed: first) } == whole)
            }
        }
    }

    @Test func hexadecimal() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(bytes.hex.hasPrefix("000102"))
        #expect(bytes.hex.hasSuffix("fdfeff") && bytes.hex.count == 512)
        #expect([UInt8](hex: bytes.hex) == bytes)
        #expect([UInt8](hex: "Ff00") == [255, 0] && [UInt8](hex: "") == [])
        for bad in ["0", "0g", "0x", " 00", "٣٣", "００", "-1"] { #expect([UInt8](hex: bad) == nil, "\(bad)") }
        #expect(UInt64(0x5EED).hex == "0000000000005eed" && UInt32.max.hex == "ffffffff")
    }

    @Test func names() {
        for good in ["a", "0", "_", "-", "a.b", "Row_1-s0", String(repeating: "x", count: 100)] {
            #expect(Name.isValid(good), "\(good)")
        }
        for bad in [
            "", ".", "..", ".a", "a/b", "a b", "é", "a\u{301}", "a\n", "a\0", "a@b", String(repeating: "x", count: 101),
        ] {
            #expect(!Name.isValid(bad), "\(bad)")
        }
        let allowed = (0..<128 as Range<UInt8>).filter { Name.isValid("a" + String(Unicode.Scalar($0))) }
        #expect(allowed.count == 65)
    }

    @Test func printableText() {
        #expect("a\u{1B}[31mb\n\u{9B}c\u{7F}é".printable() == "a?[31mb??c?é")
        #expect("a\r\nb\u{202E}c\u{2028}".printable(keepingLines: true) == "a?\nb?c?")
        // Every control character, as Unicode has it, and the marks of direction.
        for value in 0...0x2100 as ClosedRange<UInt32> {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isControl = scalar.properties.generalCategory == .control
            if isControl { #expect(scalar.isSteering, "\(value)") }
            if scalar.properties.isBidiControl, value != 0x61C { #expect(scalar.isSteering, "\(value)") }
            if scalar.properties.isAlphabetic || scalar.properties.isWhitespace && !isControl {
                #expect(scalar.isSteering == [0x2028, 0x2029].contains(value), "\(value)")
            }
        }
    }
}

extension CRC32 {
    fileprivate func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }
}
