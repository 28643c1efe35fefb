/// How many tokens a call will take, before the server has counted them: for budgets, rates and the dry run.
package struct TokenEstimate: Sendable, Equatable {
    /// Bytes of English text in a token, about.
    package static let bytesPerToken = 4
    /// For roles and the marks around each part.
    package static let overheadPerPart = 4

    /// How many a picture counts.
    package var pictures: PictureTokens

    /// - Parameter pictures: Nil where nothing is known of the model: a token for every 28x28 pixels, as Qwen's models
    ///   count.
    package init(pictures: PictureTokens?) { self.pictures = pictures ?? .patchSide(28) }

    /// Of a text, rounded up.
    package static func text(_ text: String) -> Int { (text.utf8.count + bytesPerToken - 1) / bytesPerToken }

    /// Tokens of the question.
    package func prompt(_ request: VLMRequest) -> Int {
        var count = Self.overheadPerPart
        if let system = request.system { count += Self.text(system) + Self.overheadPerPart }
        if case .json(let schema) = request.format { count += Self.text(schema.json) }
        for part in request.parts {
            count += Self.overheadPerPart
            switch part {
            case .text(let text): count += Self.text(text)
            case .picture(let picture): count += pictures.count(width: picture.width, height: picture.height)
            }
        }
        return count
    }

    /// The most the call can use: the question and an answer of full length.
    package func greatestUsage(_ request: VLMRequest) -> TokenUsage {
        TokenUsage(prompt: prompt(request), completion: request.sampling.maxTokens)
    }
}
