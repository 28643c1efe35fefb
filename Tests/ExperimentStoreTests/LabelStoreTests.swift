import Episodes
import Foundation
import GRDB
import TestSupport
import Testing

@testable import ExperimentStore

@Suite struct LabelStoreTests {
    private let folder: TemporaryFolder
    private let store: ExperimentStore
    private let run: LabelRun

    init() throws {
        folder = try TemporaryFolder()
        store = try ExperimentStore(folder("x.sqlite"), access: .write)
        run = try store.write { db in
            let dataset = try DatasetRow.upsert(name: "d", format: "alfred", root: "/data", splitsFile: nil, db)
            var writer = try EpisodeWriter(db, datasetID: dataset.id)
            for key in ["task/trial_1", "task/trial_2"] {
                try writer.apply(.write(sampleRecord(key: key), replacing: nil))
            }
            let run = try #require(try LabelRun.open(Self.identity(dataset.id), db))
            // Of each episode the instructions 1 to 4: the task, two primitives, a composite.
            let spans = (1...8 as ClosedRange<Int64>).map {
                LabelRun.NewSpan(instructionID: $0, goalInstructionID: $0)
            }
            #expect(try run.add(spans, db) == 8)
            return run
        }
    }

    private static func prompt(_ stage: String) -> PromptRow {
        PromptRow(
            name: "v1", stage: stage, template: "t \(stage)", sha256: [UInt8](repeating: UInt8(stage.count), count: 32))
    }

    private static func identity(_ datasetID: Int64, name: String = "r", settings: UInt8 = 1) -> LabelRun.Identity {
        LabelRun.Identity(
            name: name, datasetID: datasetID, annotator: "vlm", provider: "openai", baseURL: "http://x", model: "m",
            unit: "task", settings: "{}", settingsSHA256: [UInt8](repeating: settings, count: 32),
            analysis: prompt("analysis"), scoring: prompt("scoring"), complaint: prompt("complaint"))
    }

    private func call(
        _ span: Int64, stage: LabelStage = .analysis, failure: LabelFailure? = nil, cost: Int64? = 7, hash: UInt8 = 1
    )
        -> LabelCallRow
    {
        var call = LabelCallRow(
            reference: "r1-s\(span)-p\(stage.rawValue)-w0-n0-a0", stage: stage,
            requestSHA256: [UInt8](repeating: hash, count: 32),
            source: .live, provider: "openai", baseURL: "http://x", modelAsked: "m", prompt: "question", attempts: 2,
            startedAt: "2026-01-01T00:00:00Z", latencyMilliseconds: 10)
        call.answer = "answer of \(span)"
        call.failure = failure
        call.message = failure.map { "it was a \($0.rawValue)" }
        call.modelAnswered = "m-1"
        call.promptTokens = 100
        call.cachedTokens = 30
        call.completionTokens = 5
        call.costNanodollars = cost
        return call
    }

