internal import Episodes
package import ExperimentStore
internal import Foundation
internal import VisionLanguage

// Between the store's rows and the values that labelling works on.

extension LabelSettings {
    /// The conversation about a span as far as the store has it.
    func conversation(_ span: Span, stored: [LabelQuestionRow]) -> SpanConversation {
        var conversation = conversation(about: span.actions.map(\.t))
        for row in stored {
            if let outcome = row.outcome { conversation.take(outcome, for: row.question) }
        }
        return conversation
    }
}

extension SpanConversation {
    /// How a finished conversation ends for the store.
    var end: LabelRun.SpanEnd { result.failure.map { .unscored($0.kind, message: $0.message) } ?? .scored }
}

extension Span {
    /// Nil when the row lacks steps or frames.
    package init?(_ row: LabelSpanRow, runID: Int64) {
        guard let first = row.steps.first, row.frames.count == row.steps.count + 1 else { return nil }
        var actions: [ShownAction] = []
        for step in row.steps {
            guard let action = UInt8(exactly: step.action).flatMap({ Action(rawValue: $0) }) else { return nil }
            actions.append(ShownAction(t: step.t, action: action, object: step.object))
        }
        guard row.frames.enumerated().allSatisfy({ $0.element.t == first.t + $0.offset }) else { return nil }
        let genuine = Span(
            id: row.id, runID: runID, instructionID: row.instructionID, episodeID: row.episodeID, goal: row.goal,
            goalInstructionID: row.goalInstructionID, actions: actions, observations: row.frames.map(\.t))
        self = row.control.map(genuine.showing) ?? genuine
    }
}

extension SpanConversation.Outcome {
    init(_ result: Result<VLMAnswer, CallFailure>) {
        switch result {
        case .success(let answer): self = .answered(answer.text, logprobs: answer.logprobs)
        // A reply that could not be read at all is not worth a complaint; one that holds a text is, here as in the
        // store.
        case .failure(let failure):
            self = .failed(
                LabelFailure(failure.kind), message: failure.message,
                text: failure.kind == .invalid ? failure.text : nil)
        }
    }
}

extension LabelQuestionRow {
    /// What came of the question; nil for an answer that is not there.
    var outcome: SpanConversation.Outcome? {
        if let failure {
            return .failed(failure, message: message ?? failure.rawValue, text: failure == .invalid ? answer : nil)
        }
        return answer.map { .answered($0, logprobs: [TokenLogprob](stored: logprobs)) }
    }
}

extension LabelFailure {
    /// The kind of a call's failure, as the store names it.
    init(_ kind: CallFailure.Kind) {
        self =
            switch kind {
            case .transport: .transport
            case .http: .http
            case .refusal: .refusal
            case .truncation: .truncation
            case .invalid: .invalid
            }
    }
}

extension [TokenLogprob] {
    /// Nil for none, and for what cannot be read.
    init?(stored text: String?) {
        guard let text, let tokens = try? JSONDecoder().decode([TokenLogprob].self, from: Data(text.utf8)) else {
            return nil
        }
        self = tokens
    }

    var stored: String? { (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } }
}

extension LabelCallRow {
    /// - Parameter outcome: Of the record, judged: an answer without valid scores is a failure here.
    init(
        _ prepared: SpanLabeler.Prepared, _ identity: ModelIdentity, _ record: CallRecord,
        _ outcome: SpanConversation.Outcome, source: Source = .live
    ) {
        self.init(
            reference: "\(prepared.reference)", stage: prepared.reference.stage, requestSHA256: prepared.hash,
            source: source, provider: identity.provider, baseURL: identity.baseURL, modelAsked: identity.model,
            prompt: prepared.request.text, attempts: record.attempts, startedAt: record.startedAt.formatted(.iso8601),
            latencyMilliseconds: record.latency / .milliseconds(1))
        promptTokens = record.billed.prompt
        cachedTokens = record.billed.cached
        completionTokens = record.billed.completion
        costNanodollars = record.cost
        switch record.result {
        case .success(let answer):
            modelAnswered = answer.model
            fingerprint = answer.fingerprint
            providerCallID = answer.id
            self.answer = answer.text
            raw = String(decoding: answer.raw, as: UTF8.self)
            finishReason = answer.finishReason
            logprobs = answer.logprobs?.stored
        case .failure(let failure):
            modelAnswered = failure.model
            providerCallID = failure.id
            self.answer = failure.text
            raw = failure.raw.isEmpty ? nil : String(decoding: failure.raw.prefix(1 << 16), as: UTF8.self)
            httpStatus = failure.status
        }
        if case .failed(let kind, let message, _) = outcome {
            self.failure = kind
            self.message = message
        }
    }
}
