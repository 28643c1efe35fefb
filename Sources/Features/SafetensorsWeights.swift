internal import ALFRED
internal import Crypto
internal import Foundation

/// Float32 tensors of a safetensors file, read in place.
///
/// The file begins with the length of its header (u64, little-endian); the header is JSON from names to type, shape and
/// the bytes' place behind the header.
struct SafetensorsWeights {
    private struct Entry: Decodable {
        var dtype: String?
        var shape: [Int]?
        var offsets: [Int]?

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }

        /// The metadata among the tensors may have any members.
        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            dtype = try? members.decode(String.self, forKey: .dtype)
            shape = try? members.decode([Int].self, forKey: .shape)
            offsets = try? members.decode([Int].self, forKey: .offsets)
        }
    }

    let path: String
    private let file: MappedFile
    private let entries: [String: Entry]
    private let dataStart: Int

    private static let headerLimit = 16 << 20

    init(_ path: String) throws(EncodingError) {
        do {
            file = try MappedFile(path)
        } catch {
            throw EncodingError(.missing, "\(error)")
        }
        self.path = path
        let bytes = file.bytes
        func malformed(_ message: String) -> EncodingError {
            EncodingError(.badInput, "\(path): is not a safetensors file: \(message)")
        }
        guard bytes.count >= 8 else { throw malformed("it has \(bytes.count) bytes") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(min(Self.headerLimit, bytes.count - 8)) else {
            throw malformed("its header would have \(length) bytes")
        }
        dataStart = 8 + Int(length)
        guard let entries = try? JSONDecoder().decode([String: Entry].self, from: Data(bytes[8..<dataStart])) else {
            throw malformed("its header is not understood")
        }
        self.entries = entries
    }

    /// The shape and values of a tensor, or nil when there is none of this name.
    func tensor(_ name: String) throws(EncodingError) -> (shape: [Int], values: [Float])? {
        guard let entry = entries[name] else { return nil }
        guard entry.dtype == "F32" else {
            throw EncodingError(
                .badInput, "\(path): tensor \(name) has type \(entry.dtype?.prefix(8) ?? "none"); expected F32")
        }
        let size = file.bytes.count - dataStart
        guard let shape = entry.shape, let offsets = entry.offsets, offsets.count == 2, offsets[0] >= 0,
            offsets[0] <= offsets[1], offsets[1] <= size, let count = Self.count(of: shape),
            offsets[1] - offsets[0] == 4 * count
        else {
            throw EncodingError(.badInput, "\(path): tensor \(name) does not lie inside the file as its shape asks for")
        }
        let bytes = file.bytes
        let start = dataStart + offsets[0]
        return withExtendedLifetime(file) {
            let values = (0..<count).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * $0, as: UInt32.self)))
            }
            return (shape, values)
        }
    }

    private static func count(of shape: [Int]) -> Int? {
        var count = 1
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow, product <= 1 << 40 else { return nil }
            count = product
        }
        return count
    }

    /// SHA-256 of the file.
    var sha256: String {
        withExtendedLifetime(file) {
            var hash = SHA256()
            hash.update(bufferPointer: file.bytes)
            return hexadecimal(hash.finalize())
        }
    }
}
