internal import JSON
internal import VisionLanguage

extension ChatRequest {
    /// Reads a body.
    ///
    /// - Throws: ``APIError`` of status 400.
    init(body: UnsafeRawBufferPointer) throws(APIError) {
        self.init()
        var decoder = ChatDecoder(body)
        try decoder.decode(into: &self)
    }

    private init() {
        model = ""
        (system, texts, pictures) = ([], [], [])
        (wantsLogprobs, isStream, includesUsage) = (false, false, false)
        format = .text
    }
}

/// The walk through a body. Fields unknown to it are passed over, `null` is as good as absent, of a field given twice
/// the last one counts.
struct ChatDecoder {
    typealias Failure = JSONError

    private var scanner: JSONScanner

    init(_ body: UnsafeRawBufferPointer) {
        scanner = JSONScanner(body, [.halfPairs, .hugeNumbers], depthLimit: 200)
    }

    /// What the body lacks or has wrong although it is JSON.
    enum Problem: Error {
        case json(Failure)
        case request(APIError)
    }

    mutating func decode(into request: inout ChatRequest) throws(APIError) {
        do throws(Problem) {
            try body(into: &request)
        } catch {
            switch error {
            case .request(let error): throw error
            case .json(let failure):
                throw .invalid(
                    "We could not parse the JSON body of your request: \(failure).")
            }
        }
    }

    private mutating func body(into request: inout ChatRequest) throws(Problem) {
        guard try kind() == .object else { throw invalid("The body must be a JSON object.") }
        try json { scanner throws(Failure) in try scanner.beginObject() }
        var model: String?
        var messageCount: Int?
        var isFirst = true
        while let name = try field(&isFirst) {
            switch name {
            case "model": model = try text(name)
            case "messages":
                (request.system, request.texts, request.pictures) = ([], [], [])
                messageCount = try messages(into: &request)
            case "temperature": request.temperature = try number(name, in: 0...2)
            case "seed": request.seed = try integer(name, in: Int.min...Int.max)
            case "max_tokens", "max_completion_tokens":
                request.maxTokens = try integer(name, in: 1...Int.max) ?? request.maxTokens
            case "logprobs": request.wantsLogprobs = try boolean(name) ?? false
            case "top_logprobs": request.topLogprobs = try integer(name, in: 0...20)
            case "n": _ = try integer(name, in: 1...1)
            case "stream": request.isStream = try boolean(name) ?? false
            case "stream_options": request.includesUsage = try includesUsage()
            case "response_format": request.format = try responseFormat()
            case "user": request.user = try text(name)
            default: try skip()
            }
        }
        try json { scanner throws(Failure) in try scanner.end() }
        guard let model, !model.isEmpty else { throw missing("model") }
        guard let messageCount else { throw missing("messages") }
        guard messageCount > 0 else { throw invalid("'messages' must not be empty.", "messages", "empty_array") }
        if request.topLogprobs != nil, !request.wantsLogprobs {
            throw invalid("'top_logprobs' needs 'logprobs' to be true.", "top_logprobs")
        }
        request.model = model
    }

    // MARK: Other fields

    private mutating func includesUsage() throws(Problem) -> Bool {
        guard try isPresent(.object, "stream_options", "an object") else { return false }
        try json { scanner throws(Failure) in try scanner.beginObject() }
        var (isFirst, includesUsage) = (true, false)
        while let name = try field(&isFirst) {
            if name == "include_usage" {
                includesUsage = try boolean("stream_options.include_usage") ?? false
            } else {
                try skip()
            }
        }
        return includesUsage
    }

    private mutating func responseFormat() throws(Problem) -> ChatRequest.ResponseFormat {
        guard try isPresent(.object, "response_format", "an object") else { return .text }
        try json { scanner throws(Failure) in try scanner.beginObject() }
        var type: String?
        var schema: JSONSchema?
        var isFirst = true
        while let name = try field(&isFirst) {
            switch name {
            case "type": type = try text("response_format.type")
            case "json_schema": schema = try jsonSchema("response_format.json_schema")
            default: try skip()
            }
        }
        switch type {
        case "text": return .text
        case "json_object": return .jsonObject
        case "json_schema":
            guard let schema else { throw missing("response_format.json_schema") }
            return .jsonSchema(schema)
        case nil: throw missing("response_format.type")
        default:
            throw invalid(
                "Invalid value for 'response_format.type': supported values are text, json_object and json_schema.",
                "response_format.type", "invalid_value")
        }
    }

