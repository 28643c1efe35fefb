/// A NumPy `.npy` array of floating-point numbers, in C order.
struct NPYArray: Sendable, Equatable {
    /// Largest file that is read. The release's layouts have at most 8 KB.
    static let byteLimit = 64 << 20

    var shape: [Int]
    /// Product of ``shape`` numbers.
    var values: [Double]

    init(shape: [Int], values: [Double]) {
        precondition(shape.reduce(1, *) == values.count, "a shape of \(shape) does not hold \(values.count) values")
        self.shape = shape
        self.values = values
    }

    init(contentsOf path: String) throws(ALFREDError) {
        let file = FileBytes()
        do {
            try file.load(path, limit: Self.byteLimit)
            defer { withExtendedLifetime(file) {} }
            try self.init(file.bytes)
        } catch {
            throw error.inFile(path)
        }
    }

    /// Reads format versions 1 to 3 with elements `<f8`, `<f4`, `<i8` or `<i4` in either order.
    init(_ bytes: UnsafeRawBufferPointer) throws(ALFREDError) {
        let header = try Header(bytes)
        let data = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
        let needed = header.count.multipliedReportingOverflow(by: header.elementSize)
        guard !needed.overflow, needed.partialValue == data.count else {
            throw ALFREDError(
                .malformed,
                "the header promises \(header.count) elements of \(header.elementSize) bytes, the file has "
                    + "\(data.count) bytes of data")
        }
        let stored = (0..<header.count).map { header.element($0, in: data) }
        shape = header.shape
        values = header.isFortranOrder ? Self.cOrder(stored, shape: header.shape) : stored
    }

    private static func cOrder(_ stored: [Double], shape: [Int]) -> [Double] {
        var index = [Int](repeating: 0, count: shape.count)
        return stored.indices.map { _ in
            var offset = 0
            for axis in shape.indices.reversed() { offset = offset * shape[axis] + index[axis] }
            for axis in shape.indices.reversed() {
                index[axis] += 1
                if index[axis] < shape[axis] { break }
                index[axis] = 0
            }
            return stored[offset]
        }
    }

    /// The bytes of a version 1 file with elements `<f8`, as `numpy.save` writes them.
    func npy() -> [UInt8] {
        let dimensions = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(dimensions)), }"
        let prefix = 10
        header += String(repeating: " ", count: (64 - (prefix + header.utf8.count + 1) % 64) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + "NUMPY".utf8 + [1, 0]
        bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
        bytes += header.utf8
        for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    private struct Header {
        var descr = ""
        var isFortranOrder = false
        var shape: [Int] = []
        var count = 1
        var dataOffset = 0

        var elementSize: Int { descr.hasSuffix("8") ? 8 : 4 }

        func element(_ index: Int, in data: UnsafeRawBufferPointer) -> Double {
            let offset = index * elementSize
            return switch descr {
            case "<f8":
                Double(bitPattern: UInt64(littleEndian: data.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            case "<f4":
                Double(
                    Float(bitPattern: UInt32(littleEndian: data.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
                )
            case "<i8": Double(Int64(littleEndian: data.loadUnaligned(fromByteOffset: offset, as: Int64.self)))
            default: Double(Int32(littleEndian: data.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            }
        }

        init(_ bytes: UnsafeRawBufferPointer) throws(ALFREDError) {
            guard bytes.count >= 10, bytes[0] == 0x93, bytes[1..<6].elementsEqual("NUMPY".utf8) else {
                throw ALFREDError(.malformed, "is not a .npy file", location: "byte 0")
            }
            let version = bytes[6]
            guard (1...3).contains(version) else {
                throw ALFREDError(.malformed, ".npy version \(version) is not known", location: "byte 6")
            }
            var length = Int(bytes[8]) | Int(bytes[9]) << 8
            var start = 10
            if version > 1 {
                guard bytes.count >= 12 else { throw ALFREDError(.malformed, "truncated .npy header") }
                length |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24
                start = 12
            }
            guard length <= 65536, start + length <= bytes.count else {
                throw ALFREDError(.malformed, "the .npy header claims \(length) bytes", location: "byte 8")
            }
            dataOffset = start + length
            try parse(String(decoding: bytes[start..<dataOffset], as: UTF8.self))
            for dimension in shape {
                let product = count.multipliedReportingOverflow(by: dimension)
                guard !product.overflow else { throw ALFREDError(.malformed, "the shape \(shape) overflows") }
                count = product.partialValue
            }
        }

        /// Parses the Python dictionary literal of the header: exactly the keys descr, fortran_order and shape.
        private mutating func parse(_ text: String) throws(ALFREDError) {
            let compact = text.filter { !$0.isWhitespace }
            guard let descrRange = compact.range(after: "'descr':'", until: "'"),
                let orderRange = compact.range(after: "'fortran_order':", until: ","),
                let shapeRange = compact.range(after: "'shape':(", until: ")")
            else { throw ALFREDError(.malformed, "the .npy header has no descr, fortran_order and shape") }
            descr = String(compact[descrRange])
            guard ["<f8", "<f4", "<i8", "<i4"].contains(descr) else {
                throw ALFREDError(.malformed, "elements of type '\(descr)' are not read; expected '<f8'")
            }
            switch compact[orderRange] {
            case "False": isFortranOrder = false
            case "True": isFortranOrder = true
            default: throw ALFREDError(.malformed, "fortran_order is neither True nor False")
            }
            let fields = compact[shapeRange].split(separator: ",", omittingEmptySubsequences: true)
            guard fields.count <= 8 else { throw ALFREDError(.malformed, "\(fields.count) dimensions are too many") }
            for field in fields {
                guard let dimension = Int(field), dimension >= 0 else {
                    throw ALFREDError(.malformed, "the shape has the dimension '\(field.prefix(24))'")
                }
                shape.append(dimension)
            }
        }
    }
}

extension String {
    /// The text between the first `prefix` and the next `terminator`.
    fileprivate func range(after prefix: String, until terminator: Character) -> Range<Index>? {
        var start = startIndex
        while start < endIndex, !self[start...].hasPrefix(prefix) { start = index(after: start) }
        guard start < endIndex else { return nil }
        let from = index(start, offsetBy: prefix.count)
        guard let end = self[from...].firstIndex(of: terminator) else { return nil }
        return from..<end
    }
}
