import ExperimentStore
import Foundation
import Ground
import TestSupport
import Testing
import VisionLanguage

@testable import RewardLabeling

/// Batches that a made-up server answers line by line, beside live runs with the same answers.
@Suite struct BatchTests {
    private let api: OpenAIAPI
    private let price = PriceTable.Entry(model: "m", input: 1, output: 10)

    init() throws { api = try OpenAIAPI(ProviderOptions(baseURL: "http://localhost:1/v1", model: "m")) }

    /// What the model says to a question: an answer, or nil with the kind of failure.
    private static func answer(_ reference: CallReference, _ texts: [String]) -> (String, CallFailure.Kind?) {
        var random = SeededGenerator(FakeVLM.hash("\(reference)"), 8)
        if random.chance(0.08) { return ("no", [.http, .refusal, .truncation][random.below(3)]) }
        guard reference.stage == .scoring else { return ("seen in \(reference)", nil) }
        return (random.chance(0.35) ? "[1, 2]" : FakeVLM.goodAnswer(texts), nil)
    }

    private var liveModel: FakeVLM {
        FakeVLM(identity: api.identity) { call in
            let (text, kind) = Self.answer(call.reference, call.request.texts)
            return kind.map { FakeVLM.failed($0, text, status: $0 == .http ? 400 : nil) } ?? FakeVLM.answered(text)
        }
    }

    private struct Line {
        var customID: String
        var reference: CallReference
        var texts: [String]
    }

    private func lines(_ file: String) throws -> [Line] {
        try String(decoding: Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self).split(separator: "\n").map {
            let line = try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            #expect(line["method"] as? String == "POST" && line["url"] as? String == "/v1/chat/completions")
            let id = try #require(line["custom_id"] as? String)
            #expect(id.utf8.count <= 64)
            let body = try #require(line["body"] as? [String: Any])
            #expect(body["model"] as? String == "m")
            let messages = try #require(body["messages"] as? [[String: Any]])
            let content = try #require(messages.last?["content"] as? [[String: Any]])
            return Line(
                customID: id, reference: try #require(CallReference(id)),
                texts: content.compactMap { $0["text"] as? String })
        }
    }

    private enum Shape: CaseIterable {
        case openAI, oldVLLM
    }

