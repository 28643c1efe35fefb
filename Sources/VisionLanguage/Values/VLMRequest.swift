internal import JSON

/// What one call asks a vision-language model, whoever serves it.
package struct VLMRequest: Sendable {
    /// A piece of the question.
    package enum Part: Sendable {
        case text(String)
        case picture(EncodedPicture)
    }

    /// How the answer is to look.
    package enum AnswerFormat: Sendable, Equatable {
        case text
        /// JSON that meets a schema. Servers that cannot enforce it get the same request without it: the prompt says it
        /// too.
        case json(JSONSchema)
    }

    /// How tokens are drawn.
    package struct Sampling: Sendable, Equatable {
        /// 0 is the most probable answer.
        package var temperature: Double
        /// Nil where the server shall choose.
        package var seed: Int?
        /// Tokens the answer may have, thinking included.
        package var maxTokens: Int
        /// How many alternatives of each token to report, nil for none.
        package var topLogprobs: Int?

        /// - Parameter maxTokens: Of the answer, at most.
        package init(temperature: Double = 0, seed: Int? = nil, maxTokens: Int = 1024, topLogprobs: Int? = nil) {
            self.temperature = temperature
            self.seed = seed
            self.maxTokens = maxTokens
            self.topLogprobs = topLogprobs
        }
    }

    /// What is said before the question; nil for nothing.
    package var system: String?
    /// Texts and pictures in the order in which they are read.
    package var parts: [Part]
    /// What the answer has to look like.
    package var format: AnswerFormat
    /// How tokens are drawn.
    package var sampling: Sampling
    /// Names the call to whoever reads the server's log, sent as `X-Client-Request-Id`; letters, digits, `-` and `_`,
    /// at most 64 of them. The same question asked again has the same name.
    package var reference: String
    /// Which asking of the same question this is, from 0. Part of the hash: each sample is an answer of its own.
    package var sample: Int

    /// A request by its parts.
    package init(
        system: String? = nil, parts: [Part], format: AnswerFormat = .text, sampling: Sampling = Sampling(),
        reference: String, sample: Int = 0
    ) {
        self.system = system
        self.parts = parts
        self.format = format
        self.sampling = sampling
        self.reference = reference
        self.sample = sample
    }

    /// In the order in which they are sent.
    package var pictures: [EncodedPicture] {
        parts.compactMap { if case .picture(let picture) = $0 { picture } else { nil } }
    }

    /// The texts, as they are stored beside the answer: pictures leave a mark.
    package var text: String {
        let texts = parts.map { part in
            switch part {
            case .text(let text): text
            case .picture(let picture): "[\(picture.mediaType.rawValue) \(picture.width)x\(picture.height)]"
            }
        }
        return ([system].compactMap { $0 } + texts).joined(separator: "\n")
    }
}

/// A JSON schema in the subset that all providers understand: every field required, no extra ones, `enum` for ranges.
package struct JSONSchema: Sendable, Equatable {
    /// 1 to 64 of letters, digits, `_` and `-`.
    package var name: String
    /// The schema as JSON text.
    package var json: String

    /// - Parameter json: The schema as JSON.
    package init(name: String, json: String) {
        self.name = name
        self.json = json
    }
}

/// Where a request goes: all that decides, beside the request itself, who answers.
package struct ModelIdentity: Sendable, Hashable, Codable {
    /// `openai`, `gemini`, `anthropic`, `scripted` or `replay`.
    package var provider: String
    /// Without the path of the endpoint and without a key.
    package var baseURL: String
    /// As asked for; the answer says which one answered.
    package var model: String

    /// A model by its parts.
    package init(provider: String, baseURL: String, model: String) {
        self.provider = provider
        self.baseURL = baseURL
        self.model = model
    }
}
