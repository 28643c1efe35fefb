internal import Ground

/// Animated PNGs: frames encoded by libpng, put together with the chunks of the PNG specification, third edition.
package enum AnimatedPNG {
    /// An animation that repeats for ever.
    ///
    /// - Parameters:
    ///   - frames: Pictures of one size; viewers that know no animation show the first.
    ///   - milliseconds: How long each is shown.
    /// - Throws: ``ImageError`` for no frames, sizes that differ, or a frame libpng cannot encode.
    package static func encode(_ frames: [RGBImage], milliseconds: Int) throws(ImageError) -> [UInt8] {
        guard let first = frames.first else { throw ImageError("an animation without frames") }
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        var sequence: UInt32 = 0
        for (index, frame) in frames.enumerated() {
            guard (frame.width, frame.height) == (first.width, first.height) else {
                throw ImageError(
                    "frame \(index) is \(frame.width) x \(frame.height), the first is "
                        + "\(first.width) x \(first.height)")
            }
            let chunks = try chunks(of: try frame.png())
            if index == 0 {
                for chunk in chunks.prefix(while: { $0.type != "IDAT" }) { append(chunk.type, chunk.data, to: &bytes) }
                append("acTL", bigEndian(UInt32(frames.count)) + bigEndian(0), to: &bytes)
            }
            append("fcTL", control(&sequence, frame, milliseconds), to: &bytes)
            for chunk in chunks where chunk.type == "IDAT" {
                if index == 0 {
                    append("IDAT", chunk.data, to: &bytes)
                } else {
                    append("fdAT", bigEndian(sequence) + chunk.data, to: &bytes)
                    sequence += 1
                }
            }
        }
        append("IEND", [], to: &bytes)
        return bytes
    }

    /// A frame's place, time and way of drawing: over the whole picture, replacing what was there.
    private static func control(_ sequence: inout UInt32, _ frame: RGBImage, _ milliseconds: Int) -> [UInt8] {
        defer { sequence += 1 }
        let delay = UInt16(clamping: milliseconds)
        return bigEndian(sequence) + bigEndian(UInt32(frame.width)) + bigEndian(UInt32(frame.height)) + bigEndian(0)
            + bigEndian(0) + [UInt8(delay >> 8), UInt8(truncatingIfNeeded: delay), 0x03, 0xE8, 0, 0]
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }

    private static func append(_ type: String, _ data: [UInt8], to bytes: inout [UInt8]) {
        let body = Array(type.utf8) + data
        bytes += bigEndian(UInt32(data.count)) + body + bigEndian(body.withUnsafeBytes { CRC32.zip.checksum($0) })
    }

    static func chunks(of png: [UInt8]) throws(ImageError) -> [(type: String, data: [UInt8])] {
        var chunks: [(type: String, data: [UInt8])] = []
        var at = 8
        while at + 12 <= png.count {
            let length = png[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard at + 12 + length <= png.count else { break }
            chunks.append(
                (String(decoding: png[(at + 4)..<(at + 8)], as: UTF8.self), Array(png[(at + 8)..<(at + 8 + length)])))
            at += 12 + length
        }
        guard at == png.count, chunks.last?.type == "IEND" else { throw ImageError("a PNG with damaged chunks") }
        return chunks
    }
}