    /// The answer to a line as the server writes it.
    private func reply(_ line: Line, _ shape: Shape, isExpired: Bool) throws -> String {
        var object: [String: Any] = ["id": "batch_req_1", "custom_id": line.customID]
        let (text, kind) = Self.answer(line.reference, line.texts)
        if isExpired {
            object["response"] = NSNull()
            object["error"] = ["code": "batch_expired", "message": "not in time"]
        } else if kind == .http {
            object["response"] =
                shape == .openAI ? ["status_code": 400, "body": ["error": ["message": text]]] : NSNull() as Any
            object["error"] = shape == .openAI ? NSNull() as Any : ["code": "bad", "message": text]
        } else {
            var message: [String: Any] = ["role": "assistant", "content": text]
            if kind == .refusal { message["refusal"] = text }
            let body: [String: Any] = [
                "id": "cmpl-1", "object": "chat.completion", "model": "m-1",
                "choices": [
                    ["index": 0, "message": message, "finish_reason": kind == .truncation ? "length" : "stop"]
                        as [String: Any]
                ],
                "usage": ["prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120],
            ]
            object["response"] = shape == .openAI ? ["status_code": 200, "request_id": "", "body": body] : body
            object["error"] = NSNull()
        }
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }

    private func export(
        _ world: LabelWorld, _ run: LabelRun, _ settings: LabelSettings = LabelWorld.settings,
        _ limits: BatchExport.Limits = BatchExport.Limits()
    ) async throws -> BatchExport.Report {
        let estimate = price
        return try await BatchExport(
            folder: world.folder("batches"), limits: limits,
            labeler: world.labeler(run, settings, identity: api.identity, client: nil), api: api,
            greatestCost: { estimate.cost(TokenEstimate(pictures: nil).greatestUsage($0), isBatch: true) }
        ).run(world.store, run)
    }

    private func load(
        _ world: LabelWorld, _ run: LabelRun, _ files: [String], _ settings: LabelSettings = LabelWorld.settings
    ) throws -> BatchImport.Report {
        try BatchImport(run: run, settings: settings, identity: api.identity, api: api, price: price)
            .run(files, into: world.store)
    }

    private func path(_ world: LabelWorld, _ file: BatchExport.Report.File) -> String {
        world.folder("batches/\(file.name)")
    }

    private func ends(_ world: LabelWorld, _ run: LabelRun) throws -> [String] {
        try world.rows(
            "SELECT id, status, failure FROM label_spans WHERE run_id = \(run.id) ORDER BY id")
    }

    @Test(arguments: [SpanConversation.Layout.span, .window], 0..<3 as Range<UInt64>)
    func roundsOfBatchesGiveWhatALiveRunGives(_ layout: SpanConversation.Layout, _ seed: UInt64) async throws {
        var settings = LabelWorld.settings
        settings.layout = layout
        settings.samples = seed == 2 ? 2 : 1
        let world = try LabelWorld(episodes: 8)
        let run = try #require(try world.run("r", settings, identity: api.identity))
        var random = SeededGenerator(seed, 21)
        var outputs: [String] = []
        var (rounds, asked, expired) = (0, 0, 0)
        var seen: Set<String> = []
        while rounds < 12 {
            let exported = try await export(world, run, settings, BatchExport.Limits(lines: 7))
            if exported.files.isEmpty { break }
            rounds += 1
            #expect(exported.blockedSpans == 0 && exported.greatestDollars ?? 0 > 0)
            var replies: [String] = []
            for file in exported.files {
                let lines = try lines(path(world, file))
                #expect(lines.count == file.requests && lines.count <= 7)
                for line in lines {
                    // Some are not run at first.
                    let isExpired = rounds < 3 && random.chance(0.15)
                    expired += isExpired ? 1 : 0
                    if !isExpired {
                        asked += 1
                        #expect(seen.insert(line.customID).inserted, "\(line.customID) was answered before")
                    }
                    replies.append(try reply(line, random.chance(0.5) ? .openAI : .oldVLLM, isExpired: isExpired))
                }
            }
            // Nothing is exported again while it is awaited.
            #expect(try await export(world, run, settings).files.isEmpty)
            replies = random.shuffled(replies)
            let half = replies.count / 2
            outputs = []
            for (part, text) in [replies[..<half], replies[half...]].enumerated() {
                outputs.append(
                    try world.folder.write(text.joined(separator: "\n") + "\n\n", to: "out-\(rounds)-\(part).jsonl"))
            }
            let report = try load(world, run, outputs, settings)
            #expect(report.lines == replies.count && report.outstanding == 0)
            #expect(report.unknown == 0 && report.unreadable == 0 && report.repeated == 0)
            #expect(report.answers + report.failures.values.reduce(0, +) + report.notRun == replies.count)
            let again = try load(world, run, outputs, settings)
            #expect(again.repeated == replies.count - report.notRun && again.answers == 0 && again.failures.isEmpty)
        }
        #expect((3..<12).contains(rounds) && expired > 0)
        #expect(try world.counts(run)[.pending] == nil)

        let other = try LabelWorld(episodes: 8)
        let live = try #require(try other.run("r", settings, identity: api.identity))
        let model = liveModel
        #expect(try await other.label(live, model, settings) == nil)
        #expect(try world.scores(run) == other.scores(live))
        #expect(try ends(world, run) == ends(other, live))
        #expect(try world.counts(run)[.scored] ?? 0 > 0)
        // The same questions, word for word.
        let hashes = "SELECT reference, hex(request_sha256), prompt, answer FROM label_calls ORDER BY reference"
        #expect(try world.rows(hashes).count == asked)
        let withoutFailures = hashes.replacing("ORDER", with: "WHERE failure IS NULL ORDER")
        #expect(try world.rows(withoutFailures) == other.rows(withoutFailures))
        // Batches cost half.
        #expect(
            try world.number("SELECT count(*) FROM label_calls WHERE failure IS NULL AND cost_nanodollars <> 150000")
                == 0)
        #expect(try world.isSound())
    }

    @Test func filesKeepTheirLimits() async throws {
        let world = try LabelWorld(episodes: 6, hasPictures: true)
        var settings = LabelWorld.settings
        settings.pictures.layout = .frames
        let run = try #require(try world.run("r", settings, identity: api.identity))
        let whole = try await export(world, run, settings)
        #expect(whole.files.count == 1 && whole.analyses == 12 && whole.scorings == 0)
        let bytes = whole.files[0].bytes
        #expect(try Data(contentsOf: URL(fileURLWithPath: path(world, whole.files[0]))).count == bytes)
        let ids = try Set(lines(path(world, whole.files[0])).map(\.customID))
        #expect(ids.count == 12)
        for limits in [
            BatchExport.Limits(lines: 5), BatchExport.Limits(bytes: bytes / 3), BatchExport.Limits(bytes: 10),
            BatchExport.Limits(lines: 1),
        ] {
            for file in try world.store.read({ try run.outstandingBatches($0).map(\.file) }) {
                #expect(try await world.store.write { try run.forgetBatch(file, $0) } > 0)
            }
            let parts = try await export(world, run, settings, limits)
            #expect(parts.files.count > 1 && Set(parts.files.map(\.name)).count == parts.files.count)
            #expect(
                parts.files.allSatisfy { $0.requests <= limits.lines && ($0.requests == 1 || $0.bytes <= limits.bytes) }
            )
            #expect(parts.files.map(\.bytes).reduce(0, +) == bytes)
            #expect(try Set(parts.files.flatMap { try lines(path(world, $0)) }.map(\.customID)) == ids)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: world.folder("batches"))
        #expect(names.allSatisfy { $0.hasSuffix(".jsonl") })
    }

