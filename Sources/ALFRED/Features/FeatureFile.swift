internal import Ground

/// The frames of a `feat_conv.pt`: one float32 tensor [N, C, H, W] saved by PyTorch, read in place.
///
/// Both stream formats are read: the one of PyTorch before 1.6, which the release has, and the zip archive of later
/// versions. The pickle inside is interpreted, never executed (``Pickle``).
package final class FeatureFile: Sendable {
    /// `[N, C, H, W]`.
    package let shape: [Int]
    private let file: MappedFile
    private let dataOffset: Int

    /// Frames N.
    package var count: Int { shape[0] }
    /// Floats of a frame: C * H * W.
    package var frameSize: Int { shape[1] * shape[2] * shape[3] }

    /// Maps the file at `path`; the floats are read when a frame is.
    package convenience init(_ path: String) throws(ALFREDError) {
        let mapped: MappedFile
        do throws(FileError) { mapped = try MappedFile(path) } catch { throw ALFREDError(error) }
        do {
            let tensor = try TensorLocation(mapped.bytes)
            self.init(file: mapped, tensor: tensor)
        } catch {
            throw error.inFile(path)
        }
    }

    private init(file: MappedFile, tensor: TensorLocation) {
        self.file = file
        shape = tensor.shape
        dataOffset = tensor.byteOffset
    }

    /// Calls `body` with the little-endian float32 bytes of frame `index`, in place. They may lie at any address.
    package func withFrame<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        precondition(shape[0] > index && index >= 0, "frame \(index) of \(shape[0])")
        let size = frameSize * 4
        let start = dataOffset + index * size
        return try withExtendedLifetime(file) {
            try body(UnsafeRawBufferPointer(rebasing: file.bytes[start..<(start + size)]))
        }
    }

    /// Frame `index` as an array [C * H * W].
    package func frame(_ index: Int) -> [Float] {
        withFrame(index) { bytes in
            (0..<frameSize).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }

    /// The bytes of a file in the release's format (PyTorch before 1.6) for `frames` of shape [C, H, W] each.
    package static func legacyFile(frames: [[Float]], frameShape: [Int]) -> [UInt8] {
        let frameSize = frameShape.reduce(1, *)
        precondition(frameShape.count == 3 && frames.allSatisfy { $0.count == frameSize }, "frames of another shape")
        var writer = PickleWriter()
        writer.legacyHeader()
        let shape = [frames.count] + frameShape
        writer.tensor(shape: shape, storageKey: "0", elementCount: frames.count * frameSize)
        writer.keys(["0"])
        writer.append(littleEndian: UInt64(frames.count * frameSize))
        for frame in frames { for value in frame { writer.append(littleEndian: value.bitPattern) } }
        return writer.bytes
    }
}

/// Where a file's tensor lies and what shape it has; checked against the file's size.
struct TensorLocation: Equatable {
    var shape: [Int]
    var byteOffset: Int

    init(_ bytes: UnsafeRawBufferPointer) throws(ALFREDError) {
        if bytes.count >= 4, bytes[0] == 0x50, bytes[1] == 0x4B {
            try self.init(zip: bytes)
        } else {
            try self.init(legacy: bytes)
        }
    }

    private init(legacy bytes: UnsafeRawBufferPointer) throws(ALFREDError) {
        var offset = 0
        guard bytes.count >= 2, bytes[0] == 0x80 else {
            throw ALFREDError(.malformed, "is not a file of torch.save", location: "byte 0")
        }
        guard try Pickle.read(bytes, at: &offset) == .int(Int(truncatingIfNeeded: PickleWriter.magicLowBits)) else {
            throw ALFREDError(.malformed, "has not the magic number of torch.save", location: "byte 0")
        }
        guard try Pickle.read(bytes, at: &offset) == .int(1001) else {
            throw ALFREDError(.malformed, "has a protocol version other than 1001", location: "byte \(offset)")
        }
        let system = try Pickle.read(bytes, at: &offset)
        if case .dictionary(let members) = system,
            members.contains(where: { $0.0 == .string("little_endian") && $0.1 == .bool(false) })
        {
            throw ALFREDError(.malformed, "was written on a big-endian machine", location: "byte \(offset)")
        }
        let tensor = try Tensor(try Pickle.read(bytes, at: &offset))
        guard case .list(let keys) = try Pickle.read(bytes, at: &offset) else {
            throw ALFREDError(.malformed, "has no list of storages", location: "byte \(offset)")
        }
        guard keys == [.string(tensor.storageKey)] else {
            throw ALFREDError(.malformed, "holds \(keys.count) storages; expected the tensor's one")
        }
        guard bytes.count - offset >= 8 else {
            throw ALFREDError(.malformed, "is truncated before the data", location: "byte \(offset)")
        }
        let stored = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        guard stored == UInt64(tensor.elementCount) else {
            throw ALFREDError(
                .malformed, "the storage has \(stored) elements, its description \(tensor.elementCount)",
                location: "byte \(offset)")
        }
        try self.init(tensor, dataOffset: offset + 8, dataSize: bytes.count - offset - 8)
    }

