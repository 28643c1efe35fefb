import Foundation
import Testing

@testable import VisionLanguage

@Suite struct EncodedPictureTests {
    @Test(arguments: 0..<70) func base64IsFoundations(_ count: Int) {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(String(decoding: Base64.encode(bytes), as: UTF8.self) == Data(bytes).base64EncodedString())
    }
}
