internal import Ground
internal import JSON

/// A picture as it is sent: a JPEG or PNG file, its hash and its base64 text, each made once however many calls show
/// it.
package final class EncodedPicture: JSONValue.LongText {
    /// What the file is.
    package enum MediaType: String, Sendable, Codable {
        case jpeg = "image/jpeg"
        case png = "image/png"
    }

    /// What the file is.
    package let mediaType: MediaType
    /// In pixels.
    package let width, height: Int
    /// Of the file, in bytes.
    package let byteCount: Int
    /// SHA-256 of the file.
    package let sha256: [UInt8]
    /// The file in base64 (RFC 4648, padded).
    package let base64: [UInt8]
    /// The base64 text, in ASCII.
    package var text: [UInt8] { base64 }

    package init(file: [UInt8], mediaType: MediaType, width: Int, height: Int) {
        self.mediaType = mediaType
        self.width = width
        self.height = height
        byteCount = file.count
        sha256 = Array(SHA256.hash(data: file))
        base64 = Base64.encode(file)
    }
}

/// Base64 by a table of all pairs of digits: Foundation's takes a detour through `Data` and `String`.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// The two digits of 12 bits, in the order in which they are stored.
    private static let pairs: [UInt16] = (0..<4096).map { bits in
        UInt16(littleEndian: UInt16(alphabet[bits >> 6]) | UInt16(alphabet[bits & 63]) << 8)
    }

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let count = (bytes.count + 2) / 3 * 4
        return [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            initialized = count
            let whole = bytes.count / 3
            bytes.withUnsafeBufferPointer { input in
                pairs.withUnsafeBufferPointer { pairs in
                    let out = UnsafeMutableRawPointer(output.baseAddress)
                    guard let out else { return }
                    for group in 0..<whole {
                        let place = group &* 3
                        let word =
                            UInt32(input[place]) << 16 | UInt32(input[place &+ 1]) << 8 | UInt32(input[place &+ 2])
                        out.storeBytes(of: pairs[Int(word >> 12)], toByteOffset: group &* 4, as: UInt16.self)
                        out.storeBytes(of: pairs[Int(word & 4095)], toByteOffset: group &* 4 &+ 2, as: UInt16.self)
                    }
                }
            }
            let rest = bytes.count - whole * 3
            guard rest > 0 else { return }
            let word = UInt32(bytes[whole * 3]) << 16 | (rest > 1 ? UInt32(bytes[whole * 3 + 1]) << 8 : 0)
            output[whole * 4] = alphabet[Int(word >> 18)]
            output[whole * 4 + 1] = alphabet[Int(word >> 12 & 63)]
            output[whole * 4 + 2] = rest > 1 ? alphabet[Int(word >> 6 & 63)] : UInt8(ascii: "=")
            output[whole * 4 + 3] = UInt8(ascii: "=")
        }
    }
}
