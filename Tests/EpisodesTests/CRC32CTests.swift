import Testing

@testable import Episodes

@Suite struct CRC32CTests {
    @Test func knownAnswer() {
        let digest = Array("123456789".utf8).withUnsafeBytes { CRC32C.checksum($0) }
        #expect(digest == 0xE306_9283)
    }
}