    private func count(_ table: String) throws -> Int {
        try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    /// Labels a span with one window and a score for each of its steps.
    private func label(_ span: Int64, hash: UInt8 = 1, end: LabelRun.SpanEnd = .scored) throws {
        try store.write { db in
            let row = try #require(try run.span(span, db))
            let window = LabelWindowRow(
                index: 0, actions: 0..<row.steps.count,
                pictures: row.frames.enumerated().map { position, frame in
                    LabelWindowRow.Picture(
                        position: position, t: frame.t, sha256: [UInt8](repeating: UInt8(frame.t), count: 32),
                        mediaType: "image/png", width: 2, height: 2, byteCount: 9)
                })
            try LabelRun.save(window, spanID: span, episodeID: row.episodeID, db)
            try run.record(
                call(span, hash: hash), spanID: span, question: LabelQuestion(stage: .analysis, window: 0, sample: 0),
                db)
            let scores = row.steps.enumerated().map { position, step in
                LabelScoreRow(position: position, t: step.t, window: 0, score: Double(10 - position), expected: 0.5)
            }
            try LabelRun.finish(spanID: span, episodeID: row.episodeID, scores: scores, end: end, db)
        }
    }

    // MARK: Runs and spans

    @Test func aNameIsOneRun() throws {
        try store.write { db in
            #expect(try LabelRun.open(Self.identity(1), db)?.id == run.id)
            #expect(try LabelRun.open(Self.identity(1, settings: 2), db) == nil)
            let other = try LabelRun.open(Self.identity(1, name: "s", settings: 2), db)
            #expect(other?.id == 2)
            #expect(try LabelRun.all(db).map(\.name) == ["r", "s"])
            #expect(try LabelRun.named("s", db) == other && LabelRun.with(id: 2, db) == other)
            #expect(try LabelRun.named("t", db) == nil)
            #expect(try run.prompts(db)["scoring"] == Self.prompt("scoring") && run.prompts(db).count == 3)
        }
        #expect(try count("label_prompts") == 3)
    }

    @Test func spansAreAddedOnce() throws {
        let again = [
            LabelRun.NewSpan(instructionID: 1, goalInstructionID: 1),
            LabelRun.NewSpan(instructionID: 1, control: .frozen, goalInstructionID: 1),
        ]
        #expect(try store.write { try run.add(again, $0) } == 1)
        #expect(try store.write { try run.add(again, $0) } == 0)
        #expect(try store.read { try run.spanCounts($0) } == [.pending: 9])
    }

    @Test func spansAreReadAsRecorded() throws {
        let task = try #require(try store.read { try run.span(1, $0) })
        #expect(task.goal == "Chill the apple" && task.control == nil && task.episodeID == 1)
        #expect(task.steps.map(\.t) == [0, 1, 2, 3, 4] && task.frames.map(\.t) == [0, 1, 2, 3, 4, 5])
        #expect(task.steps.map(\.object) == [nil, nil, "Apple", "Fridge", "Fridge"])
        let second = try #require(try store.read { try run.span(3, $0) })
        #expect(second.steps.map(\.t) == [3, 4] && second.frames.map(\.t) == [3, 4, 5])
        #expect(try store.read { try run.span(99, $0) } == nil)
        let preview = try #require(try store.read { try LabelRun.preview(instructionID: 3, $0) })
        #expect(preview.steps == second.steps && preview.goal == second.goal && preview.id == 0)
    }

    @Test func pagesOfPendingSpansAreAllOfThem() throws {
        try label(2)
        try store.write {
            try run.noteBatched(
                reference: "r1-s5-p1-w0-n0-a0", spanID: 5, requestSHA256: [UInt8](repeating: 1, count: 32), reserved: 1,
                batchFile: "b.jsonl", prompt: "q", $0)
            try run.noteDispatch(reference: "r1-s6-p1-w0-n0-a0", spanID: 6, reserved: 1, $0)
        }
        for limit in 1...9 {
            var (found, last): ([Int64], Int64) = ([], 0)
            while let end = try store.read({ db in
                let page = try run.pendingSpans(after: last, limit: limit, db)
                #expect(page.count <= limit)
                found += page.map(\.id)
                return page.last?.id
            }) { last = end }
            #expect(found == [1, 3, 4, 6, 7, 8])
        }
        let all = try store.read { try run.pendingSpans(after: 0, limit: 99, includingBatched: true, $0) }
        #expect(all.map(\.id) == [1, 3, 4, 5, 6, 7, 8])
    }

    // MARK: Ends

    @Test func finishingAgainReplaces() throws {
        try label(1)
        #expect(try store.read { try LabelRun.scores(spanID: 1, $0) }.map(\.score) == [10, 9, 8, 7, 6])
        try store.write {
            try LabelRun.finish(
                spanID: 1, episodeID: 1, scores: [LabelScoreRow(position: 2, t: 2, window: 0, score: 1)],
                end: .unscored(.refusal, message: "no"), $0)
        }
        #expect(try store.read { try LabelRun.scores(spanID: 1, $0) }.map(\.position) == [2])
        #expect(try store.read { try run.spanCounts($0) } == [.pending: 7, .unscored: 1])
        try label(2, end: .blocked(message: "no picture"))
        #expect(try store.read { try run.spanCounts($0) } == [.pending: 6, .unscored: 1, .blocked: 1])
        try store.write { try run.unblock($0) }
        #expect(try store.read { try run.spanCounts($0) } == [.pending: 7, .unscored: 1])
    }

    @Test(arguments: [-0.01, 10.5, 100, .infinity]) func scoresOutOfRangeAreRefused(_ score: Double) throws {
        #expect(throws: StoreError.self) {
            try store.write { db in
                try LabelRun.save(
                    LabelWindowRow(index: 0, actions: 0..<5, pictures: []), spanID: 1, episodeID: 1, db)
                try LabelRun.finish(
                    spanID: 1, episodeID: 1, scores: [LabelScoreRow(position: 0, t: 0, window: 0, score: score)],
                    end: .scored, db)
            }
        }
        #expect(try count("label_scores") == 0 && count("label_windows") == 0)
    }

