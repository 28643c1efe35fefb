internal import VisionLanguage

extension Completion {
    /// What the model's answer to `request` is to the client.
    ///
    /// The model sees no pictures: they are counted here. Where it counts no tokens, they are estimated.
    ///
    /// - Throws: ``APIError`` for what is not the model's word: HTTP and transport failures.
    init(
        _ result: Result<VLMAnswer, CallFailure>, to request: ChatRequest, id: String, created: Int64, model: String
    ) throws(APIError) {
        self.id = id
        self.created = created
        switch result {
        case .success(let answer):
            self.model = answer.model ?? model
            fingerprint = answer.fingerprint
            content = answer.text
            finishReason =
                Self.finishReasons.contains(answer.finishReason ?? "") ? answer.finishReason ?? "stop" : "stop"
            logprobs = request.wantsLogprobs ? answer.logprobs : nil
            usage = Self.usage(answer.usage, of: request, text: answer.text)
        case .failure(let failure):
            self.model = failure.model ?? model
            switch failure.kind {
            case .refusal:
                let words = failure.text ?? Self.refusal
                (refusal, finishReason) = (words, "stop")
                usage = Self.usage(failure.usage, of: request, text: words)
            case .truncation, .invalid:
                let text = failure.text ?? ""
                (content, finishReason) = (text, failure.kind == .truncation ? "length" : "stop")
                usage = Self.usage(failure.usage, of: request, text: text)
            case .http:
                throw failure.isQuota ? .quota : Self.httpError(failure)
            case .transport:
                throw .status(502, "The model did not answer.", code: "bad_gateway")
            }
        }
    }

    /// A refusal that no model was asked for.
    static func refused(_ request: ChatRequest, id: String, created: Int64, model: String) -> Completion {
        Completion(
            id: id, created: created, model: model, refusal: refusal, finishReason: "stop",
            usage: usage(TokenUsage(), of: request, text: refusal))
    }

    /// The first half of the text, as if the limit of tokens had been reached there.
    func truncated() -> Completion {
        guard let content else { return self }
        var cut = self
        cut.content = String(content.prefix(content.count / 2))
        cut.finishReason = "length"
        cut.logprobs = logprobs.map { Array($0.prefix($0.count / 2)) }
        cut.usage.completion = usage.completion / 2
        return cut
    }

    private static let refusal = "I'm sorry, but I can't help with that."
    private static let finishReasons: Set<String> = ["stop", "length", "content_filter"]

    private static func usage(_ usage: TokenUsage, of request: ChatRequest, text: String) -> TokenUsage {
        TokenUsage(
            prompt: (usage.prompt > 0 ? usage.prompt : request.textTokens)
                + request.pictures.count * ChatRequest.tokensPerPicture,
            cached: usage.cached,
            completion: usage.completion > 0 ? usage.completion : (text.utf8.count + 3) / 4)
    }

    private static func httpError(_ failure: CallFailure) -> APIError {
        let status = failure.status.map { (400...599).contains($0) ? $0 : 500 } ?? 500
        var error = APIError.status(status, failure.message)
        if let wait = failure.retryAfter { error.headers = [.init(name: "retry-after", value: "\(wait.wholeSeconds)")] }
        return error
    }
}
