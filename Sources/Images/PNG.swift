internal import CPNG

/// libpng's simplified interface: it catches its own errors, so nothing jumps over Swift frames.
enum PNG {
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> RGBImage {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
            throw ImageError("damaged PNG: \(message(image))")
        }
        image.format = png_uint_32(PNG_FORMAT_RGB)
        return try RGBImage.filling(width: Int(image.width), height: Int(image.height)) { pixels in
            var white = png_color(red: 255, green: 255, blue: 255)
            guard png_image_finish_read(&image, &white, pixels, 0, nil) != 0 else {
                return "damaged PNG: \(message(image))"
            }
            return nil
        }
    }

    static func encode(_ picture: RGBImage) throws(ImageError) -> [UInt8] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(picture.width)
        image.height = png_uint_32(picture.height)
        image.format = png_uint_32(PNG_FORMAT_RGB)
        defer { png_image_free(&image) }
        // The largest a PNG of these pixels can get: a filter byte a row, deflate's overhead, the chunks.
        var size = picture.pixels.count + picture.height
        size += size / 1000 + size / 16384 * 17 + 4096
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var written = png_alloc_size_t(size)
            failed = png_image_write_to_memory(&image, buffer.baseAddress, &written, 0, picture.pixels, 0, nil) == 0
            count = failed ? 0 : Int(written)
        }
        guard !failed else { throw ImageError("cannot write PNG: \(message(image))") }
        return bytes
    }

    private static func message(_ image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
