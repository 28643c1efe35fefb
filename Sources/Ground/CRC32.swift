/// Checksums of 32 bits, eight bytes at a time. Not for what somebody might forge.
package struct CRC32: Sendable {
    /// Of zip files and PNG chunks (ISO 3309).
    package static let zip = CRC32(polynomial: 0xEDB8_8320)
    /// Castagnoli's (RFC 3720, appendix B.4), of TensorBoard's events and frame stores.
    package static let castagnoli = CRC32(polynomial: 0x82F6_3B78)

    private let tables: [UInt32]

    /// - Parameter polynomial: Its lowest power in the highest bit.
    private init(polynomial: UInt32) {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ polynomial : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<tables.count {
            let previous = tables[index - 256]
            tables[index] = tables[Int(previous & 0xFF)] ^ (previous >> 8)
        }
        self.tables = tables
    }

    /// The checksum of `bytes`; pass the last result as `seed` to continue it.
    package func checksum(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            var crc = ~seed
            var index = 0
            while index &+ 8 <= bytes.count {
                let word =
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(crc)
                crc = 0
                for lane in 0..<8 {
                    let byte = Int(truncatingIfNeeded: (word >> UInt64(8 &* lane)) & 0xFF)
                    crc ^= table[(7 &- lane) &* 256 &+ byte]
                }
                index &+= 8
            }
            while index < bytes.count {
                crc = table[Int((crc ^ UInt32(bytes[index])) & 0xFF)] ^ (crc >> 8)
                index &+= 1
            }
            return ~crc
        }
    }
}
