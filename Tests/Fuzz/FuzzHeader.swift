// The entry point libFuzzer calls for the header of safetensors files; compiled together with the sources it needs
// (Tests/Fuzz/fuzz.sh). The first two bytes say how large the data behind the header are.

@testable import Exchange

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard count >= 2 else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    let dataSize = Int(bytes[0]) | Int(bytes[1]) << 8
    guard let header = try? SafetensorsHeader(UnsafeRawBufferPointer(rebasing: bytes[2...]), dataSize: dataSize) else {
        return 0
    }
    // What is accepted covers the data without gaps, and can be written and read again.
    var end = 0
    for entry in header.entries {
        precondition(entry.bytes.lowerBound == end && entry.bytes.count == entry.tensor.byteCount)
        end = entry.bytes.upperBound
    }
    precondition(end == dataSize)
    guard let sorted = try? SafetensorsHeader(tensors: header.entries.map(\.tensor), metadata: header.metadata) else {
        preconditionFailure("names that were read cannot be written")
    }
    let written = sorted.bytes
    precondition(written.count.isMultiple(of: 8))
    let again = written.withUnsafeBytes {
        try? SafetensorsHeader(UnsafeRawBufferPointer(rebasing: $0[8...]), dataSize: dataSize)
    }
    precondition(again?.metadata == header.metadata)
    precondition(again.map { Set($0.entries.map(\.tensor)) } == Set(header.entries.map(\.tensor)))
    return 0
}