    private mutating func jsonSchema(_ place: String) throws(Problem) -> JSONSchema? {
        guard try isPresent(.object, place, "an object") else { return nil }
        try json { scanner throws(Failure) in try scanner.beginObject() }
        var (label, schema): (String?, String?)
        var isFirst = true
        while let name = try field(&isFirst) {
            switch name {
            case "name": label = try text("\(place).name")
            case "schema":
                guard try isPresent(.object, "\(place).schema", "an object") else { continue }
                schema = try json { scanner throws(Failure) in try scanner.source() }
            default: try skip()
            }
        }
        guard let label else { throw missing("\(place).name") }
        guard (1...64).contains(label.utf8.count), label.utf8.allSatisfy(\.isNameCharacter) else {
            throw invalid(
                "'\(place).name' must be 1 to 64 letters, digits, '_' or '-'.", "\(place).name", "invalid_value")
        }
        return JSONSchema(name: label, json: schema ?? "{}")
    }

    // MARK: Values, nil for null

    mutating func text(_ name: String) throws(Problem) -> String? {
        guard try isPresent(.string, name, "a string") else { return nil }
        return try json { scanner throws(Failure) in try scanner.string() }
    }

    mutating func boolean(_ name: String) throws(Problem) -> Bool? {
        guard try isPresent(.boolean, name, "a boolean") else { return nil }
        return try json { scanner throws(Failure) in try scanner.boolean() }
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) throws(Problem) -> Double? {
        guard try isPresent(.number, name, "a number") else { return nil }
        let value = try json { scanner throws(Failure) in try scanner.number() }
        guard range.contains(value) else {
            throw invalid("'\(name)' must be from \(range.lowerBound) to \(range.upperBound).", name, "invalid_value")
        }
        return value
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard try isPresent(.number, name, "an integer") else { return nil }
        guard let value = try json({ scanner throws(Failure) in try scanner.integer() }) else {
            throw wrongType(name, "an integer")
        }
        guard range.contains(value) else {
            let (low, high) = (range.lowerBound, range.upperBound)
            let bound = low == high ? "\(low)" : high == .max ? "at least \(low)" : "from \(low) to \(high)"
            throw invalid("'\(name)' must be \(bound).", name, "invalid_value")
        }
        return value
    }

    /// False for null, which it passes over.
    mutating func isPresent(_ kind: JSONScanner.Kind, _ name: String, _ wanted: String) throws(Problem) -> Bool {
        let found = try self.kind()
        if found == .null {
            try skip()
            return false
        }
        guard found == kind else { throw wrongType(name, wanted) }
        return true
    }

    // MARK: The scanner, its failures as problems

    mutating func json<T>(_ read: (inout JSONScanner) throws(Failure) -> T) throws(Problem) -> T {
        do throws(Failure) { return try read(&scanner) } catch { throw .json(error) }
    }

    mutating func kind() throws(Problem) -> JSONScanner.Kind {
        try json { scanner throws(Failure) in try scanner.kind() }
    }

    mutating func skip() throws(Problem) { try json { scanner throws(Failure) in try scanner.skip() } }

    mutating func field(_ isFirst: inout Bool) throws(Problem) -> String? {
        do throws(Failure) { return try scanner.member(&isFirst) } catch { throw .json(error) }
    }

    mutating func element(_ isFirst: inout Bool) throws(Problem) -> Bool {
        do throws(Failure) { return try scanner.element(&isFirst) } catch { throw .json(error) }
    }

    func invalid(_ message: String, _ param: String? = nil, _ code: String? = nil) -> Problem {
        .request(.invalid(message, param: param, code: code))
    }

    func missing(_ name: String) -> Problem {
        invalid("Missing required parameter: '\(name)'.", name, "missing_required_parameter")
    }

    func wrongType(_ name: String, _ wanted: String) -> Problem {
        invalid("Invalid type for '\(name)': expected \(wanted).", name, "invalid_type")
    }
}

extension UInt8 {
    /// A letter, a digit, `_` or `-`.
    var isNameCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