    private init(zip bytes: UnsafeRawBufferPointer) throws(ALFREDError) {
        let archive = try ZipDirectory(bytes)
        guard let pickle = archive.entries.first(where: { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") })
        else {
            throw ALFREDError(.malformed, "the archive has no data.pkl")
        }
        let prefix = pickle.name.dropLast("data.pkl".count)
        if let order = archive.entries.first(where: { $0.name == prefix + "byteorder" }),
            !bytes[order.data].elementsEqual("little".utf8)
        {
            throw ALFREDError(.malformed, "was written on a big-endian machine")
        }
        var offset = 0
        let tensor = try Tensor(try Pickle.read(UnsafeRawBufferPointer(rebasing: bytes[pickle.data]), at: &offset))
        guard let storage = archive.entries.first(where: { $0.name == prefix + "data/\(tensor.storageKey)" }) else {
            throw ALFREDError(.malformed, "the archive has no data/\(tensor.storageKey.prefix(40))")
        }
        try self.init(tensor, dataOffset: storage.data.lowerBound, dataSize: storage.data.count)
    }

    private init(_ tensor: Tensor, dataOffset: Int, dataSize: Int) throws(ALFREDError) {
        let (needed, overflow) = tensor.elementCount.multipliedReportingOverflow(by: 4)
        guard !overflow, needed <= dataSize else {
            throw ALFREDError(
                .malformed,
                "is truncated: the storage needs \(tensor.elementCount) floats, the file has \(dataSize) bytes",
                location: "byte \(dataOffset)")
        }
        shape = tensor.shape
        byteOffset = dataOffset + 4 * tensor.storageOffset
    }

    /// The arguments of `_rebuild_tensor_v2`, checked.
    private struct Tensor {
        var storageKey: String
        var elementCount: Int
        var storageOffset: Int
        var shape: [Int]

        init(_ value: Pickle.Value) throws(ALFREDError) {
            guard case .call(.global("torch._utils._rebuild_tensor_v2"), .tuple(let arguments)) = value,
                arguments.count >= 4,
                case .persistent(.tuple(let storage)) = arguments[0], storage.count >= 5,
                storage[0] == .string("storage"), storage[1] == .global("torch.FloatStorage"),
                case .string(let key) = storage[2], case .int(let count) = storage[4],
                case .int(let offset) = arguments[1], case .tuple(let sizes) = arguments[2],
                case .tuple(let strides) = arguments[3]
            else { throw ALFREDError(.malformed, "holds something other than one float32 tensor") }
            // The sixth item, where present, is a view of the storage: (key, offset, size) or None.
            var viewOffset = 0
            if storage.count > 5, storage[5] != .none {
                guard case .tuple(let view) = storage[5], view.count == 3, case .int(let start) = view[1], start >= 0
                else { throw ALFREDError(.malformed, "has a storage view that is not understood") }
                viewOffset = start
            }
            let shape = sizes.compactMap { if case .int(let size) = $0 { size } else { nil } }
            guard shape.count == 4, sizes.count == 4, shape.allSatisfy({ $0 > 0 }) else {
                throw ALFREDError(.malformed, "has shape \(shape); expected [N, C, H, W]")
            }
            var expected: [Int] = [1]
            for size in shape.reversed() {
                let (product, overflow) = expected[0].multipliedReportingOverflow(by: size)
                guard !overflow else { throw ALFREDError(.malformed, "has a shape that overflows: \(shape)") }
                expected.insert(product, at: 0)
            }
            let isContiguous = zip(strides, zip(expected.dropFirst(), shape)).allSatisfy { stride, expectation in
                stride == .int(expectation.0) || expectation.1 == 1
            }
            guard strides.count == 4, isContiguous else {
                throw ALFREDError(.malformed, "is not contiguous; save it with tensor.contiguous()")
            }
            let start = offset.addingReportingOverflow(viewOffset)
            guard count >= 0, offset >= 0, !start.overflow, count >= expected[0],
                start.partialValue <= count - expected[0]
            else { throw ALFREDError(.malformed, "has a tensor that is larger than its storage of \(count) floats") }
            storageKey = key
            elementCount = count
            storageOffset = start.partialValue
            self.shape = shape
        }
    }
}
