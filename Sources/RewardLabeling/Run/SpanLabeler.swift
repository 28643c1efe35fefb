internal import Episodes
package import ExperimentStore
internal import Foundation
internal import Synchronization
package import VisionLanguage

/// What became of a span.
package enum SpanOutcome: Sendable, Equatable {
    case scored
    case unscored(LabelFailure)
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
    private let scorer: SpanScorer?
    private let gate: Gate
    /// Spans begun and questions open, at most twice the calls: enough to keep the client busy whether spans have one
    /// question or twenty, and no more, as each span holds its texts.
    let room: Room
    private let stop = Mutex<Stop?>(nil)

    /// - Parameters:
    ///   - answerSettings: What else of the provider's options decides the answers.
    ///   - concurrency: How many questions are put together at a time, pictures and all.
    ///   - client: Nil to answer from the store alone; a span with a question it does not know is blocked.
    ///   - scorer: Computes scores in place of asking; nil to ask.
    package init(
        store: ExperimentStore, writer: PatientWriter, run: LabelRun, settings: LabelSettings, prompts: PromptSet,
        identity: ModelIdentity, answerSettings: String, pictures: PictureSource, concurrency: Int, client: VLMClient?,
        scorer: SpanScorer? = nil
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
        self.scorer = scorer
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
                    reference: request.reference, spanID: reference.spanID, reserved: reserved, $0)
            }
        })
    }

    /// - Throws: ``StoreError`` when what was paid for cannot be stored.
    package func label(_ row: LabelSpanRow) async throws -> SpanOutcome {
        guard let span = Span(row, runID: run.id) else {
            return try await finish(row, [], .blocked(message: Self.incomplete))
        }
        if let scorer { return try await score(span, row, by: scorer) }
        var conversation = settings.conversation(
            span, stored: try await writer.read { try LabelRun.questions(spanID: row.id, $0) })
        while true {
            let open = conversation.open
            if open.isEmpty { break }
            room.add(open.count)
            defer { room.add(-open.count) }
            let answers = try await withThrowingTaskGroup(of: (LabelQuestion, Reply).self) { group in
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
        return try await finish(row, conversation)
    }

    /// Computes the scores of a span in place of asking; it is one window without pictures.
    private func score(_ span: Span, _ row: LabelSpanRow, by scorer: SpanScorer) async throws -> SpanOutcome {
        let found: SpanScores
        do {
            found = try await scorer(span)
        } catch let error as StoreError {
            throw error
        } catch {
            return try await finish(row, [], .unscored(.invalid, message: "\(error)"))
        }
        let scores = zip(span.actions, found.scores).enumerated().map { position, pair in
            LabelScoreRow(position: position, t: pair.0.t, window: 0, score: pair.1)
        }
        try await writer.write { db in
            try LabelRun.save(
                LabelWindowRow(index: 0, actions: 0..<span.actions.count, pictures: []), spanID: row.id,
                episodeID: row.episodeID, db)
            try LabelRun.finish(
                spanID: row.id, episodeID: row.episodeID, scores: scores, start: found.start, end: .scored, db)
        }
        return .scored
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

    /// The questions of a span that can be asked now and are not in a batch already, ready to be sent. A span that
    /// needs none is finished, one that cannot be shown is blocked.
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
            _ = try await finish(row, conversation)
            return .finished
        }
    }

    private static let incomplete =
        "the store has not all of its steps and frames; rgvlm-inspect verify says more"

    private func finish(_ row: LabelSpanRow, _ conversation: SpanConversation) async throws -> SpanOutcome {
        try await finish(row, conversation.result.scores, conversation.end)
    }

    private func finish(
        _ row: LabelSpanRow, _ scores: [LabelScoreRow], _ end: LabelRun.SpanEnd
    ) async throws -> SpanOutcome {
        try await writer.write {
            try LabelRun.finish(spanID: row.id, episodeID: row.episodeID, scores: scores, end: end, $0)
        }
        switch end {
        case .scored: return .scored
        case .unscored(let kind, _): return .unscored(kind)
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
        _ question: LabelQuestion, of span: Span, _ row: LabelSpanRow, _ conversation: SpanConversation
    ) async throws -> Prepared {
        let reference = CallReference(
            runID: run.id, spanID: span.id, question: question)
        var shown: LabelWindowRow?
        let request: VLMRequest
        switch question.stage {
        case .analysis:
            let window = conversation.windows[question.window]
            let frames = window.observations.map { position in
                (position, row.frames[span.observations[position] - row.frames[0].t])
            }
            let sent = try await load(frames.map(\.1), first: window.observations.lowerBound)
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
                " episode \(row.episodeID) at "
                + "\(conversation.windows[question.window].observations.map { span.observations[$0] })"
        }
        let hash = RequestHash(request, identity: identity, settings: decisive).bytes
        return Prepared(
            request: request, reference: reference, hash: hash, window: shown, episodeID: row.episodeID)
    }

    private func load(_ frames: [FrameRow], first: Int) async throws -> [EncodedPicture] {
        switch settings.pictures.layout {
        case .none: return []
        case .sheet: return [try await pictures.sheet(frames, number: first + 1)]
        case .frames:
            var sent: [EncodedPicture] = []
            for frame in frames { sent.append(try await pictures.picture(frame)) }
            return sent
        }
    }

    /// The store's answer to the same request, tied to this question; nil when there is none.
    private func known(
        _ prepared: Prepared, _ question: LabelQuestion
    ) async throws -> SpanConversation.Outcome? {
        guard let known = try await writer.read({ try LabelRun.answered(requestSHA256: prepared.hash, $0) }) else {
            return nil
        }
        try await writer.write { db in
            let spanID = prepared.reference.spanID
            if let window = prepared.window {
                try LabelRun.save(window, spanID: spanID, episodeID: prepared.episodeID, db)
            }
            try LabelRun.answer(question, spanID: spanID, callID: known.callID, db)
        }
        return .answered(known.answer, logprobs: [TokenLogprob](stored: known.logprobs))
    }

    private func answer(
        _ question: LabelQuestion, of span: Span, _ row: LabelSpanRow, _ conversation: SpanConversation
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
                try run.record(call, spanID: span.id, question: question, tiesQuestion: isAnswer, db)
            }
            return isAnswer ? .outcome(outcome) : .left
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
