package import Ground

/// Writes a safetensors file tensor by tensor, without holding it in memory. The file appears under its name when it is
/// whole and durable.
package final class SafetensorsWriter {
    /// The tensors in the order in which their data have to come: larger elements first, else as they were given.
    package let tensors: [SafetensorsTensor]
    private let file: AtomicFile
    private let end: Int
    private var hash = SHA256()

    /// - Throws: ``ExchangeError`` when a name is given twice, `FileError` when the file cannot be made.
    package init(_ path: String, tensors: [SafetensorsTensor], metadata: [String: String] = [:]) throws {
        let header: SafetensorsHeader
        do {
            header = try SafetensorsHeader(tensors: tensors, metadata: metadata)
        } catch {
            throw ExchangeError(.malformed, error.message, file: path, item: error.tensor)
        }
        self.tensors = header.entries.map(\.tensor)
        let bytes = header.bytes
        guard bytes.count - 8 <= SafetensorsHeader.sizeLimit else {
            throw ExchangeError(.malformed, "has a header of \(bytes.count) bytes, more than readers take", file: path)
        }
        file = try AtomicFile(path)
        end = bytes.count + (header.entries.last?.bytes.upperBound ?? 0)
        try bytes.withRawBytes { bytes throws(FileError) in
            hash.update(bufferPointer: bytes)
            try file.append(bytes)
        }
    }

    /// Appends data: whole tensors or parts of them, in the order of ``tensors``.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        precondition(file.count + bytes.count <= end, "more data than the header promises")
        hash.update(bufferPointer: bytes)
        try file.append(bytes)
    }

    /// Makes the file durable and gives it its name.
    ///
    /// - Returns: The SHA-256 of the file.
    package func finish() throws(FileError) -> [UInt8] {
        precondition(file.count == end, "\(end - file.count) bytes of data are missing")
        try file.finish()
        return Array(hash.finalize())
    }

    /// Writes a whole file.
    ///
    /// - Parameters:
    ///   - tensors: In any order.
    ///   - data: Calls the closure it is given with the bytes of the tensor, once.
    /// - Returns: The SHA-256 of the file.
    package static func write(
        _ path: String, tensors: [SafetensorsTensor], metadata: [String: String] = [:],
        data: (SafetensorsTensor, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws -> [UInt8] {
        let writer = try SafetensorsWriter(path, tensors: tensors, metadata: metadata)
        for tensor in writer.tensors {
            let begin = writer.file.count
            try data(tensor) { bytes in try writer.append(bytes) }
            precondition(
                writer.file.count - begin == tensor.byteCount,
                "\(tensor.name) was given \(writer.file.count - begin) bytes, not \(tensor.byteCount)")
        }
        return try writer.finish()
    }
}
