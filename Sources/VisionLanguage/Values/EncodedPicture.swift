internal import Crypto

/// A picture as it is sent: a JPEG or PNG file, its hash and its base64 text, each made once however many calls show it.
public final class EncodedPicture: Sendable {
    public enum MediaType: String, Sendable, Codable {
        case jpeg = "image/jpeg"
        case png = "image/png"
    }

    public let mediaType: MediaType
    /// In pixels.
    public let width, height: Int
    /// Of the file, in bytes.
    public let byteCount: Int
    /// SHA-256 of the file.
    public let sha256: [UInt8]
    /// The file in base64 (RFC 4648, padded).
    public let base64: [UInt8]

    public init(file: [UInt8], mediaType: MediaType, width: Int, height: Int) {
        self.mediaType = mediaType
        self.width = width
        self.height = height
        byteCount = file.count
        sha256 = Array(SHA256.hash(data: file))
        base64 = Base64.encode(file)
    }
}

/// Base64 by table: Foundation's takes a detour through `Data` and `String`.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let count = (bytes.count + 2) / 3 * 4
        return [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            alphabet.withUnsafeBufferPointer { alphabet in
                var (input, place) = (0, 0)
                while input + 2 < bytes.count {
                    let word = UInt32(bytes[input]) << 16 | UInt32(bytes[input &+ 1]) << 8 | UInt32(bytes[input &+ 2])
                    output[place] = alphabet[Int(word >> 18)]
                    output[place &+ 1] = alphabet[Int(word >> 12 & 63)]
                    output[place &+ 2] = alphabet[Int(word >> 6 & 63)]
                    output[place &+ 3] = alphabet[Int(word & 63)]
                    input &+= 3
                    place &+= 4
                }
                let rest = bytes.count - input
                guard rest > 0 else { return }
                let word = UInt32(bytes[input]) << 16 | (rest > 1 ? UInt32(bytes[input + 1]) << 8 : 0)
                output[place] = alphabet[Int(word >> 18)]
                output[place + 1] = alphabet[Int(word >> 12 & 63)]
                output[place + 2] = rest > 1 ? alphabet[Int(word >> 6 & 63)] : UInt8(ascii: "=")
                output[place + 3] = UInt8(ascii: "=")
            }
            initialized = count
        }
    }
}
