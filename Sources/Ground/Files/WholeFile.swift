/// Files that are read in one go.
package enum WholeFile {
    /// The contents of the regular file at `path`.
    ///
    /// - Parameter limit: Bytes it may have. The size is checked before anything is read.
    /// - Throws: ``FileError``.
    package static func read(_ path: String, limit: Int = 64 << 20) throws(FileError) -> [UInt8] {
        let file = try OpenFile(reading: path)
        guard file.size <= limit else {
            throw FileError(.tooLarge, "is \(file.size) bytes; at most \(limit) bytes are read", file: path)
        }
        return try file.read(count: file.size)
    }
}
