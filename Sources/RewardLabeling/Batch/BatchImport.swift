package import ExperimentStore
internal import Foundation
package import VisionLanguage

/// Reads the answers of batches, in any order, from one file or many, once or twice.
package struct BatchImport: Sendable {
    /// What was read.
    package struct Report: Sendable, Equatable, Encodable {
        /// All of them, empty ones left out.
        package var lines = 0
        /// Those that could be used.
        package var answers = 0
        /// Answers that failed, by kind.
        package var failures: [String: Int] = [:]
        /// Requests that the batch did not get to: they can be exported again.
        package var notRun = 0
        /// Answers that were imported before.
        package var repeated = 0
        /// Lines with an unknown name, or one whose question is another now.
        package var unknown = 0
        /// Lines that are not JSON of the right form.
        package var unreadable = 0
        /// The first line that could not be used, and why.
        package var firstProblem: String?
        /// Spans that these answers completed.
        package var scoredSpans = 0
        /// Spans that ended without all of their scores.
        package var unscoredSpans = 0
        /// Questions still outstanding in files that were exported.
        package var outstanding = 0
        /// It was told to stop before all lines were read.
        package var wasInterrupted = false
    }

    private let run: LabelRun
    private let settings: LabelSettings
    private let identity: ModelIdentity
    private let api: any ProviderAPI
    private let price: PriceTable.Entry?

    /// - Parameter price: Nil where none is known.
    package init(
        run: LabelRun, settings: LabelSettings, identity: ModelIdentity, api: any ProviderAPI, price: PriceTable.Entry?
    ) {
        self.run = run
        self.settings = settings
        self.identity = identity
        self.api = api
        self.price = price
    }

    /// Lines stored in one transaction.
    private static let groupSize = 256

    /// - Throws: ``BatchError`` for a file that cannot be read, ``StoreError``.
    package func run(
        _ files: [String], into store: ExperimentStore, progress: (Int) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> Report {
        var reading = Reading()
        for file in files {
            let lines = try LineReader(file)
            var number = 0
            while !shouldStop() {
                var group: [(place: String, line: [UInt8])] = []
                while group.count < Self.groupSize, let line = try lines.next() {
                    number += 1
                    if line.contains(where: { $0 > 0x20 }) { group.append(("\(file), line \(number)", line)) }
                }
                if group.isEmpty { break }
                let before = reading
                reading = try store.write { db in
                    var reading = before
                    for (place, line) in group { try take(line, place, &reading, db) }
                    return reading
                }
                reading.report.lines += group.count
                progress(reading.report.lines)
            }
        }
        reading.report = try store.write { db in try forgetUnrun(reading, db) }
        for spanID in reading.spans.sorted() { try finish(spanID, store, &reading.report) }
        reading.report.outstanding = try store.read { try run.outstandingBatches($0).reduce(0) { $0 + $1.count } }
        reading.report.wasInterrupted = shouldStop()
        return reading.report
    }

    private struct Reading {
        var report = Report()
        /// Spans that got an answer.
        var spans: Set<Int64> = []
        /// Questions a batch did not get to. A later one may have: that is known when all files are read.
        var unrun: Set<String> = []

        mutating func note(_ count: WritableKeyPath<Report, Int>, _ place: String, _ problem: String) {
            report[keyPath: count] += 1
            report.firstProblem = report.firstProblem ?? "\(place): \(problem)"
        }
    }

    private func take(_ line: [UInt8], _ place: String, _ reading: inout Reading, _ db: StoreConnection) throws {
        guard let line = BatchLine.Answer(line) else {
            return reading.note(\.unreadable, place, "is not a line of a batch's output")
        }
        let name = "custom_id \(line.customID.prefix(64))"
        guard let reference = CallReference(line.customID), reference.runID == run.id else {
            return reading.note(\.unknown, place, "\(name) does not belong to this run")
        }
        let question = reference.question
        guard let awaited = try run.awaited("\(reference)", db) else {
            let stored = try LabelRun.questions(spanID: reference.spanID, db)
            if stored.contains(where: { $0.question == question }) {
                reading.report.repeated += 1
            } else {
                reading.note(\.unknown, place, "\(name) is not awaited from a batch")
            }
            return
        }
        let conversation: SpanConversation
        if line.customID == BatchExport.customID(reference, awaited.requestSHA256), awaited.spanID == reference.spanID,
            let row = try run.span(awaited.spanID, db), !row.steps.isEmpty
        {
            conversation = settings.conversation(about: row.steps.map(\.t))
        } else {
            return reading.note(\.unknown, place, "\(name) belongs to another question")
        }
        guard let reply = line.reply else {
            reading.unrun.insert("\(reference)")
            return
        }
        let result = api.decode(reply)
        let usage =
            switch result {
            case .success(let answer): answer.usage
            case .failure(let failure): failure.usage
            }
        let record = CallRecord(
            result: result, attempts: 1, startedAt: (try? Date(awaited.sentAt, strategy: .iso8601)) ?? .now,
            latency: .zero, billed: usage, cost: price.map { $0.cost(usage, isBatch: true) })
        let outcome = conversation.judged(question, SpanConversation.Outcome(result))
        let prepared = SpanLabeler.Prepared(
            request: VLMRequest(parts: [.text(awaited.prompt)], reference: "\(reference)"), reference: reference,
            hash: awaited.requestSHA256)
        try run.record(
            LabelCallRow(prepared, identity, record, outcome, source: .batch), spanID: awaited.spanID,
            question: question, db)
        reading.spans.insert(awaited.spanID)
        if case .failed(let kind, _, _) = outcome {
            reading.report.failures[kind.rawValue, default: 0] += 1
        } else {
            reading.report.answers += 1
        }
    }

    private func forgetUnrun(_ reading: Reading, _ db: StoreConnection) throws -> Report {
        var report = reading.report
        for reference in reading.unrun {
            if try run.awaited(reference, db) == nil {
                report.repeated += 1
            } else {
                report.notRun += 1
                try LabelRun.forgetDispatch(reference: reference, db)
            }
        }
        return report
    }

    private func finish(_ spanID: Int64, _ store: ExperimentStore, _ report: inout Report) throws {
        guard let row = try store.read({ try run.span(spanID, $0) }), let span = Span(row, runID: run.id) else {
            return
        }
        let conversation = settings.conversation(
            span, stored: try store.read { try LabelRun.questions(spanID: spanID, $0) })
        guard conversation.isDone else { return }
        let (scores, end) = (conversation.result.scores, conversation.end)
        try store.write {
            try LabelRun.finish(spanID: spanID, episodeID: row.episodeID, scores: scores, end: end, $0)
        }
        if end == .scored { report.scoredSpans += 1 } else { report.unscoredSpans += 1 }
    }
}
