package import Ground

/// An 8-bit RGB picture, rows top to bottom, three bytes a pixel without padding.
package struct RGBImage: Sendable, Equatable {
    package let width: Int
    package let height: Int
    /// height * width * 3 bytes.
    package var pixels: [UInt8]

    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height * 3, "a picture without its pixels")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// A picture of one colour.
    package init(width: Int, height: Int, red: UInt8, green: UInt8, blue: UInt8) {
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
            count = width * height * 3
            for index in stride(from: 0, to: count, by: 3) {
                buffer[index] = red
                buffer[index + 1] = green
                buffer[index + 2] = blue
            }
        }
        self.init(width: width, height: height, pixels: pixels)
    }
}

/// Why a picture could not be decoded or encoded.
package struct ImageError: ExitCoded, Equatable {
    package var message: String
    package init(_ message: String) { self.message = message }
    package var description: String { message }
    package var exit: StageExit { .badInput }
}

/// The formats frames are stored in. The bytes decide, not the file's name.
package enum ImageFormat: String, Sendable {
    case png, jpeg

    /// The format by the first bytes.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8]) {
            self = .jpeg
        } else {
            return nil
        }
    }
}

extension RGBImage {
    /// Pictures with more pixels are refused before memory is taken for them.
    static let pixelLimit = 16 << 20

    /// Decodes a PNG or JPEG. Grey and palette pictures become RGB, transparent pixels are laid over white.
    ///
    /// - Throws: ``ImageError`` for anything that is not a complete picture; a truncated one is never part-decoded.
    package init(decoding bytes: UnsafeRawBufferPointer) throws(ImageError) {
        switch ImageFormat(bytes) {
        case .png: self = try PNG.decode(bytes)
        case .jpeg: self = try JPEG.decode(bytes)
        case nil:
            throw ImageError(bytes.isEmpty ? "the file is empty" : "is neither a PNG nor a JPEG")
        }
    }

    /// The picture as a PNG.
    package func png() throws(ImageError) -> [UInt8] { try PNG.encode(self) }

    /// The picture as a baseline JPEG with 4:2:0 chroma.
    ///
    /// - Parameter quality: 1-100.
    package func jpeg(quality: Int = 95) throws(ImageError) -> [UInt8] { try JPEG.encode(self, quality: quality) }

    static func checkedSize(width: Int, height: Int) throws(ImageError) -> Int {
        guard width > 0, height > 0, width <= pixelLimit, height <= pixelLimit, width * height <= pixelLimit else {
            throw ImageError("is \(width) x \(height); pictures are read up to \(pixelLimit) pixels")
        }
        return width * height * 3
    }

    /// Fills a new pixel array through `body`, which returns an error message or nil.
    static func filling(
        width: Int, height: Int, _ body: (UnsafeMutableRawPointer) -> String?
    ) throws(ImageError) -> RGBImage {
        let size = try checkedSize(width: width, height: height)
        var message: String?
        let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            message = body(UnsafeMutableRawPointer(buffer.baseAddress!))
            count = message == nil ? size : 0
        }
        if let message { throw ImageError(message) }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}
