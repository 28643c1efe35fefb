internal import Foundation
internal import JSON

/// Google's `generateContent`.
package struct GeminiAPI: ProviderAPI {
    /// Google's own server.
    package static let defaultBaseURL = "https://generativelanguage.googleapis.com"

    /// `gemini`, the server and the model.
    package let identity: ModelIdentity
    private let options: ProviderOptions
    private let endpoint: Endpoint
    private let reader: ReplyReader

    /// - Throws: ``ProviderOptions/Invalid`` when the base URL is none or holds a key.
    package init(_ options: ProviderOptions) throws(ProviderOptions.Invalid) {
        self.options = try options.checked()
        let model = options.model.hasPrefix("models/") ? String(options.model.dropFirst(7)) : options.model
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        guard let name = model.addingPercentEncoding(withAllowedCharacters: allowed), !name.isEmpty else {
            throw ProviderOptions.Invalid(description: "the model's name cannot be part of a URL")
        }
        endpoint = try Endpoint(options.baseURL, tail: "/models/\(name):generateContent") { path in
            let path = path.hasSuffix("/models") ? String(path.dropLast(7)) : path
            return path.isEmpty ? "/v1beta" : path
        }
        identity = ModelIdentity(provider: "gemini", baseURL: endpoint.base, model: model)
        reader = ReplyReader(options)
    }

    /// - Throws: ``CallFailure`` for a request that cannot be written.
    package func encode(_ request: VLMRequest) throws(CallFailure) -> HTTPRequest {
        let key = options.key.map { [("x-goog-api-key", $0.secret)] } ?? []
        return HTTPRequest(
            url: endpoint.url, headers: options.headers(key, for: request), body: HTTPRequest.pieces(try body(request)))
    }

    private func body(_ request: VLMRequest) throws(CallFailure) -> JSONValue {
        let sampling = request.sampling
        var generation: [JSONValue.Member] = [
            .init("temperature", .double(sampling.temperature)), .init("maxOutputTokens", .int(sampling.maxTokens)),
        ]
        if let seed = sampling.seed { generation.append(.init("seed", .int(seed))) }
        if let count = sampling.topLogprobs {
            generation += [.init("responseLogprobs", true), .init("logprobs", .int(count))]
        }
        if options.sendsSchema, case .json(let schema) = request.format {
            generation += [
                .init("responseMimeType", "application/json"),
                .init("responseSchema", GeminiSchema.convert(try schema.document())),
            ]
        }
        var body: [JSONValue.Member] = []
        if let system = request.system {
            body.append(.init("systemInstruction", ["parts": [["text": .string(system)]]]))
        }
        let parts: [JSONValue] = request.parts.map { part in
            switch part {
            case .text(let text): ["text": .string(text)]
            case .picture(let picture):
                [
                    "inlineData": [
                        "mimeType": .string(picture.mediaType.rawValue), "data": .long(prefix: "", picture),
                    ]
                ]
            }
        }
        body += [
            .init("contents", [["role": "user", "parts": .array(parts)]]),
            .init("generationConfig", .object(generation)),
            .init(
                "safetySettings",
                .array(Self.categories.map { ["category": .string($0), "threshold": "BLOCK_NONE"] })),
        ]
        return JSONValue.object(body).merging(options.extraBody)
    }

    private static let categories = [
        "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_SEXUALLY_EXPLICIT",
        "HARM_CATEGORY_DANGEROUS_CONTENT",
    ]

    /// What a reply says, or why it says nothing.
    package func decode(_ reply: HTTPReply) -> Result<VLMAnswer, CallFailure> {
        reader.document(reply).flatMap { document, raw in
            var parts = Self.parts(document)
            parts.id = parts.id ?? ReplyReader.callID(reply.headers)
            return parts.result(status: reply.status, raw: raw, redaction: reader.redaction)
        }
    }

    private static let refusals: Set<String> = [
        "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_RECITATION",
        "IMAGE_PROHIBITED_CONTENT",
    ]

    private static func parts(_ document: JSONValue) -> ReplyParts {
        let usage = document["usageMetadata"]
        let version = ReplyReader.name(document["modelVersion"])
        var parts = ReplyParts(
            ending: .invalid("the reply has no candidates"), model: version, fingerprint: version,
            id: ReplyReader.name(document["responseId"]),
            usage: TokenUsage(
                prompt: usage?["promptTokenCount"]?.count ?? 0,
                cached: usage?["cachedContentTokenCount"]?.count ?? 0,
                completion: (usage?["candidatesTokenCount"]?.count ?? 0) + (usage?["thoughtsTokenCount"]?.count ?? 0)))
        let feedback = document["promptFeedback"]
        if let reason = feedback?["blockReason"]?.string, reason != "BLOCK_REASON_UNSPECIFIED" {
            let more = feedback?["blockReasonMessage"]?.string.map { ": \($0)" } ?? ""
            parts.ending = .refusal("the question was blocked (\(reason))\(more)")
            return parts
        }
        guard let candidate = document["candidates"]?.array?.first else { return parts }
        parts.text = (candidate["content"]?["parts"]?.array ?? []).compactMap { part in
            if case .bool(true) = part["thought"] { nil } else { part["text"]?.string }
        }.joined()
        parts.finishReason = ReplyReader.name(candidate["finishReason"])
        parts.logprobs = logprobs(candidate["logprobsResult"])
        let more = candidate["finishMessage"]?.string.map { ": \($0)" } ?? ""
        parts.ending =
            switch parts.finishReason {
            case "STOP": .complete
            case "MAX_TOKENS": .truncation("the answer ends at the limit of tokens")
            case let reason? where refusals.contains(reason): .refusal("the answer was blocked (\(reason))\(more)")
            case let reason?: .invalid("the answer ended for an unknown reason: \(reason)\(more)")
            case nil: .invalid("the reply does not say how the answer ended")
            }
        return parts
    }

    /// Nil unless every token has its logprob.
    private static func logprobs(_ value: JSONValue?) -> [TokenLogprob]? {
        guard let chosen = value?["chosenCandidates"]?.array else { return nil }
        func read(_ value: JSONValue) -> TokenLogprob.Alternative? {
            guard let token = value["token"]?.string, let logprob = value["logProbability"]?.double else { return nil }
            return TokenLogprob.Alternative(token: token, logprob: logprob)
        }
        let top = value?["topCandidates"]?.array ?? []
        var tokens: [TokenLogprob] = []
        for (index, item) in chosen.enumerated() {
            guard let token = read(item) else { return nil }
            let others = index < top.count ? top[index]["candidates"]?.array ?? [] : []
            tokens.append(
                TokenLogprob(token: token.token, logprob: token.logprob, top: others.compactMap(read)))
        }
        return tokens
    }
}
