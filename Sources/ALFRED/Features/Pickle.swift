/// The part of Python's pickle that `torch.save` uses for a tensor. Nothing is imported or executed: a GLOBAL is a
/// name, a REDUCE a record of what would be called.
struct Pickle {
    indirect enum Value: Equatable {
        case none
        case bool(Bool)
        case int(Int)
        case string(String)
        case global(String)
        case tuple([Value])
        case list([Value])
        case dictionary([(Value, Value)])
        case persistent(Value)
        case call(Value, arguments: Value)

        static func == (a: Value, b: Value) -> Bool {
            switch (a, b) {
            case (.none, .none): true
            case (.bool(let a), .bool(let b)): a == b
            case (.int(let a), .int(let b)): a == b
            case (.string(let a), .string(let b)), (.global(let a), .global(let b)): a == b
            case (.tuple(let a), .tuple(let b)), (.list(let a), .list(let b)): a == b
            case (.dictionary(let a), .dictionary(let b)):
                a.count == b.count && zip(a, b).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
            case (.persistent(let a), .persistent(let b)): a == b
            case (.call(let a, let x), .call(let b, let y)): a == b && x == y
            default: false
            }
        }
    }

    /// Opcodes a stream may have; a tensor needs about 100.
    private static let opcodeLimit = 1000
    private static let stringLimit = 4096
    private static let allowedGlobals: Set<String> = [
        "torch._utils._rebuild_tensor_v2", "torch.FloatStorage", "collections.OrderedDict",
    ]

    private let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int
    private var stack: [Value?] = []
    private var memo: [Int: Value] = [:]
    private var opcodes = 0

