/// Writes the pickles of a PyTorch file before 1.6 that holds one contiguous float32 tensor.
struct PickleWriter {
    /// The low 64 bits of the magic number 0x1950a86a20f9469cfc6c.
    static let magicLowBits: UInt64 = 0xA86A_20F9_469C_FC6C

    private(set) var bytes: [UInt8] = []

    mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func begin() { bytes += [0x80, 2] }
    private mutating func end() { bytes.append(UInt8(ascii: ".")) }

    private mutating func integer(_ value: Int) {
        switch value {
        case 0..<0x100: bytes += [UInt8(ascii: "K"), UInt8(value)]
        case 0..<0x10000:
            bytes.append(UInt8(ascii: "M"))
            append(littleEndian: UInt16(value))
        case 0..<0x8000_0000:
            bytes.append(UInt8(ascii: "J"))
            append(littleEndian: Int32(value))
        default:
            bytes += [0x8A, 8]
            append(littleEndian: Int64(value))
        }
    }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "X"))
        append(littleEndian: UInt32(text.utf8.count))
        bytes += text.utf8
    }

    private mutating func global(_ module: String, _ name: String) {
        bytes += "c\(module)\n\(name)\n".utf8
    }

    private mutating func tuple(_ values: [Int]) {
        bytes.append(UInt8(ascii: "("))
        for value in values { integer(value) }
        bytes.append(UInt8(ascii: "t"))
    }

    /// Magic number, protocol version and system information.
    mutating func legacyHeader() {
        begin()
        bytes += [0x8A, 10]
        append(littleEndian: Self.magicLowBits)
        bytes += [0x50, 0x19]
        end()
        begin()
        integer(1001)
        end()
        begin()
        bytes += [UInt8(ascii: "}"), UInt8(ascii: "(")]
        string("protocol_version")
        integer(1001)
        string("little_endian")
        bytes.append(0x88)
        string("type_sizes")
        bytes += [UInt8(ascii: "}"), UInt8(ascii: "(")]
        for (name, size) in [("short", 2), ("int", 4), ("long", 4)] {
            string(name)
            integer(size)
        }
        bytes += [UInt8(ascii: "u"), UInt8(ascii: "u")]
        end()
    }

    /// `_rebuild_tensor_v2` of a contiguous tensor that fills its storage.
    mutating func tensor(shape: [Int], storageKey: String, elementCount: Int) {
        begin()
        global("torch._utils", "_rebuild_tensor_v2")
        bytes += [UInt8(ascii: "("), UInt8(ascii: "(")]
        string("storage")
        global("torch", "FloatStorage")
        string(storageKey)
        string("cpu")
        integer(elementCount)
        bytes += [UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "Q")]
        integer(0)
        tuple(shape)
        tuple(shape.indices.map { shape[($0 + 1)...].reduce(1, *) })
        bytes.append(0x89)
        global("collections", "OrderedDict")
        bytes += [UInt8(ascii: ")"), UInt8(ascii: "R"), UInt8(ascii: "t"), UInt8(ascii: "R")]
        end()
    }

    mutating func keys(_ keys: [String]) {
        begin()
        bytes += [UInt8(ascii: "]"), UInt8(ascii: "(")]
        for key in keys { string(key) }
        bytes.append(UInt8(ascii: "e"))
        end()
    }
}
