internal import JSON
internal import VisionLanguage

/// A completion as the API words it, whole or as server-sent events.
struct Completion {
    var id: String
    /// Seconds since 1970.
    var created: Int64
    var model: String
    var fingerprint: String?
    var content: String?
    var refusal: String?
    var finishReason: String
    /// Nil where none were asked for or the model has none.
    var logprobs: [TokenLogprob]?
    var usage: TokenUsage

    var body: [UInt8] {
        JSONWriter.bytes(
            .object(head("chat.completion") + [choices("message"), .init("usage", usageJSON)]), .fractions)
    }

    /// One chunk with the whole message, one with the usage where it is asked for, and the mark of the end.
    func events(includesUsage: Bool) -> [UInt8] {
        let head = head("chat.completion.chunk")
        var chunks = [head + [choices("delta")]]
        if includesUsage {
            chunks[0].append(.init("usage", .null))
            chunks.append(head + [.init("choices", []), .init("usage", usageJSON)])
        }
        let events = chunks.map {
            Array("data: ".utf8) + JSONWriter.bytes(.object($0), .fractions) + Array("\n\n".utf8)
        }
        return events.joined() + Array("data: [DONE]\n\n".utf8)
    }

    private func head(_ object: String) -> [JSONValue.Member] {
        [
            .init("id", .string(id)), .init("object", .string(object)), .init("created", .int(Int(created))),
            .init("model", .string(model)), .init("system_fingerprint", JSONValue(fingerprint)),
        ]
    }

    /// - Parameter name: What the API calls the message here.
    private func choices(_ name: String) -> JSONValue.Member {
        let choice: JSONValue = .object([
            .init("index", 0),
            .init(
                name, ["role": "assistant", "content": JSONValue(content), "refusal": JSONValue(refusal)]),
            .init("logprobs", logprobsJSON), .init("finish_reason", .string(finishReason)),
        ])
        return .init("choices", [choice])
    }

    private var logprobsJSON: JSONValue {
        guard let logprobs else { return .null }
        let tokens: [JSONValue] = logprobs.map { token in
            let top = token.top.map { JSONValue.object(Self.token($0.token, $0.logprob)) }
            return .object(Self.token(token.token, token.logprob) + [.init("top_logprobs", .array(top))])
        }
        return ["content": .array(tokens), "refusal": .null]
    }

    private static func token(_ token: String, _ logprob: Double) -> [JSONValue.Member] {
        // JSON has no infinities: they become the largest numbers there are.
        let largest = Double.greatestFiniteMagnitude
        let number = logprob.isNaN ? logprob : max(-largest, min(largest, logprob))
        return [
            .init("token", .string(token)), .init("logprob", .double(number)),
            .init("bytes", .array(token.utf8.map { .int(Int($0)) })),
        ]
    }

    private var usageJSON: JSONValue {
        [
            "prompt_tokens": .int(usage.prompt), "completion_tokens": .int(usage.completion),
            "total_tokens": .int(usage.prompt + usage.completion),
            "prompt_tokens_details": ["cached_tokens": .int(usage.cached)],
        ]
    }
}
