internal import CTurboJPEG

/// libjpeg-turbo with the accurate DCT and smooth chroma, which is what Pillow's decoder does.
enum JPEG {
    /// Progressive files with absurdly many scans, which take minutes, are refused.
    static let decodeFlags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> RGBImage {
        guard let handle = tjInitDecompress() else { throw ImageError("no memory for a JPEG decoder") }
        defer { tjDestroy(handle) }
        let source = bytes.bindMemory(to: UInt8.self).baseAddress
        var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        guard
            tjDecompressHeader3(handle, source, UInt(bytes.count), &width, &height, &subsampling, &colours) == 0,
            width > 0, height > 0
        else { throw ImageError("damaged JPEG: \(message(handle))") }
        return try RGBImage.filling(width: Int(width), height: Int(height)) { pixels in
            let status = tjDecompress2(
                handle, source, UInt(bytes.count), pixels.assumingMemoryBound(to: UInt8.self), width, 0, height,
                Int32(TJPF_RGB.rawValue), decodeFlags)
            return status == 0 ? nil : "damaged JPEG: \(message(handle))"
        }
    }

    static func encode(_ picture: RGBImage, quality: Int) throws(ImageError) -> [UInt8] {
        guard let handle = tjInitCompress() else { throw ImageError("no memory for a JPEG encoder") }
        defer { tjDestroy(handle) }
        let sampling = Int32(TJSAMP_420.rawValue)
        let limit = Int(tjBufSize(Int32(picture.width), Int32(picture.height), sampling))
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            var target = buffer.baseAddress
            var size = UInt(limit)
            failed =
                tjCompress2(
                    handle, picture.pixels, Int32(picture.width), 0, Int32(picture.height), Int32(TJPF_RGB.rawValue),
                    &target, &size, sampling, Int32(min(max(quality, 1), 100)), TJFLAG_NOREALLOC) != 0
            count = failed ? 0 : Int(size)
        }
        guard !failed else { throw ImageError("cannot write JPEG: \(message(handle))") }
        return bytes
    }

    private static func message(_ handle: tjhandle) -> String {
        tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
    }
}
