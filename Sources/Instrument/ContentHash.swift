internal import Frames
internal import Ground

/// A running hash of 64 bits: equal contents have equal hashes, others practically never.
struct ContentHash: Sendable {
    private(set) var value: UInt64

    init(seed: UInt64 = 0) { value = SplitMix64.finalized(seed &+ SplitMix64.step) }

    mutating func add(_ word: UInt64) { value = SplitMix64.finalized((value &+ SplitMix64.step) ^ word) }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count / 8
        for place in 0..<whole { add(bytes.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self)) }
        var rest = UInt64(bytes.count)
        for byte in bytes[(whole * 8)...] { rest = rest << 8 | UInt64(byte) }
        add(rest)
    }

    static func of(_ text: String) -> UInt64 {
        var (text, hash) = (text, ContentHash(seed: 1))
        text.withUTF8 { hash.add(UnsafeRawBufferPointer($0)) }
        return hash.value
    }
}

/// Hashes of a frame store's records, each made when it is first asked for: equal pictures have equal hashes, whichever
/// episode they are from.
struct FrameHashes {
    private let store: FrameStore
    /// By record; 0 for one that was not asked for yet.
    private var known: [UInt64]

    init(_ store: FrameStore) {
        self.store = store
        known = [UInt64](repeating: 0, count: store.count)
    }

    /// - Parameter record: Of the store.
    mutating func hash(_ record: Int) -> UInt64 {
        if known[record] != 0 { return known[record] }
        var hash = ContentHash(seed: 2)
        store.withFrame(record) { hash.add($0) }
        known[record] = hash.value | 1
        return known[record]
    }
}
