package import ExperimentStore
internal import Foundation
package import Ground
package import VisionLanguage

/// Writes the questions that can be asked now as OpenAI batch files, one request a line.
///
/// The scoring needs the analyses, so a span takes two rounds: export, run, import, and once more. Questions in a file
/// count as asked until they are imported or the file is forgotten.
package struct BatchExport: Sendable {
    /// Limits of a file. OpenAI takes 50,000 lines and 200 MB.
    package struct Limits: Sendable {
        /// Requests in a file.
        package var lines: Int
        /// Of a file; one request may be larger.
        package var bytes: Int

        /// Limits a little below OpenAI's.
        package init(lines: Int = 50_000, bytes: Int = 190_000_000) {
            self.lines = lines
            self.bytes = bytes
        }
    }

    /// What was written.
    package struct Report: Sendable, Equatable, Encodable {
        /// A file that waits to be run.
        package struct File: Sendable, Equatable, Encodable {
            /// In the folder.
            package var name: String
            /// One a line.
            package var requests: Int
            /// Its size.
            package var bytes: Int
        }
        /// In the order in which they were written.
        package var files: [File] = []
        /// First questions in the files.
        package var analyses = 0
        /// Second questions in the files.
        package var scorings = 0
        /// Spans that answers in the store completed.
        package var finishedSpans = 0
        /// Spans that cannot be shown.
        package var blockedSpans = 0
        /// The most the requests can cost in dollars; nil where no price is known.
        package var greatestDollars: Double?
        /// It was told to stop before all spans were looked at.
        package var wasInterrupted = false
    }

    private let folder: String
    private let limits: Limits
    private let labeler: SpanLabeler
    private let api: any ProviderAPI
    private let greatestCost: @Sendable (VLMRequest) -> Int64?

    /// - Parameters:
    ///   - folder: Where the files go; it is made when it is not there.
    ///   - greatestCost: Of one request, in nanodollars.
    package init(
        folder: String, limits: Limits, labeler: SpanLabeler, api: any ProviderAPI,
        greatestCost: @escaping @Sendable (VLMRequest) -> Int64?
    ) {
        self.folder = folder
        self.limits = limits
        self.labeler = labeler
        self.api = api
        self.greatestCost = greatestCost
    }

    /// - Parameter spanLimit: Spans to look at, nil for all pending ones.
    /// - Throws: ``StoreError``, `FileError` for a file that cannot be written, or ``BatchError``.
    package func run(
        _ store: ExperimentStore, _ run: LabelRun, spanLimit: Int? = nil, progress: (Int) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) async throws -> Report {
        try Folder.make(folder)
        recover(try store.read { try run.outstandingBatches($0).map(\.file) })
        var report = Report()
        var nanodollars: Int64? = 0
        var file: BatchFile?
        var last: Int64 = 0
        var seen = 0
        while !shouldStop() {
            let (after, count) = (last, min(64, (spanLimit ?? .max) - seen))
            guard count > 0 else { break }
            let rows = try store.read { try run.pendingSpans(after: after, limit: count, $0) }
            guard let end = rows.last?.id else { break }
            last = end
            for row in rows {
                seen += 1
                switch try await labeler.openQuestions(of: row) {
                case .finished: report.finishedSpans += 1
                case .blocked: report.blockedSpans += 1
                case .open(let questions):
                    for prepared in questions {
                        let line = try line(prepared)
                        if let full = file, full.isFull(before: line.count, limits) {
                            report.files.append(try full.close(store, run))
                            file = nil
                        }
                        if file == nil { file = try BatchFile(folder, run) }
                        let cost = greatestCost(prepared.request)
                        nanodollars = cost.flatMap { cost in nanodollars.map { $0 + cost } }
                        try file?.add(line, prepared, cost ?? 0)
                        if prepared.reference.stage == .analysis { report.analyses += 1 } else { report.scorings += 1 }
                    }
                }
                progress(seen)
            }
        }
        if let file { report.files.append(try file.close(store, run)) }
        report.greatestDollars = nanodollars.map { Double($0) / 1e9 }
        report.wasInterrupted = shouldStop()
        return report
    }

    /// A file whose questions are noted gets its name, if a process was killed in between.
    private func recover(_ names: [String]) {
        for name in names {
            try? Folder.rename("\(folder)/\(name)\(AtomicFile.partialSuffix)", to: "\(folder)/\(name)")
        }
    }

    private func line(_ prepared: SpanLabeler.Prepared) throws(BatchError) -> [UInt8] {
        do throws(CallFailure) {
            return BatchLine.request(
                customID: Self.customID(prepared.reference, prepared.hash), try api.encode(prepared.request))
        } catch {
            throw BatchError(.badRequest, "\(prepared.reference): \(error)")
        }
    }

    /// The reference and the beginning of the request's hash, so that an answer to another question is noticed.
    static func customID(_ reference: CallReference, _ hash: [UInt8]) -> String {
        "\(reference)-" + hash.prefix(6).hex
    }
}

/// A batch file being written.
private final class BatchFile {
    private let name: String
    private let file: AtomicFile
    private var questions: [(prepared: SpanLabeler.Prepared, cost: Int64)] = []

    init(_ folder: String, _ run: LabelRun) throws(FileError) {
        // A name of its own forever: who has sent a file to be run must not find another in its place.
        let time = Date.now.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        var number = 1
        var name = ""
        repeat {
            name = "\(run.name)-\(time)-\(number).jsonl"
            number += 1
        } while FileManager.default.fileExists(atPath: "\(folder)/\(name)")
        self.name = name
        file = try AtomicFile("\(folder)/\(name)")
    }

    func isFull(before next: Int, _ limits: BatchExport.Limits) -> Bool {
        questions.count >= limits.lines || (file.count > 0 && file.count + next > limits.bytes)
    }

    func add(_ line: [UInt8], _ prepared: SpanLabeler.Prepared, _ cost: Int64) throws(FileError) {
        try file.append(line)
        var kept = prepared
        // The pictures are in the file; from here on the texts are enough.
        kept.request.parts = [.text(prepared.request.text)]
        questions.append((kept, cost))
    }

    /// Notes the questions, then gives the file its name: a file that has its name is known to the store.
    func close(_ store: ExperimentStore, _ run: LabelRun) throws -> BatchExport.Report.File {
        try file.prepare()
        try store.write { db in
            for (prepared, cost) in questions {
                if let window = prepared.window {
                    try LabelRun.save(window, spanID: prepared.reference.spanID, episodeID: prepared.episodeID, db)
                }
                try run.noteBatched(
                    reference: "\(prepared.reference)", spanID: prepared.reference.spanID, requestSHA256: prepared.hash,
                    reserved: cost, batchFile: name, prompt: prepared.request.text, db)
            }
        }
        try file.finish()
        return BatchExport.Report.File(name: name, requests: questions.count, bytes: file.count)
    }
}

/// Why a batch cannot be written or read.
package struct BatchError: ExitCoded, Equatable {
    /// What it is about.
    package enum Code: Sendable {
        case unwritable, unreadable, badRequest
    }

    /// What it is about.
    package var code: Code
    /// The file, what is wrong, what to do.
    package var description: String

    /// Cannot write, input missing or bad input.
    package var exit: StageExit {
        switch code {
        case .unwritable: .cannotWrite
        case .unreadable: .inputMissing
        case .badRequest: .badInput
        }
    }

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
