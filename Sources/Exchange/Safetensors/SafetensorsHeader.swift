internal import JSON

/// The JSON of a safetensors file: tensors with the place of their data, and a dictionary of texts.
///
/// Read as strictly as the format is written down: https://github.com/huggingface/safetensors#format.
struct SafetensorsHeader: Equatable {
    struct Entry: Equatable {
        var tensor: SafetensorsTensor
        /// From the end of the header.
        var bytes: Range<Int>
    }

    /// In the order of their data, without gaps or overlaps.
    var entries: [Entry] = []
    var metadata: [String: String] = [:]

    /// What is wrong with a header, and with which tensor of it.
    struct Problem: Error, Equatable {
        var isUnsupported = false
        var message: String
        var tensor: String?

        init(_ message: String, tensor: String? = nil, isUnsupported: Bool = false) {
            self.message = message
            self.tensor = tensor
            self.isUnsupported = isUnsupported
        }

        init(_ error: JSONError) { self.init("byte \(error.offset) of the header: \(error.message)") }
    }

    /// Headers larger than this are refused, as the reference implementation does.
    static let sizeLimit = 100_000_000
    private static let rankLimit = 64
    private static let metadataName = "__metadata__"

    // MARK: Reading

    /// - Parameter dataSize: Bytes of the file after the header.
    init(_ text: UnsafeRawBufferPointer, dataSize: Int) throws(Problem) {
        guard text.first == UInt8(ascii: "{") else { throw Problem("the header does not begin with {") }
        var scanner = JSONScanner(text)
        // Swift's strings take names apart that differ in Unicode form for one; the format does not.
        var names: Set<[UInt8]> = []
        try Self.object(&scanner) { scanner, name throws(Problem) in
            guard names.insert(Array(name.utf8)).inserted else { throw Problem("is there twice", tensor: name) }
            if name == Self.metadataName {
                metadata = try Self.metadata(&scanner)
            } else {
                do throws(Problem) {
                    entries.append(try Self.entry(name, &scanner))
                } catch {
                    throw Problem(error.message, tensor: error.tensor ?? name, isUnsupported: error.isUnsupported)
                }
            }
        }
        do throws(JSONError) { try scanner.end() } catch { throw Problem(error) }
        entries.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
        var end = 0
        for entry in entries {
            guard entry.bytes.lowerBound == end else {
                let fault = entry.bytes.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
                throw Problem(
                    "\(fault): it begins at \(entry.bytes.lowerBound), not at \(end)", tensor: entry.tensor.name)
            }
            end = entry.bytes.upperBound
            guard end <= dataSize else {
                throw Problem("ends at \(end); the file has \(dataSize) bytes of data", tensor: entry.tensor.name)
            }
        }
        guard end == dataSize else {
            throw Problem("the tensors take \(end) bytes; the file has \(dataSize) bytes of data")
        }
    }

    private static func entry(_ name: String, _ scanner: inout JSONScanner) throws(Problem) -> Entry {
        var element: SafetensorsTensor.Element?
        var shape: [Int]?
        var offsets: [Int]?
        try object(&scanner) { scanner, key throws(Problem) in
            switch key {
            case "dtype" where element == nil:
                let type = try string(&scanner)
                element = SafetensorsTensor.Element(rawValue: type)
                guard element != nil else {
                    throw Problem(
                        "has elements of the type \(type.prefix(20)), which is not supported", isUnsupported: true)
                }
            case "shape" where shape == nil: shape = try numbers(&scanner, atMost: rankLimit)
            case "data_offsets" where offsets == nil: offsets = try numbers(&scanner, atMost: 2)
            case "dtype", "shape", "data_offsets": throw Problem("has the key \(key) twice")
            default: throw Problem("has the key \"\(key.prefix(40))\", which the format does not know")
            }
        }
        guard let element, let shape, let offsets, offsets.count == 2 else {
            throw Problem("lacks dtype, shape or two data_offsets")
        }
        guard let size = SafetensorsTensor.byteCount(element, shape) else {
            throw Problem("has a shape too large for any file")
        }
        guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == size else {
            throw Problem("has \(size) bytes by its shape, but data from \(offsets[0]) to \(offsets[1])")
        }
        return Entry(tensor: SafetensorsTensor(name, element, shape: shape), bytes: offsets[0]..<offsets[1])
    }

