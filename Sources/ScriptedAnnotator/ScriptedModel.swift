package import ExperimentStore
package import RewardLabeling
package import VisionLanguage

/// The scripted annotator as a model: in-process, without network, key or cost.
///
/// It does not look at pictures. The request's reference names the question, and the question names the episode whose
/// states are looked up. Timeouts are not kept: an answer takes the time it takes.
package struct ScriptedModel: VisionLanguageModel {
    /// `scripted`, in-process, and the kind.
    package let identity: ModelIdentity
    /// Who answers.
    package let annotator: ScriptedAnnotator
    private let resolve: @Sendable (CallReference) async throws -> ScriptedQuery
    private let truths: TruthLibrary

    /// Tokens that a picture counts.
    package static let tokensPerPicture = 85
    /// Bytes of text that count as a token.
    package static let bytesPerToken = 4

    /// - Parameter resolve: Finds the question with a reference; throws where there is none.
    package init(
        _ settings: AnnotatorSettings, resolve: @escaping @Sendable (CallReference) async throws -> ScriptedQuery,
        truths: TruthLibrary
    ) {
        annotator = ScriptedAnnotator(settings)
        identity = Self.identity(settings.kind)
        self.resolve = resolve
        self.truths = truths
    }

    /// The model that answers the questions of label runs in `store`; nil for an annotator that is not asked.
    package init?(_ settings: AnnotatorSettings, labelling store: ExperimentStore) {
        guard settings.kind != .distance else { return nil }
        let resolver = ScriptedResolver(store)
        self.init(settings, resolve: { try resolver.query($0) }, truths: TruthLibrary())
    }

    /// What an annotator of this kind is called.
    package static func identity(_ kind: AnnotatorSettings.Kind) -> ModelIdentity {
        ModelIdentity(provider: "scripted", baseURL: "in-process", model: name(of: kind))
    }

    private static func name(of kind: AnnotatorSettings.Kind) -> String {
        switch kind {
        case .scripted: "scripted"
        case .constant: "scripted-constant"
        case .random: "scripted-random"
        case .reversedTime: "scripted-reversed-time"
        case .goalBlind: "scripted-goal-blind"
        case .distance: "distance to go"
        }
    }

    /// Fails with status 400 where the question or its recording cannot be found.
    package func answer(_ request: VLMRequest, timeout: Duration) async -> Result<VLMAnswer, CallFailure> {
        do throws(CallFailure) {
            let query = try await query(for: request)
            var truth: EpisodeTruth?
            var goal: ScriptedGoal?
            if annotator.settings.needsTruth {
                do throws(ScriptedError) {
                    truth = try await truths.truth(root: query.root, key: query.episodeKey)
                    goal = try await truths.goal(query.goal, root: query.root)
                } catch {
                    throw failure(error.message)
                }
            }
            let reply = annotator.reply(
                to: query, truth: truth, goal: goal, topLogprobs: request.sampling.topLogprobs)
            return .success(try answer(reply, to: request))
        } catch {
            return .failure(error)
        }
    }

    private func query(for request: VLMRequest) async throws(CallFailure) -> ScriptedQuery {
        guard let reference = CallReference(request.reference) else {
            throw failure("\"\(request.reference.prefix(64))\" names no question; expected is r1-s1-p1-w0-n0-a0")
        }
        do {
            return try await resolve(reference)
        } catch let error as CallFailure {
            throw error
        } catch {
            throw failure("the question \(reference) is not known: \(error)")
        }
    }

    /// Asking again does not help, hence the status of a bad request.
    private func failure(_ message: String) -> CallFailure {
        CallFailure(.http, "scripted annotator: \(message)", status: 400)
    }

    private func answer(_ reply: ScriptedReply, to request: VLMRequest) throws(CallFailure) -> VLMAnswer {
        func usage(_ text: String) -> TokenUsage {
            let bytes = request.parts.reduce(request.system?.utf8.count ?? 0) { sum, part in
                if case .text(let text) = part { sum + text.utf8.count } else { sum }
            }
            return TokenUsage(
                prompt: Self.tokens(bytes) + Self.tokensPerPicture * request.pictures.count,
                completion: Self.tokens(text.utf8.count))
        }
        switch reply.answer {
        case .refusal(let text):
            throw CallFailure(
                .refusal, "the model declined", usage: usage(text), text: text, model: identity.model)
        case .truncated(let text): throw truncation(text, usage(text))
        case .text(let text):
            let usage = usage(text)
            guard usage.completion <= request.sampling.maxTokens else {
                var text = text
                while Self.tokens(text.utf8.count) > request.sampling.maxTokens, !text.isEmpty { text.removeLast() }
                throw truncation(text, TokenUsage(prompt: usage.prompt, completion: request.sampling.maxTokens))
            }
            return VLMAnswer(
                text: text, model: identity.model, fingerprint: fingerprint, finishReason: "stop",
                id: "scripted-\(request.reference)", usage: usage,
                logprobs: request.sampling.topLogprobs == nil ? nil : reply.logprobs, raw: Array(text.utf8))
        }
    }

    private func truncation(_ text: String, _ usage: TokenUsage) -> CallFailure {
        CallFailure(
            .truncation, "the answer was cut off after \(usage.completion) tokens", usage: usage, text: text,
            model: identity.model)
    }

    private static func tokens(_ bytes: Int) -> Int { (bytes + bytesPerToken - 1) / bytesPerToken }

    /// The settings: answers with the same fingerprint come from the same annotator.
    private var fingerprint: String {
        let settings = annotator.settings
        return "seed \(settings.seed), wrong \(settings.wrongScores), compression \(settings.compression), "
            + "refusals \(settings.refusals), malformed \(settings.malformed), truncations \(settings.truncations)"
    }
}