    /// Scores may be any numbers, and a span may say what its first state is worth; whole ones are shown as such.
    @Test func scoresAreAnyNumbers() throws {
        let values = [9.75, 3, 0, 10, 2.5]
        try store.write { db in
            try LabelRun.save(LabelWindowRow(index: 0, actions: 0..<5, pictures: []), spanID: 1, episodeID: 1, db)
            let rows = values.enumerated().map { LabelScoreRow(position: $0, t: $0, window: 0, score: $1) }
            try LabelRun.finish(spanID: 1, episodeID: 1, scores: rows, start: 1.25, end: .scored, db)
        }
        #expect(try store.read { try LabelRun.scores(spanID: 1, $0) }.map(\.score) == values)
        let shown = try store.read { try String.fetchAll($0, sql: "SELECT score FROM label_list ORDER BY t") }
        #expect(shown == ["9.75", "3", "0", "10", "2.5"])
        let counts = try store.read { try run.scoreCounts($0) }
        #expect(counts.map(\.score).sorted() == [0, 3, 10] && counts.reduce(0) { $0 + $1.count } == 5)
        let filter = TrainingEpisode.Filter(
            datasetID: run.datasetID, splits: ["train"], kinds: Instruction.Kind.allCases, labelRunID: run.id)
        var spans: [ScoredSpan] = []
        try store.read { db in try TrainingEpisode.forEach(filter, db) { spans += $0.scored } }
        #expect(spans.map(\.scores) == [[9.75, 3, 0, 10, 2.5]] && spans.map(\.start) == [1.25])
        #expect(throws: StoreError.self) {
            try store.write { try $0.execute(sql: "UPDATE label_spans SET start_score = 11") }
        }
    }

    /// A score leads to a transition of its episode and to a window that was shown.
    @Test func scoresOfNothingAreRefused() throws {
        try label(1)
        for (t, window) in [(5, 0), (0, 1)] {
            #expect(throws: StoreError.self) {
                try store.write {
                    try LabelRun.finish(
                        spanID: 1, episodeID: 1, scores: [LabelScoreRow(position: 0, t: t, window: window, score: 1)],
                        end: .scored, $0)
                }
            }
        }
        #expect(try store.read { try LabelRun.scores(spanID: 1, $0) }.count == 5)
    }

    @Test func requeuedSpansForgetTheirFailuresOnly() throws {
        // Span 1: refused. Span 2: invalid, mended, but another sample is refused. Span 3: an HTTP failure. Span 4:
        // scored.
        try store.write { db in
            func record(_ span: Int64, _ failure: LabelFailure?, sample: Int = 0, ask: Int = 0) throws {
                try run.record(
                    call(span, stage: .scoring, failure: failure), spanID: span,
                    question: LabelQuestion(stage: .scoring, window: 0, sample: sample, ask: ask), db)
            }
            try record(1, .refusal)
            try record(2, .invalid)
            try record(2, nil, ask: 1)
            try record(2, .refusal, sample: 1)
            try record(2, .invalid, sample: 2)
            try record(2, .invalid, sample: 2, ask: 1)
            try record(3, .http)
            try record(4, .invalid)
            try record(4, nil, ask: 1)
            for span in 1...3 as ClosedRange<Int64> {
                try LabelRun.finish(
                    spanID: span, episodeID: 1, scores: [],
                    end: .unscored(span == 3 ? .http : .refusal, message: "m"), db)
            }
            try LabelRun.finish(spanID: 4, episodeID: 1, scores: [], end: .scored, db)
        }
        let calls = try count("label_calls")
        #expect(try store.write { try run.requeue(failures: [], $0) } == 0)
        #expect(try store.write { try run.requeue(failures: [.refusal], $0) } == 2)
        #expect(try store.read { try run.spanCounts($0) } == [.pending: 6, .unscored: 1, .scored: 1])
        let left = try store.read { db in
            try Row.fetchAll(db, sql: "SELECT span_id, sample, ask FROM label_questions ORDER BY 1, 2, 3").map {
                "\($0[0] as Int) \($0[1] as Int) \($0[2] as Int)"
            }
        }
        #expect(left == ["2 0 0", "2 0 1", "3 0 0", "4 0 0", "4 0 1"])
        #expect(try store.write { try run.requeue(failures: nil, $0) } == 1)
        #expect(try count("label_calls") == calls)
    }

    // MARK: Calls

    @Test func answersAreFoundByTheirQuestion() throws {
        try store.write { db in
            let question = LabelQuestion(stage: .analysis, window: 0, sample: 0)
            try run.record(call(1, failure: .refusal, hash: 1), spanID: 1, question: question, db)
            try run.record(call(2, hash: 2), spanID: 2, question: question, db)
        }
        try store.read { db in
            // A failure is no answer.
            #expect(try LabelRun.answered(requestSHA256: [UInt8](repeating: 1, count: 32), db) == nil)
            #expect(try LabelRun.answered(requestSHA256: [UInt8](repeating: 3, count: 32), db) == nil)
            let found = try #require(try LabelRun.answered(requestSHA256: [UInt8](repeating: 2, count: 32), db))
            #expect(found.answer == "answer of 2" && found.callID == 2)
            let questions = try LabelRun.questions(spanID: 1, db)
            #expect(
                questions.count == 1 && questions[0].failure == .refusal && questions[0].message == "it was a refusal")
        }
    }

    @Test func aReplacedEpisodeTakesItsLabelsAlongButNoAnswer() throws {
        for span in 1...8 as ClosedRange<Int64> { try label(span, hash: UInt8(span)) }
        try store.write {
            try run.noteDispatch(reference: "r1-s1-p2-w0-n0-a0", spanID: 1, reserved: 1, $0)
            _ = try run.add([LabelRun.NewSpan(instructionID: 5, control: .mismatched, goalInstructionID: 1)], $0)
        }
        try store.write { db in
            var writer = try EpisodeWriter(db, datasetID: 1)
            try writer.apply(.write(sampleRecord(), replacing: 1))
        }
        // With its own spans goes the control that had a goal of its.
        #expect(try count("label_spans") == 4 && count("label_windows") == 4 && count("label_questions") == 4)
        #expect(try count("label_in_flight") == 0)
        #expect(try store.read { try Set(Int.fetchAll($0, sql: "SELECT episode_id FROM label_scores")) } == [2])
        #expect(try store.read { try Set(Int.fetchAll($0, sql: "SELECT episode_id FROM label_window_frames")) } == [2])
        #expect(try count("label_calls") == 8)
        let kept = try store.read { try LabelRun.answered(requestSHA256: [UInt8](repeating: 1, count: 32), $0) }
        #expect(kept?.answer == "answer of 1")
        #expect(try store.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check").isEmpty })
        // A deleted run leaves its answers too.
        try store.write { try $0.execute(sql: "DELETE FROM label_runs") }
        #expect(try count("label_calls") == 8 && count("label_spans") == 0)
    }

    @Test func statusAddsUp() throws {
        try label(1)
        try label(2, end: .unscored(.refusal, message: "b"))
        try label(3, end: .unscored(.refusal, message: "a"))
        try label(4, end: .unscored(.refusal, message: "a"))
        try label(5, end: .unscored(.http, message: "c"))
        try label(6, end: .blocked(message: "no picture"))
        try store.write { db in
            try run.record(
                call(1, stage: .scoring, failure: .http, cost: nil), spanID: 1,
                question: LabelQuestion(stage: .scoring, window: 0, sample: 0), db)
            _ = try run.add([LabelRun.NewSpan(instructionID: 1, control: .frozen, goalInstructionID: 1)], db)
            try run.noteDispatch(reference: "a", spanID: 7, reserved: 1_000_000_000, db)
            for reference in ["b", "c"] {
                try run.noteBatched(
                    reference: reference, spanID: 8, requestSHA256: [UInt8](repeating: 1, count: 32), reserved: 5,
                    batchFile: "f.jsonl", prompt: "q", db)
            }
        }
        let status = try store.read { try LabelStatus.of(run, $0) }
        #expect(status.spans == [.scored: 1, .unscored: 4, .blocked: 1, .pending: 2])
        #expect(status.controls == ["frozen": [.pending: 1]])
        // Each episode: 5 of the task, 3 and 2 of the primitives, 5 of the composite.
        #expect(status.transitions == 30)
        #expect(status.scoredTransitions == (try count("label_scores")))
        #expect(status.failures.map(\.kind) == [.refusal, .http] && status.failures.map(\.spans) == [3, 1])
        #expect(status.failures.map(\.example) == ["a", "c"])
        #expect(status.calls.map(\.stage) == [.analysis, .scoring] && status.calls.map(\.count) == [6, 1])
        #expect(status.calls.map(\.failed) == [0, 1] && status.calls.map(\.attempts) == [12, 2])
        #expect(status.calls[0].promptTokens == 600 && status.calls[0].cachedTokens == 180)
        #expect(status.calls[0].completionTokens == 30 && status.calls[0].meanLatencyMilliseconds == 10)
        #expect(abs((status.calls[0].dollars ?? 0) - 42e-9) < 1e-15 && status.calls[1].dollars == nil)
        #expect(status.modelsAnswered == ["m-1"] && status.block == "no picture")
        #expect(status.lostCalls == 1 && status.lostDollars == 1 && status.outstandingBatches == ["f.jsonl": 2])
        #expect(try store.write { try run.settleInterruptedCalls($0) } == 1)
        let settled = try store.read { try LabelStatus.of(run, $0) }
        #expect(settled.lostCalls == 1 && settled.lostDollars == 1 && settled.outstandingBatches == ["f.jsonl": 2])
        #expect(try store.read { try run.spent($0) } == 1_000_000_042)
    }

    @Test func awaitedCallsAreThoseOfBatches() throws {
        let hash = [UInt8](repeating: 4, count: 32)
        try store.write {
            try run.noteDispatch(reference: "live", spanID: 1, reserved: 1, $0)
            try run.noteBatched(
                reference: "batched", spanID: 2, requestSHA256: hash, reserved: 1, batchFile: "f", prompt: "q", $0)
        }
        try store.write { db in
            #expect(try run.awaited("live", db) == nil && run.awaited("other", db) == nil)
            let awaited = try run.awaited("batched", db)
            #expect(awaited?.spanID == 2 && awaited?.requestSHA256 == hash && awaited?.prompt == "q")
            #expect(try run.forgetBatch("f", db) == 1 && run.forgetBatch("f", db) == 0)
            #expect(try run.awaited("batched", db) == nil)
        }
        #expect(try count("label_in_flight") == 1)
    }
}

