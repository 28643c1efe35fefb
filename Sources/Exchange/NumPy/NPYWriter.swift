package import Ground

/// Writes a NumPy array file, as `numpy.load` reads it, without holding it in memory. The file appears under its name
/// when it is whole.
package final class NPYWriter {
    private let file: AtomicFile
    private var missing: Int

    package init(_ path: String, _ header: NPYHeader) throws(FileError) {
        file = try AtomicFile(path)
        missing = header.dataSize
        try file.append(header.bytes)
    }

    /// Appends elements, lowest byte first.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        precondition(bytes.count <= missing, "more data than the header promises")
        missing -= bytes.count
        try file.append(bytes)
    }

    /// Makes the file durable and gives it its name.
    package func finish() throws(FileError) {
        precondition(missing == 0, "\(missing) bytes of data are missing")
        try file.finish()
    }
}

/// Writes named NumPy arrays into one file, as `numpy.load` reads it: a zip file, not compressed. One array after
/// another, without holding any in memory. The file appears under its name when it is whole.
package final class NPZWriter {
    private let zip: ZIPWriter

    package init(_ path: String) throws(FileError) { zip = try ZIPWriter(path) }

    init(_ path: String, limit: Int) throws(FileError) { zip = try ZIPWriter(path, limit: limit) }

    /// Begins the array `name`; exactly its data have to be appended next.
    package func begin(_ name: String, _ header: NPYHeader) throws(FileError) {
        let bytes = header.bytes
        try zip.begin(name + ".npy", size: bytes.count + header.dataSize)
        try append(bytes)
    }

    /// Adds a file that is no array.
    package func add(_ name: String, _ bytes: [UInt8]) throws(FileError) {
        try zip.begin(name, size: bytes.count)
        try append(bytes)
    }

    /// Appends elements, lowest byte first.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try zip.append(bytes) }

    private func append(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withRawBytes { bytes throws(FileError) in try zip.append(bytes) }
    }

    /// Makes the file durable and gives it its name.
    package func finish() throws(FileError) { try zip.finish() }
}
