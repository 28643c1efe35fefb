internal import JSON

/// Anthropic's messages. It knows neither seeds nor logprobs: both are left out.
package struct AnthropicAPI: ProviderAPI {
    /// Anthropic's own server.
    package static let defaultBaseURL = "https://api.anthropic.com"
    static let version = "2023-06-01"

    /// `anthropic`, the server and the model.
    package let identity: ModelIdentity
    private let options: ProviderOptions
    private let endpoint: Endpoint
    private let reader: ReplyReader

    /// - Throws: ``ProviderOptions/Invalid`` when the base URL is none or holds a key.
    package init(_ options: ProviderOptions) throws(ProviderOptions.Invalid) {
        self.options = try options.checked()
        endpoint = try Endpoint(options.baseURL, tail: "/messages") { path in
            path.hasSuffix("/v1") ? path : path + "/v1"
        }
        identity = ModelIdentity(provider: "anthropic", baseURL: endpoint.base, model: options.model)
        reader = ReplyReader(options)
    }

    /// - Throws: ``CallFailure`` for a request that cannot be written.
    package func encode(_ request: VLMRequest) throws(CallFailure) -> HTTPRequest {
        let key = options.key.map { [("x-api-key", $0.secret)] } ?? []
        return HTTPRequest(
            url: endpoint.url, headers: options.headers(key + [("anthropic-version", Self.version)], for: request),
            body: HTTPRequest.pieces(try body(request)))
    }

    private func body(_ request: VLMRequest) throws(CallFailure) -> JSONValue {
        var body: [JSONValue.Member] = [
            .init("model", .string(options.model)), .init("max_tokens", .int(request.sampling.maxTokens)),
            .init("temperature", .double(request.sampling.temperature)),
        ]
        if let system = request.system { body.append(.init("system", .string(system))) }
        let content: [JSONValue] = request.parts.map { part in
            switch part {
            case .text(let text): ["type": "text", "text": .string(text)]
            case .picture(let picture):
                [
                    "type": "image",
                    "source": [
                        "type": "base64", "media_type": .string(picture.mediaType.rawValue),
                        "data": .long(prefix: "", picture),
                    ],
                ]
            }
        }
        body.append(.init("messages", [["role": "user", "content": .array(content)]]))
        if options.sendsSchema, case .json(let schema) = request.format {
            body.append(
                .init("output_config", ["format": ["type": "json_schema", "schema": try schema.document()]]))
        }
        return JSONValue.object(body).merging(options.extraBody)
    }

    /// What a reply says, or why it says nothing.
    package func decode(_ reply: HTTPReply) -> Result<VLMAnswer, CallFailure> {
        reader.document(reply).flatMap { document, raw in
            var parts = Self.parts(document)
            parts.id = parts.id ?? ReplyReader.callID(reply.headers)
            return parts.result(status: reply.status, raw: raw, redaction: reader.redaction)
        }
    }

    private static func parts(_ document: JSONValue) -> ReplyParts {
        let usage = document["usage"]
        let cached = usage?["cache_read_input_tokens"]?.count ?? 0
        let prompt = (usage?["input_tokens"]?.count ?? 0) + (usage?["cache_creation_input_tokens"]?.count ?? 0) + cached
        let reason = ReplyReader.name(document["stop_reason"])
        var parts = ReplyParts(
            ending: .complete, finishReason: reason, model: ReplyReader.name(document["model"]),
            id: ReplyReader.name(document["id"]),
            usage: TokenUsage(prompt: prompt, cached: cached, completion: usage?["output_tokens"]?.count ?? 0))
        guard let content = document["content"]?.array else {
            parts.ending = .invalid("the reply has no content")
            return parts
        }
        parts.text = content.compactMap { block in
            block["type"]?.string == "text" ? block["text"]?.string : nil
        }.joined()
        parts.ending =
            switch reason {
            case "end_turn", "stop_sequence": .complete
            case "max_tokens", "model_context_window_exceeded": .truncation("the answer ends at the limit of tokens")
            case "refusal":
                .refusal(
                    "the model declines" + (document["stop_details"]?["explanation"]?.string.map { ": \($0)" } ?? ""))
            case let reason?: .invalid("the answer ended for an unknown reason: \(reason)")
            case nil: .invalid("the reply does not say how the answer ended")
            }
        return parts
    }
}