    private init(bytes: UnsafeRawBufferPointer, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Reads one pickle that starts at `offset`, and moves `offset` behind it.
    static func read(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) throws(ALFREDError) -> Value {
        var reader = Pickle(bytes: bytes, offset: offset)
        let value = try reader.run()
        offset = reader.offset
        return value
    }

    private func problem(_ message: String) -> ALFREDError {
        ALFREDError(.malformed, message, location: "byte \(offset)")
    }

    private mutating func take(_ count: Int) throws(ALFREDError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - offset else { throw problem("the pickle is truncated") }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
    }

    /// A little-endian integer of `count` bytes, without sign.
    private mutating func unsigned(_ count: Int) throws(ALFREDError) -> Int {
        var value = 0
        for (index, byte) in try take(count).enumerated() { value |= Int(byte) << (8 * index) }
        return value
    }

    private mutating func line() throws(ALFREDError) -> String {
        guard let end = bytes[offset..<min(bytes.count, offset + 256)].firstIndex(of: 0x0A) else {
            throw problem("the pickle has an unterminated name")
        }
        defer { offset = end + 1 }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }

    private mutating func text(_ count: Int) throws(ALFREDError) -> Value {
        guard count <= Self.stringLimit else { throw problem("the pickle has a string of \(count) bytes") }
        return .string(String(decoding: try take(count), as: UTF8.self))
    }

    private mutating func push(_ value: Value?) throws(ALFREDError) {
        stack.append(value)
    }

    private mutating func pop() throws(ALFREDError) -> Value {
        guard let last = stack.popLast(), let value = last else { throw problem("the pickle's stack is empty") }
        return value
    }

    private mutating func popToMark() throws(ALFREDError) -> [Value] {
        guard let mark = stack.lastIndex(where: { $0 == nil }) else { throw problem("the pickle has no mark") }
        let values = stack[(mark + 1)...].compactMap { $0 }
        stack.removeSubrange(mark...)
        return values
    }

    private mutating func store(_ key: Int) throws(ALFREDError) {
        guard let last = stack.last, let value = last else { throw problem("the pickle's stack is empty") }
        memo[key] = value
    }

    private mutating func load(_ key: Int) throws(ALFREDError) {
        guard let value = memo[key] else { throw problem("the pickle refers to a value it does not have") }
        try push(value)
    }

    private mutating func append(_ values: [Value]) throws(ALFREDError) {
        guard case .list(let elements) = try pop() else { throw problem("the pickle appends to what is no list") }
        try push(.list(elements + values))
    }

    private mutating func setItems(_ values: [Value]) throws(ALFREDError) {
        guard case .dictionary(let members) = try pop(), values.count.isMultiple(of: 2) else {
            throw problem("the pickle sets items of what is no dictionary")
        }
        let pairs = stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
        try push(.dictionary(members + pairs))
    }

    private mutating func global(_ module: String, _ name: String) throws(ALFREDError) {
        let full = "\(module).\(name)"
        guard Self.allowedGlobals.contains(full) else {
            throw problem(
                "the pickle asks for \(full.prefix(80)), which is no part of a float32 tensor; nothing was run")
        }
        try push(.global(full))
    }

    private mutating func tuple(_ count: Int) throws(ALFREDError) {
        var values: [Value] = []
        for _ in 0..<count { values.append(try pop()) }
        try push(.tuple(values.reversed()))
    }

    private mutating func longInteger(_ count: Int) throws(ALFREDError) {
        // The magic number has ten bytes; its low eight identify it.
        guard count <= 10 else { throw problem("the pickle has an integer of \(count) bytes") }
        let digits = try take(count)
        var value: UInt64 = 0
        for (index, byte) in digits.prefix(8).enumerated() { value |= UInt64(byte) << (8 * index) }
        if count > 0, count < 8, digits[count - 1] & 0x80 != 0 { value |= ~UInt64(0) << (8 * count) }
        try push(.int(Int(bitPattern: UInt(value))))
    }

    private mutating func run() throws(ALFREDError) -> Value {
        while true {
            let at = offset
            opcodes += 1
            guard opcodes <= Self.opcodeLimit else {
                throw problem("the pickle has more than \(Self.opcodeLimit) opcodes")
            }
            let opcode = try take(1)[0]
            switch opcode {
            case 0x80:  // PROTO
                let version = try take(1)[0]
                guard version <= 5 else { throw problem("pickle protocol \(version) is not known") }
            case UInt8(ascii: "."): return try pop()
            case UInt8(ascii: "N"): try push(Value.none)
            case 0x88: try push(.bool(true))
            case 0x89: try push(.bool(false))
            case UInt8(ascii: "J"): try push(.int(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
            case UInt8(ascii: "K"): try push(.int(try unsigned(1)))
            case UInt8(ascii: "M"): try push(.int(try unsigned(2)))
            case 0x8A: try longInteger(try unsigned(1))
            case UInt8(ascii: "X"): try push(try text(try unsigned(4)))
            case 0x8C: try push(try text(try unsigned(1)))
            case UInt8(ascii: "c"): try global(try line(), try line())
            case UInt8(ascii: "("): try push(nil)
            case UInt8(ascii: ")"): try push(.tuple([]))
            case UInt8(ascii: "t"): let values = try popToMark(); try push(.tuple(values))
            case 0x85: try tuple(1)
            case 0x86: try tuple(2)
            case 0x87: try tuple(3)
            case UInt8(ascii: "}"): try push(.dictionary([]))
            case UInt8(ascii: "]"): try push(.list([]))
            case UInt8(ascii: "a"): let value = try pop(); try append([value])
            case UInt8(ascii: "e"): let values = try popToMark(); try append(values)
            case UInt8(ascii: "s"):
                let value = try pop()
                let key = try pop()
                try setItems([key, value])
            case UInt8(ascii: "u"): let values = try popToMark(); try setItems(values)
            case UInt8(ascii: "q"): try store(try unsigned(1))
            case UInt8(ascii: "r"): try store(try unsigned(4))
            case UInt8(ascii: "h"): try load(try unsigned(1))
            case UInt8(ascii: "j"): try load(try unsigned(4))
            case UInt8(ascii: "Q"): let id = try pop(); try push(.persistent(id))
            case UInt8(ascii: "R"):
                let arguments = try pop()
                let function = try pop()
                try push(.call(function, arguments: arguments))
            default:
                offset = at
                throw problem(
                    "the pickle has opcode 0x\(String(opcode, radix: 16)), which no tensor needs; nothing was run")
            }
        }
    }
}
