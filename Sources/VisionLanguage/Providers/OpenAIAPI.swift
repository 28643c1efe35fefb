internal import JSON

/// Chat completions as OpenAI defines them and vLLM, llama.cpp, Ollama, LiteLLM, Azure and others serve them.
package struct OpenAIAPI: ProviderAPI {
    /// `openai`, the server and the model.
    package let identity: ModelIdentity
    private let options: ProviderOptions
    private let endpoint: Endpoint
    private let reader: ReplyReader

    /// - Throws: ``ProviderOptions/Invalid`` when the base URL is none or holds a key.
    package init(_ options: ProviderOptions) throws(ProviderOptions.Invalid) {
        self.options = try options.checked()
        endpoint = try Endpoint(options.baseURL, defaultPath: "/v1", tail: "/chat/completions")
        identity = ModelIdentity(provider: "openai", baseURL: endpoint.base, model: options.model)
        reader = ReplyReader(options)
    }

    /// - Throws: ``CallFailure`` for a request that cannot be written.
    package func encode(_ request: VLMRequest) throws(CallFailure) -> HTTPRequest {
        var headers: [(String, String)] = []
        if let key = options.key {
            let isAzure = endpoint.hasAPIVersion || endpoint.host.hasSuffix(".openai.azure.com")
            headers.append(isAzure ? ("api-key", key.secret) : ("Authorization", "Bearer \(key.secret)"))
        }
        return HTTPRequest(
            url: endpoint.url, headers: options.headers(headers, for: request),
            body: HTTPRequest.pieces(try body(request)))
    }

    private func body(_ request: VLMRequest) throws(CallFailure) -> JSONValue {
        let sampling = request.sampling
        var messages: [JSONValue] = []
        if let system = request.system { messages.append(["role": "system", "content": .string(system)]) }
        messages.append(["role": "user", "content": .array(request.parts.map(content))])
        var body: [JSONValue.Member] = [
            .init("model", .string(options.model)), .init("temperature", .double(sampling.temperature)),
            .init(options.tokenLimitField.rawValue, .int(sampling.maxTokens)),
        ]
        if let seed = sampling.seed { body.append(.init("seed", .int(seed))) }
        if let count = sampling.topLogprobs {
            body += [.init("logprobs", true), .init("top_logprobs", .int(count))]
        }
        body.append(.init("messages", .array(messages)))
        if options.sendsSchema, case .json(let schema) = request.format {
            body.append(
                .init(
                    "response_format",
                    [
                        "type": "json_schema",
                        "json_schema": [
                            "name": .string(schema.name), "strict": true, "schema": try schema.document(),
                        ],
                    ]))
        }
        return JSONValue.object(body).merging(options.extraBody)
    }

    private func content(_ part: VLMRequest.Part) -> JSONValue {
        switch part {
        case .text(let text): return ["type": "text", "text": .string(text)]
        case .picture(let picture):
            var image: [JSONValue.Member] = [
                .init("url", .long(prefix: "data:\(picture.mediaType.rawValue);base64,", picture))
            ]
            if let detail = options.detail { image.append(.init("detail", .string(detail.rawValue))) }
            return ["type": "image_url", "image_url": .object(image)]
        }
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
        var parts = ReplyParts(
            ending: .invalid("the reply has no choices"), model: ReplyReader.name(document["model"]),
            fingerprint: ReplyReader.name(document["system_fingerprint"]), id: ReplyReader.name(document["id"]),
            usage: TokenUsage(
                prompt: usage?["prompt_tokens"]?.count ?? 0,
                cached: usage?["prompt_tokens_details"]?["cached_tokens"]?.count ?? 0,
                completion: usage?["completion_tokens"]?.count ?? 0))
        guard let choice = document["choices"]?.array?.first else { return parts }
        let message = choice["message"]
        let (text, refusalPart) = Self.text(message?["content"])
        let refusal = message?["refusal"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? refusalPart
        parts.text = text
        parts.finishReason = ReplyReader.name(choice["finish_reason"])
        parts.logprobs = logprobs(choice["logprobs"])
        parts.ending =
            switch (refusal, parts.finishReason) {
            case (let refusal?, _): .refusal("the model declines: \(refusal)")
            case (_, "content_filter"): .refusal("a content filter stopped the answer")
            case (_, "length"): .truncation("the answer ends at the limit of tokens")
            // TGI and others word the natural end their own way.
            case (_, "stop"), (_, "stop_sequence"), (_, "eos_token"), (_, "end_turn"): .complete
            case (_, let reason?): .invalid("the answer ended for an unknown reason: \(reason)")
            case (_, nil): .invalid("the reply does not say how the answer ended")
            }
        if parts.text.isEmpty, let refusal { parts.text = refusal }
        return parts
    }

    /// Text and refusal of a content that is a string or a list of parts. Reasoning is neither.
    private static func text(_ content: JSONValue?) -> (String, refusal: String?) {
        switch content {
        case .string(let text): return (text, nil)
        case .array(let items):
            let texts = items.compactMap { item -> String? in
                if let text = item.string { return text }
                guard let type = item["type"]?.string, type == "text" || type == "output_text" else { return nil }
                return item["text"]?.string
            }
            return (texts.joined(), items.lazy.compactMap { $0["refusal"]?.string }.first { !$0.isEmpty })
        default: return ("", nil)
        }
    }

    /// Nil unless every token has its logprob.
    private static func logprobs(_ value: JSONValue?) -> [TokenLogprob]? {
        guard let items = value?["content"]?.array else { return nil }
        var tokens: [TokenLogprob] = []
        tokens.reserveCapacity(items.count)
        for item in items {
            guard let token = item["token"]?.string, let logprob = item["logprob"]?.double else { return nil }
            let top = (item["top_logprobs"]?.array ?? []).compactMap { other -> TokenLogprob.Alternative? in
                guard let token = other["token"]?.string, let logprob = other["logprob"]?.double else { return nil }
                return TokenLogprob.Alternative(token: token, logprob: logprob)
            }
            tokens.append(TokenLogprob(token: token, logprob: logprob, top: top))
        }
        return tokens
    }
}

extension JSONSchema {
    /// - Throws: ``CallFailure`` when ``json`` is no object or ``name`` cannot be sent.
    func document() throws(CallFailure) -> JSONValue {
        let isNameValid =
            (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                    || Unicode.Scalar(byte).properties.isAlphabetic && byte < 0x80
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
        guard isNameValid, let document = try? JSONValue(reply: Array(json.utf8)), document.members != nil else {
            throw CallFailure(.invalid, "the schema of the answer cannot be sent: its name or its JSON is malformed")
        }
        return document
    }
}