    @Test func aForgottenBatchIsAskedAgain() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run("r", identity: api.identity))
        let first = try await export(world, run)
        #expect(try await export(world, run).files.isEmpty)
        let status = try world.store.read { try LabelStatus.of(run, $0) }
        #expect(status.outstandingBatches == [first.files[0].name: first.analyses] && status.lostCalls == 0)
        #expect(try await world.store.write { try run.forgetBatch("other.jsonl", $0) } == 0)
        #expect(try await world.store.write { try run.forgetBatch(first.files[0].name, $0) } == first.analyses)
        let second = try await export(world, run)
        #expect(second.analyses == first.analyses && second.files[0].name != first.files[0].name)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: path(world, second.files[0])))
                == Data(contentsOf: URL(fileURLWithPath: path(world, first.files[0]))))
    }

    /// A live run leaves spans alone that wait for a batch.
    @Test func batchesAndLiveRunsDoNotAskTheSame() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run("r", identity: api.identity))
        let exported = try await export(world, run)
        let model = liveModel
        #expect(try await world.label(run, model) == nil)
        #expect(model.calls.isEmpty && exported.analyses == 8)
        #expect(try world.counts(run) == [.pending: 4])
    }

    @Test func answersOfALiveRunNeedNoBatch() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run("r", identity: api.identity))
        try await world.label(run, FakeVLM(identity: api.identity))
        let second = try #require(try world.run("s", identity: api.identity))
        let report = try await export(world, second)
        #expect(report.files.isEmpty && report.finishedSpans == 4)
        #expect(try world.scores(run) == world.scores(second))
    }

    @Test func linesThatDoNotBelongAreCountedAndChangeNothing() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run("r", identity: api.identity))
        let exported = try await export(world, run)
        let good = try #require(try lines(path(world, exported.files[0])).first)
        func line(_ id: String) throws -> String {
            try reply(
                Line(customID: id, reference: good.reference, texts: good.texts), .openAI, isExpired: false)
        }
        let foreign = [
            "request-1", "r9-s1-p1-w0-n0-a0-000000000000", "r1-s99-p1-w0-n0-a0-000000000000",
            "r1-s1-p1-w99-n0-a0-000000000000", "r1-s1-p2-w0-n0-a0-000000000000", "",
            // Of this question as it was once.
            "\(good.reference)-000000000000", "\(good.reference)", good.customID + "0",
        ]
        let garbage = [
            "{", "null", "[]", "\"x\"", "{\"custom_id\": 7}", "{\"custom_id\": \"\(good.customID)\"}",
            "{\"custom_id\": \"\(good.customID)\", \"response\": null, \"error\": null}",
            "{\"custom_id\": \"\(good.customID)\", \"response\": {}}", "<html>",
        ]
        let text = (try foreign.map(line) + garbage).joined(separator: "\n")
        let file = try world.folder.write(text, to: "out.jsonl")
        let before = try world.rows("SELECT * FROM label_in_flight")
        let report = try load(world, run, [file])
        #expect(report.lines == foreign.count + garbage.count)
        #expect(report.unknown == foreign.count && report.unreadable == garbage.count)
        #expect(report.answers == 0 && report.outstanding == exported.analyses)
        #expect(report.firstProblem == "\(file), line 1: custom_id request-1 does not belong to this run")
        #expect(try world.rows("SELECT * FROM label_in_flight") == before)
        #expect(try world.number("SELECT count(*) FROM label_calls") == 0)
        // A last line without its newline counts, and windows' line ends do no harm.
        let rest = try world.folder.write("\r\n" + line(good.customID), to: "rest.jsonl")
        #expect(try load(world, run, [rest]).answers == 1)
        #expect(throws: BatchError.self) { try load(world, run, [world.folder("none.jsonl")]) }
    }

    /// All outputs so far, old and new, are imported together: an old line that says "expired" does not undo the new
    /// one.
    @Test func oldOutputsMayBeImportedAgainWithNewOnes() async throws {
        let world = try LabelWorld(episodes: 1)
        let run = try #require(try world.run("r", identity: api.identity))
        func answerAll(_ report: BatchExport.Report, _ name: String, isExpired: Bool) throws -> String {
            let lines = try report.files.flatMap { try self.lines(path(world, $0)) }
            let text = try lines.map { try reply($0, .openAI, isExpired: isExpired) }.joined(separator: "\n")
            return try world.folder.write(text, to: name)
        }
        let old = try answerAll(try await export(world, run), "old.jsonl", isExpired: true)
        #expect(try load(world, run, [old]).notRun == 2)
        let new = try answerAll(try await export(world, run), "new.jsonl", isExpired: false)
        let report = try load(world, run, [old, new])
        #expect(report.answers + report.failures.count == 2 && report.unknown == 0)
        #expect(try world.number("SELECT count(*) FROM label_calls") == 2)
    }
}
