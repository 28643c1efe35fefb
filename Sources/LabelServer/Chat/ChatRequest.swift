internal import VisionLanguage

/// A request to `chat/completions`, read from its body. Pictures are counted, not decoded.
struct ChatRequest: Sendable, Equatable {
    enum PictureType: String, Sendable, CaseIterable {
        case jpeg, png, webp, gif
    }

    enum ResponseFormat: Sendable, Equatable {
        case text
        /// Any JSON object.
        case jsonObject
        case jsonSchema(JSONSchema)
    }

    /// As asked for; the served model answers whatever it says.
    var model: String
    /// The texts of system and developer messages, in order.
    var system: [String]
    /// All other texts, in order.
    var texts: [String]
    /// Kind of each picture, in order.
    var pictures: [PictureType]
    var temperature: Double?
    var seed: Int?
    var maxTokens: Int?
    var wantsLogprobs: Bool
    var topLogprobs: Int?
    var format: ResponseFormat
    /// Whether the answer is sent as server-sent events.
    var isStream: Bool
    /// Whether a stream ends with the token counts.
    var includesUsage: Bool
    var user: String?

    /// What the model is asked. It gets no pictures.
    func request(reference: String) -> VLMRequest {
        let format: VLMRequest.AnswerFormat =
            switch format {
            case .text: .text
            case .jsonObject: .json(JSONSchema(name: "object", json: #"{"type":"object"}"#))
            case .jsonSchema(let schema): .json(schema)
            }
        return VLMRequest(
            system: system.isEmpty ? nil : system.joined(separator: "\n"), parts: texts.map { .text($0) },
            format: format,
            sampling: VLMRequest.Sampling(
                temperature: temperature ?? 1, seed: seed, maxTokens: maxTokens ?? 4096,
                topLogprobs: wantsLogprobs ? topLogprobs ?? 0 : nil),
            reference: reference)
    }

    /// Tokens of the request where the model does not count them: four bytes of text to a token.
    var textTokens: Int { ((system + texts).reduce(0) { $0 + $1.utf8.count } + 3) / 4 }

    /// Tokens a picture counts for: what OpenAI charges for one of low detail.
    static let tokensPerPicture = 85
}