@Suite struct LabelWriterTests {
    private let folder: TemporaryFolder
    private let store: ExperimentStore

    init() throws {
        folder = try TemporaryFolder()
        store = try ExperimentStore(folder("x.sqlite"), access: .write)
        try store.write { try $0.execute(sql: "CREATE TABLE notes (number INTEGER PRIMARY KEY) STRICT") }
    }

    private struct Refused: Error {}

    @Test func aThousandWritersAllGetThrough() async throws {
        let writer = GroupWriter(store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    try await writer.write { db in
                        try db.execute(sql: "INSERT INTO notes VALUES (?)", arguments: [number])
                    }
                    // It is there when the call returns.
                    let found = try await writer.read {
                        try Int.fetchOne($0, sql: "SELECT number FROM notes WHERE number = ?", arguments: [number])
                    }
                    #expect(found == number)
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM notes") } == 1000)
    }

    /// Changes that fail, by an error of their own or of SQLite's, fail alone.
    @Test func aChangeThatFailsUndoesNoOther() async throws {
        let writer = GroupWriter(store)
        let failed = await withTaskGroup(of: Int?.self) { group in
            for number in 0..<300 {
                group.addTask {
                    do {
                        try await writer.write { db in
                            try db.execute(sql: "INSERT INTO notes VALUES (?)", arguments: [number])
                            if number % 50 == 7 { throw Refused() }
                            if number % 50 == 8 {
                                try db.execute(sql: "INSERT INTO notes VALUES (?)", arguments: [number])
                            }
                        }
                        return nil
                    } catch {
                        #expect(number % 50 == 7 ? error is Refused : error is StoreError, "\(error)")
                        return number
                    }
                }
            }
            var failed: Set<Int> = []
            for await number in group { if let number { failed.insert(number) } }
            return failed
        }
        let expected = Set((0..<300).filter { [7, 8].contains($0 % 50) })
        #expect(failed == expected)
        let stored = try store.read { try Set(Int.fetchAll($0, sql: "SELECT number FROM notes")) }
        #expect(stored == Set(0..<300).subtracting(expected))
    }

    /// What is written was paid for: the end of the task that writes it is no reason to lose it.
    @Test func aCancelledTaskStillWrites() async throws {
        let writer = GroupWriter(store)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await writer.write { try $0.execute(sql: "INSERT INTO notes VALUES (1)") }
        }
        task.cancel()
        try await task.value
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM notes") } == 1)
    }
}
