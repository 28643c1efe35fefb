internal import Ground

/// A safetensors file, mapped into memory. Everything its header says was checked when it was opened.
///
/// The mapping stays valid while the file is replaced by renaming another over it, as ``SafetensorsWriter`` does. A
/// file that is shortened in place meanwhile ends the process, as with every mapping.
package final class SafetensorsFile: Sendable {
    package let path: String
    /// In the order of their data.
    package let tensors: [SafetensorsTensor]
    package let metadata: [String: String]
    /// By the bytes of the name.
    private let places: [[UInt8]: Int]
    private let ranges: [Range<Int>]
    private let mapping: MappedFile
    private let dataOffset: Int

    package init(_ path: String) throws(ExchangeError) {
        do {
            mapping = try MappedFile(path)
        } catch {
            throw ExchangeError(error)
        }
        let (header, dataOffset) = try Self.header(mapping.bytes, path: path)
        tensors = header.entries.map(\.tensor)
        ranges = header.entries.map(\.bytes)
        metadata = header.metadata
        places = Dictionary(
            header.entries.enumerated().map { (Array($1.tensor.name.utf8), $0) },
            uniquingKeysWith: { first, _ in first })
        self.dataOffset = dataOffset
        self.path = path
    }

    /// The bytes of a tensor; valid while this object lives.
    private func bytes(_ place: Int) -> UnsafeRawBufferPointer {
        let range = ranges[place]
        return UnsafeRawBufferPointer(
            rebasing: mapping.bytes[dataOffset + range.lowerBound..<dataOffset + range.upperBound])
    }

    private static func header(
        _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(ExchangeError) -> (SafetensorsHeader, dataOffset: Int) {
        guard bytes.count >= 8 else {
            throw ExchangeError(.malformed, "has \(bytes.count) bytes, too few for a safetensors file", file: path)
        }
        let size = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard size <= UInt64(SafetensorsHeader.sizeLimit), size <= UInt64(bytes.count - 8) else {
            throw ExchangeError(
                .malformed, "is no safetensors file or is cut off: its header would have \(size) bytes", file: path)
        }
        let end = 8 + Int(size)
        do {
            return (
                try SafetensorsHeader(UnsafeRawBufferPointer(rebasing: bytes[8..<end]), dataSize: bytes.count - end),
                end
            )
        } catch {
            throw ExchangeError(
                error.isUnsupported ? .unsupported : .malformed, error.message, file: path, item: error.tensor)
        }
    }

    /// The tensor with this name, or nil.
    package subscript(name: String) -> SafetensorsTensor? { places[Array(name.utf8)].map { tensors[$0] } }

    private func place(_ name: String) throws(ExchangeError) -> Int {
        guard let place = places[Array(name.utf8)] else {
            throw ExchangeError(.mismatch, "is not in the file", file: path, item: name)
        }
        return place
    }

    /// Calls `body` with the tensor's bytes, in place. They may begin at any address.
    ///
    /// - Throws: ``ExchangeError`` with `mismatch` when there is no such tensor.
    package func withBytes<R>(of name: String, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        let bytes = bytes(try place(name))
        return try withExtendedLifetime(self) { try body(bytes) }
    }

    /// Copies the tensor to `target` as float32, converting float64, float16 and bfloat16.
    ///
    /// - Parameter shape: What its shape has to be.
    /// - Throws: ``ExchangeError`` with `mismatch` when there is no such tensor or it has another type or shape.
    package func read(
        _ name: String, shape: [Int], into target: UnsafeMutableBufferPointer<Float>
    ) throws(ExchangeError) {
        let place = try place(name)
        let tensor = tensors[place]
        guard tensor.shape == shape else {
            throw ExchangeError(.mismatch, "has the shape \(tensor.shape), not \(shape)", file: path, item: name)
        }
        precondition(target.count == tensor.count, "room for \(target.count) numbers, not \(tensor.count)")
        let source = bytes(place)
        defer { withExtendedLifetime(self) {} }
        switch tensor.element {
        case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
        case .float64:
            for index in target.indices {
                target[index] = Float(source.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
            }
        case .bfloat16:
            for index in target.indices {
                let bits = source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                target[index] = Float(bitPattern: UInt32(bits) << 16)
            }
        case .float16:
            for index in target.indices {
                target[index] = HalfFloat.float(source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            }
        default:
            throw ExchangeError(
                .mismatch, "has elements of the type \(tensor.element.rawValue), not floating-point ones", file: path,
                item: name)
        }
    }

    /// The tensor as float32, converted as by ``read(_:shape:into:)``.
    package func floats(_ name: String) throws(ExchangeError) -> [Float] {
        let tensor = tensors[try place(name)]
        var values = [Float](repeating: 0, count: tensor.count)
        try values.withUnsafeMutableBufferPointer { target throws(ExchangeError) in
            try read(name, shape: tensor.shape, into: target)
        }
        return values
    }

    /// The tensor's elements as they are stored.
    ///
    /// - Throws: ``ExchangeError`` with `mismatch` when there is no such tensor or it has elements of another type.
    package func elements<T: FixedWidthInteger>(_ name: String, as type: T.Type) throws(ExchangeError) -> [T] {
        let place = try place(name)
        let tensor = tensors[place]
        guard tensor.element.integerSize == (T.isSigned ? -MemoryLayout<T>.size : MemoryLayout<T>.size) else {
            throw ExchangeError(
                .mismatch, "has elements of the type \(tensor.element.rawValue), not \(T.self)", file: path, item: name)
        }
        let source = bytes(place)
        defer { withExtendedLifetime(self) {} }
        return (0..<tensor.count).map {
            T(littleEndian: source.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
        }
    }
}

extension SafetensorsTensor.Element {
    /// The size of integers, negative for those with a sign; nil for other types.
    fileprivate var integerSize: Int? {
        switch self {
        case .int8, .int16, .int32, .int64: -size
        case .uint8, .uint16, .uint32, .uint64: size
        default: nil
        }
    }
}
