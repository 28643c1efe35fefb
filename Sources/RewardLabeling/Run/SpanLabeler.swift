internal import Episodes
package import ExperimentStore
internal import Foundation
internal import GRDB
internal import Synchronization
package import VisionLanguage

/// What became of a span.
package enum SpanOutcome: Sendable, Equatable {
    case scored
    case unscored(CallFailure.Kind)
    case blocked(String)
    /// Not finished: the run is ending.
    case left
}

/// Labels one span after the other: shows, asks, judges and stores. May be used by many tasks.
///
/// Every answer is durable before the next question builds on it, and every call is noted before it is sent, so that a
/// process that is killed loses at most the calls under way.
package final class SpanLabeler: Sendable {
    private let store: ExperimentStore
    private let writer: PatientWriter
    private let run: LabelRun
    private let settings: LabelSettings
    private let identity: ModelIdentity
    private let answerSettings: String
    private let composer: QuestionComposer
    private let pictures: PictureSource
    private let client: VLMClient?
    private let gate: Gate
    /// Spans begun and questions open, at most twice the calls: enough to keep the client busy whether spans have one question
    /// or twenty, and no more, as each span holds its texts.
    let room: Room
    private let stop = Mutex<Stop?>(nil)

    /// - Parameters:
    ///   - answerSettings: What else of the provider's options decides the answers.
    ///   - concurrency: How many questions are put together at a time, pictures and all.
    ///   - client: Nil to answer from the store alone; a span with a question it does not know is blocked.
    package init(
        store: ExperimentStore, writer: PatientWriter, run: LabelRun, settings: LabelSettings, prompts: PromptSet,
        identity: ModelIdentity, answerSettings: String, pictures: PictureSource, concurrency: Int, client: VLMClient?
    ) {
        self.store = store
        self.writer = writer
        self.run = run
        self.settings = settings
        self.identity = identity
        self.answerSettings = answerSettings
        composer = QuestionComposer(prompts: prompts, settings: settings)
        self.pictures = pictures
        self.client = client
        gate = Gate(concurrency + 4)
        room = Room(2 * concurrency)
    }

    /// Why the client asked no more; nil while it asks.
    package var stopReason: Stop? { stop.withLock { $0 } }

    /// What the client does before a call is sent: the call is noted in the store.
    package static func noting(_ run: LabelRun, _ writer: PatientWriter) -> VLMClient.Hooks {
        VLMClient.Hooks(beforeDispatch: { request, reserved in
            guard let reference = CallReference(request.reference) else { return }
            try await writer.write {
                try run.noteDispatch(
                    reference: request.reference, spanID: reference.spanID, requestSHA256: nil, reserved: reserved, $0)
            }
        })
    }

    /// - Throws: ``StoreError`` when what was paid for cannot be stored.
    package func label(_ row: LabelSpanRow) async throws -> SpanOutcome {
        guard let span = Span(row, runID: run.id) else {
            return try await finish(row, [], .blocked(message: Self.incomplete))
        }
        var conversation = settings.conversation(
            span, stored: try await writer.read { try LabelRun.questions(spanID: row.id, $0) })
        while true {
            let open = conversation.open
            if open.isEmpty { break }
            room.add(open.count)
            defer { room.add(-open.count) }
            let answers = try await withThrowingTaskGroup(of: (SpanConversation.Question, Reply).self) { group in
                for question in open {
                    group.addTask { [conversation] in
                        (question, try await self.answer(question, of: span, row, conversation))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            var isLeft = false
            for (question, reply) in answers {
                switch reply {
                case .outcome(let outcome): conversation.take(outcome, for: question)
                case .blocked(let message): return try await finish(row, [], .blocked(message: message))
                case .left: isLeft = true
                }
            }
            if isLeft { return .left }
        }
        let (scores, end) = conversation.rows(for: span)
        return try await finish(row, scores, end)
    }

    /// Set where the server refuses everything: the failure says nothing of this span.
    private func refusal(of record: CallRecord, by client: VLMClient) -> Stop? {
        guard case .failure(let failure) = record.result, failure.kind == .http, client.statistics.isBreakerOpen else {
            return nil
        }
        return .breaker(message: "the server does not serve us: \(failure.message)")
    }

    enum OpenQuestions {
        case open([Prepared])
        case finished
        case blocked
    }

    /// The questions of a span that can be asked now and are not in a batch already, ready to be sent. A span that needs
    /// none is finished, one that cannot be shown is blocked.
    func openQuestions(of row: LabelSpanRow) async throws -> OpenQuestions {
        guard let span = Span(row, runID: run.id) else {
            _ = try await finish(row, [], .blocked(message: Self.incomplete))
            return .blocked
        }
        var conversation = settings.conversation(
            span, stored: try await writer.read { try LabelRun.questions(spanID: row.id, $0) })
        while true {
            var questions: [Prepared] = []
            var isAnswered = false
            for question in conversation.open {
                do {
                    let prepared = try await prepare(question, of: span, row, conversation)
                    if let outcome = try await known(prepared, question) {
                        conversation.take(outcome, for: question)
                        isAnswered = true
                    } else {
                        questions.append(prepared)
                    }
                } catch let error as PictureError {
                    _ = try await finish(row, [], .blocked(message: error.description))
                    return .blocked
                }
            }
            // An answer from the store may open another question.
            if isAnswered { continue }
            if !questions.isEmpty { return .open(questions) }
            let (scores, end) = conversation.rows(for: span)
            _ = try await finish(row, scores, end)
            return .finished
        }
    }

    private static let incomplete =
        "the store has not all of its steps and frames; rgvlm-inspect verify says more"

    private func finish(
        _ row: LabelSpanRow, _ scores: [LabelScoreRow], _ end: LabelRun.SpanEnd
    ) async throws -> SpanOutcome {
        try await writer.write {
            try LabelRun.finish(spanID: row.id, episodeID: row.episodeID, scores: scores, end: end, $0)
        }
        switch end {
        case .scored: return .scored
        case .unscored(let kind, _): return .unscored(CallFailure.Kind(rawValue: kind) ?? .invalid)
        case .blocked(let message): return .blocked(message)
        }
    }

    private enum Reply: Sendable {
        case outcome(SpanConversation.Outcome)
        case blocked(String)
        case left
    }

    /// A question with all that goes with it, ready to be sent.
    struct Prepared: Sendable {
        var request: VLMRequest
        var reference: CallReference
        var hash: [UInt8]
        /// For an analysis, what it shows.
        var window: LabelWindowRow?
        var episodeID: Int64 = 0
    }

    /// - Throws: ``PictureError``.
    func prepare(
        _ question: SpanConversation.Question, of span: Span, _ row: LabelSpanRow, _ conversation: SpanConversation
    ) async throws -> Prepared {
        let reference = CallReference(
            runID: run.id, spanID: span.id, stage: question.stage, window: question.window, sample: question.sample,
            ask: question.ask)
        var shown: LabelWindowRow?
        let request: VLMRequest
        switch question.stage {
        case .analysis:
            let window = conversation.windows[question.window]
            let frames = window.observations.map { position in
                (position, row.frames[span.observations[position] - row.frames[0].t])
            }
            let sent = try await load(frames.map(\.1), episodeID: row.episodeID, first: window.observations.lowerBound)
            shown = LabelWindowRow(
                index: window.index, actions: window.actions,
                pictures: sent.isEmpty
                    ? []
                    : frames.enumerated().map { offset, frame in
                        // All observations of a sheet are on the same picture.
                        let picture = sent.count == 1 ? sent[0] : sent[offset]
                        return LabelWindowRow.Picture(
                            position: frame.0, t: frame.1.t, sha256: picture.sha256,
                            mediaType: picture.mediaType.rawValue, width: picture.width, height: picture.height,
                            byteCount: picture.byteCount)
                    })
            request = composer.analysis(
                span, window, windowCount: conversation.windows.count, question: question, pictures: sent,
                reference: reference)
        case .scoring:
            request = composer.scoring(
                span, positions: conversation.actions(of: question),
                analyses: conversation.analyses(question.window, question.sample) ?? [], question: question,
                complaint: conversation.complaint(of: question), reference: reference)
        }
        var decisive = answerSettings
        if settings.pictures.layout == .none, question.stage == .analysis {
            // Who looks at states instead of pictures is shown these; no picture's hash tells them apart.
            decisive +=
                " episode \(row.episodeID) at \(conversation.windows[question.window].observations.map { span.observations[$0] })"
        }
        let hash = RequestHash(request, identity: identity, settings: decisive).bytes
        return Prepared(
            request: request, reference: reference, hash: hash, window: shown, episodeID: row.episodeID)
    }

    private func load(_ frames: [LabelSpanRow.Frame], episodeID: Int64, first: Int) async throws -> [EncodedPicture] {
        switch settings.pictures.layout {
        case .none: return []
        case .sheet: return [try await pictures.sheet(frames, number: first + 1)]
        case .frames:
            var sent: [EncodedPicture] = []
            for frame in frames { sent.append(try await pictures.picture(episodeID: episodeID, frame)) }
            return sent
        }
    }

    /// The store's answer to the same request, tied to this question; nil when there is none.
    private func known(
        _ prepared: Prepared, _ question: SpanConversation.Question
    ) async throws -> SpanConversation.Outcome? {
        guard let known = try await writer.read({ try LabelRun.answered(requestSHA256: prepared.hash, $0) }) else {
            return nil
        }
        try await writer.write { [run] db in
            let spanID = prepared.reference.spanID
            if let window = prepared.window {
                try LabelRun.save(window, spanID: spanID, episodeID: prepared.episodeID, db)
            }
            try run.answer(
                spanID: spanID, stage: question.stage.rawValue, window: question.window, sample: question.sample,
                ask: question.ask, callID: known.callID, db)
        }
        return .answered(known.answer, logprobs: [TokenLogprob](stored: known.logprobs))
    }

    private func answer(
        _ question: SpanConversation.Question, of span: Span, _ row: LabelSpanRow, _ conversation: SpanConversation
    ) async throws -> Reply {
        await gate.enter()
        defer { gate.leave() }
        let prepared: Prepared
        do {
            prepared = try await prepare(question, of: span, row, conversation)
        } catch let error as PictureError {
            return .blocked(error.description)
        }
        if let outcome = try await known(prepared, question) { return .outcome(outcome) }
        guard let client else { return .blocked("the store has no answer to question \(prepared.reference)") }
        let reply = await client.ask(prepared.request)
        switch reply {
        case .notAsked(let reason):
            stop.withLock { $0 = $0 ?? reason }
            return .left
        case .finished(let record):
            let outcome = conversation.judged(question, SpanConversation.Outcome(record.result))
            let call = LabelCallRow(prepared, identity, record, outcome)
            // Cut short between two attempts, or turned away at the door: the failure is not the last word.
            let reason = record.interruption ?? record.refusal ?? refusal(of: record, by: client)
            let isAnswer = reason == nil
            if let reason { stop.withLock { $0 = $0 ?? reason } }
            try await writer.write { [run] db in
                if let window = prepared.window {
                    try LabelRun.save(window, spanID: span.id, episodeID: span.episodeID, db)
                }
                try run.record(
                    call, spanID: span.id, window: question.window, sample: question.sample, ask: question.ask,
                    tiesQuestion: isAnswer, db)
            }
            return isAnswer ? .outcome(outcome) : .left
        }
    }
}

extension LabelSettings {
    /// The conversation about a span as far as the store has it.
    func conversation(_ span: Span, stored: [LabelQuestionRow]) -> SpanConversation {
        var conversation = conversation(span.actions.count)
        for row in stored {
            if let (question, outcome) = row.stored { conversation.take(outcome, for: question) }
        }
        return conversation
    }
}

extension SpanConversation {
    /// What is stored of a finished conversation.
    func rows(for span: Span) -> (scores: [LabelScoreRow], end: LabelRun.SpanEnd) {
        let (scores, failure) = result
        let rows = scores.map {
            LabelScoreRow(
                position: $0.position, t: span.actions[$0.position].t, window: $0.window, score: $0.score,
                expected: $0.expected, samples: $0.samples, agreement: $0.agreement)
        }
        return (rows, failure.map { .unscored($0.kind.rawValue, message: $0.message) } ?? .scored)
    }
}

extension Span {
    /// Nil when the row lacks steps or frames, or names a control this version does not know.
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
        if row.control == "none" {
            self = genuine
        } else {
            guard let control = LabelControl(rawValue: row.control) else { return nil }
            self = genuine.showing(control)
        }
    }
}

extension SpanConversation.Outcome {
    init(_ result: Result<VLMAnswer, CallFailure>) {
        switch result {
        case .success(let answer): self = .answered(answer.text, logprobs: answer.logprobs)
        // A reply that could not be read at all is not worth a complaint; one that holds a text is, here as in the store.
        case .failure(let failure):
            self = .failed(
                failure.kind, message: failure.message, text: failure.kind == .invalid ? failure.text : nil)
        }
    }
}

extension CallRecord {
    /// Set where the server would refuse every other call too: no right, no money, no such model.
    fileprivate var refusal: Stop? {
        guard case .failure(let failure) = result, failure.isQuota || (failure.isServerDown && failure.kind == .http)
        else { return nil }
        return .breaker(message: failure.message)
    }
}

extension LabelQuestionRow {
    /// The question and its outcome; nil for a stage this version does not know.
    var stored: (SpanConversation.Question, SpanConversation.Outcome)? {
        guard let stage = CallReference.Stage(rawValue: stage) else { return nil }
        let question = SpanConversation.Question(stage: stage, window: window, sample: sample, ask: ask)
        if let failure {
            let kind = CallFailure.Kind(rawValue: failure) ?? .invalid
            return (question, .failed(kind, message: message ?? failure, text: kind == .invalid ? answer : nil))
        }
        return answer.map { (question, .answered($0, logprobs: [TokenLogprob](stored: logprobs))) }
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
        _ outcome: SpanConversation.Outcome, source: String = "live"
    ) {
        self.init(
            reference: "\(prepared.reference)", stage: prepared.reference.stage.rawValue, requestSHA256: prepared.hash,
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
            self.failure = kind.rawValue
            self.message = message
        }
    }
}