    private static func metadata(_ scanner: inout JSONScanner) throws(Problem) -> [String: String] {
        var metadata: [String: String] = [:]
        var names: Set<[UInt8]> = []
        try object(&scanner) { scanner, key throws(Problem) in
            guard names.insert(Array(key.utf8)).inserted else {
                throw Problem("the metadata has \"\(key.prefix(40))\" twice")
            }
            metadata[key] = try string(&scanner)
        }
        return metadata
    }

    /// Calls `member` for each name; it has to read the value.
    private static func object(
        _ scanner: inout JSONScanner, _ member: (inout JSONScanner, String) throws(Problem) -> Void
    ) throws(Problem) {
        var isFirst = true
        do throws(JSONError) { try scanner.beginObject() } catch { throw Problem(error) }
        while true {
            let name: String?
            do throws(JSONError) { name = try scanner.member(&isFirst) } catch { throw Problem(error) }
            guard let name else { return }
            try member(&scanner, name)
        }
    }

    private static func string(_ scanner: inout JSONScanner) throws(Problem) -> String {
        do throws(JSONError) { return try scanner.string() } catch { throw Problem(error) }
    }

    /// Whole numbers without sign, fraction or exponent.
    private static func numbers(_ scanner: inout JSONScanner, atMost limit: Int) throws(Problem) -> [Int] {
        var (numbers, isFirst) = ([] as [Int], true)
        do throws(JSONError) {
            try scanner.beginArray()
            while try scanner.element(&isFirst) {
                guard numbers.count < limit else { throw scanner.failure("expected at most \(limit) numbers") }
                guard try scanner.kind() == .number else { throw scanner.unexpected("a number") }
                guard let number = Int(try scanner.source()), number >= 0 else {
                    throw scanner.failure("expected a whole number below 2^63")
                }
                numbers.append(number)
            }
        } catch {
            throw Problem(error)
        }
        return numbers
    }

    // MARK: Writing

    /// Lays the tensors out one after another, those with larger elements first, so that each begins at a multiple of
    /// its element's size: readers that look at the data in place ask for that.
    init(tensors: [SafetensorsTensor], metadata: [String: String]) throws(Problem) {
        var names: Set<[UInt8]> = [Array(Self.metadataName.utf8)]
        var end = 0
        for size in [8, 4, 2, 1] {
            for tensor in tensors where tensor.element.size == size {
                guard names.insert(Array(tensor.name.utf8)).inserted else {
                    throw Problem("is there twice, or no name for a tensor", tensor: tensor.name)
                }
                let (next, overflow) = end.addingReportingOverflow(tensor.byteCount)
                guard !overflow else { throw Problem("does not fit into a file", tensor: tensor.name) }
                entries.append(Entry(tensor: tensor, bytes: end..<next))
                end = next
            }
        }
        self.metadata = metadata
    }

    /// The file up to the data: the header's length, then the JSON, padded so that the data begin at a multiple of 8.
    var bytes: [UInt8] {
        let texts = metadata.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
        let members = (texts.isEmpty ? [] : [.init(Self.metadataName, .object(texts))]) + entries.map(Self.member)
        var json = JSONWriter.bytes(.object(members), .printable)
        json += repeatElement(UInt8(ascii: " "), count: -json.count & 7)
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(json.count))
        return bytes + json
    }

    private static func member(_ entry: Entry) -> JSONValue.Member {
        .init(
            entry.tensor.name,
            [
                "dtype": .string(entry.tensor.element.rawValue), "shape": .array(entry.tensor.shape.map { .int($0) }),
                "data_offsets": [.int(entry.bytes.lowerBound), .int(entry.bytes.upperBound)],
            ])
    }
}
