import Episodes
import ExperimentStore
import Foundation
import GRDB
import Images
import Synchronization
import TestSupport
import VisionLanguage

@testable import RewardLabeling

/// A store of small episodes with their pictures, the same each time it is made.
struct LabelWorld {
    let folder: TemporaryFolder
    let store: ExperimentStore
    let dataset: DatasetRow
    let prompts: PromptSet

    private static let objects = ["Apple", "Mug", "Book", "Pillow", "Fork", "Vase", "Knife", "Bread"]

    /// - Parameter hasPictures: Off for tests that show none and are faster without.
    init(episodes: Int = 4, steps: Int = 5, hasPictures: Bool = false) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        store = try ExperimentStore(folder("x.sqlite"), access: .write)
        prompts = try .standard()
        let records = try (0..<episodes).map { number in
            try Self.record(number, steps: steps + number % 3, hasPictures ? folder : nil)
        }
        let root = folder.path
        dataset = try store.write { db in
            let dataset = try DatasetRow.upsert(name: "d", format: "alfred", root: root, splitsFile: nil, db)
            var writer = try EpisodeWriter(db, datasetID: dataset.id)
            for record in records { try writer.apply(.write(record, replacing: nil)) }
            return dataset
        }
    }

    /// Picks something up and puts it into the fridge of a kitchen of its own.
    static func record(_ number: Int, steps: Int, _ folder: TemporaryFolder?) throws -> EpisodeRecord {
        let name = objects[number % objects.count]
        let (thing, place) = ("\(name)|\(number)", "Fridge|\(number)")
        let middle = steps / 2
        let subgoals = [
            Subgoal(kind: .goto, steps: 0..<middle - 1),
            Subgoal(kind: .pickup, steps: middle - 1..<middle, objectID: thing),
            Subgoal(kind: .put, steps: middle..<steps, objectID: thing, receptacleID: place),
        ]
        let goal = "Put the \(name) number \(number) in the fridge"
        let labels = Instruction.labels(
            subgoals: subgoals, goal: goal, sentences: ["Walk", "Take the \(name)", "Put it in"], annotation: 0)
        let transitions = (0..<steps).map { t in
            let subTask = t < middle ? 0 : 1
            guard t == middle - 1 || t == steps - 1 else {
                return Transition(action: t % 2 == 0 ? .moveAhead : .rotateLeft, subTask: subTask)
            }
            let isPickup = t == middle - 1
            return Transition(
                action: isPickup ? .pickup : .put, objectClass: ObjectClass(name: isPickup ? name : "Fridge")!,
                objectID: isPickup ? thing : place, subTask: subTask)
        }
        let key = "task/trial_\(number)"
        let frames = try (0...steps).map { t in
            guard let folder else { return FrameRecord(name: "\(t)", status: .missing) }
            return try frame(number, t, "train/\(key)/\(t).\(t % 2 == 0 ? "png" : "jpg")", folder)
        }
        return EpisodeRecord(
            episode: Episode(
                key: key, split: "train", transitions: transitions, subTasks: SubTask.merging(subgoals),
                instructions: labels.instructions),
            scene: SceneRecord(floorPlan: "FloorPlan\(number)", number: number, room: "Kitchen"), goal: nil,
            taskID: "trial_\(number)", subgoals: subgoals,
            annotations: [
                AnnotationRecord(
                    isInSplit: true, isAligned: true, taskDescription: goal,
                    stepDescriptions: ["Walk", "Take the \(name)", "Put it in"], votes: [1])
            ],
            frames: frames, imageCount: steps, features: nil,
            source: SourceRecord(
                path: "train/\(key)/traj_data.json", byteCount: 10, stamp: "s",
                sha256: [UInt8](repeating: 1, count: 32),
                contentSHA256: [UInt8](repeating: UInt8(number), count: 32)))
    }

    static func image(_ number: Int, _ t: Int) -> RGBImage {
        RGBImage(width: 24, height: 16, red: UInt8(number * 20 % 256), green: UInt8(t * 9 % 256), blue: 77)
    }

    private static func frame(
        _ number: Int, _ t: Int, _ path: String, _ folder: TemporaryFolder
    ) throws -> FrameRecord {
        let image = image(number, t)
        let file = try path.hasSuffix("png") ? image.png() : image.jpeg()
        try folder.write(file, to: path)
        let hash = EncodedPicture(file: file, mediaType: .png, width: 24, height: 16).sha256
        return FrameRecord(
            name: "\(t)", status: .present, path: path, width: image.width, height: image.height, sha256: hash)
    }

    /// Settings that show no pictures, for the tests that are not about them.
    static var settings: LabelSettings {
        var settings = LabelSettings()
        settings.pictures.layout = .none
        settings.window = 4
        return settings
    }

    // MARK: Runs

    func candidates(_ settings: LabelSettings) throws -> [LabelCandidate] {
        try store.read {
            try LabelCandidate.all(
                LabelCandidate.Filter(
                    datasetID: dataset.id, splits: nil, kinds: settings.instructionKinds,
                    firstAnnotationOnly: settings.firstAnnotationOnly), $0)
        }
    }

    /// A run with its spans.
    func run(
        _ name: String = "r", _ settings: LabelSettings = Self.settings, identity: ModelIdentity = FakeVLM.identity,
        selection: SpanSelection = SpanSelection()
    ) throws -> LabelRun? {
        let all = RunSettings(label: settings, provider: "")
        func row(_ prompt: PromptSet.Prompt) -> PromptRow {
            PromptRow(name: prompt.name, stage: prompt.stage, template: prompt.text, sha256: prompt.sha256)
        }
        let spans = selection.spans(of: try candidates(settings))
        return try store.write { db in
            let run = try LabelRun.open(
                LabelRun.Identity(
                    name: name, datasetID: dataset.id, annotator: "vlm", provider: identity.provider,
                    baseURL: identity.baseURL, model: identity.model, unit: settings.unit.rawValue, settings: all.json,
                    settingsSHA256: all.hash(identity, prompts), analysis: row(prompts.analysis),
                    scoring: row(prompts.scoring), complaint: row(prompts.complaint)), db)
            _ = try run?.add(spans, db)
            return run
        }
    }

    func client(
        _ run: LabelRun, _ model: FakeVLM, concurrency: Int = 4, attempts: Int = 3, budget: Budget = Budget(limit: nil),
        price: PriceTable.Entry? = nil
    ) -> VLMClient {
        VLMClient(
            model,
            options: VLMClient.Options(
                maxConcurrency: concurrency,
                retry: RetryPolicy(
                    maxAttempts: attempts, baseDelay: .microseconds(200), maxDelay: .milliseconds(1)),
                breaker: CircuitBreaker.Settings(
                    failuresToOpen: 5, maxProbes: 2,
                    firstInterval: .milliseconds(1), longestInterval: .milliseconds(2)),
                budget: budget, price: price), hooks: SpanLabeler.noting(run, writer))
    }

    var writer: PatientWriter { PatientWriter(store, patience: .zero) { _ in } }

    func labeler(
        _ run: LabelRun, _ settings: LabelSettings = Self.settings, identity: ModelIdentity = FakeVLM.identity,
        client: VLMClient?
    ) -> SpanLabeler {
        SpanLabeler(
            store: store, writer: writer, run: run, settings: settings, prompts: prompts, identity: identity,
            answerSettings: "", pictures: PictureSource(dataset, in: store, settings: settings.pictures),
            concurrency: 4, client: client)
    }

    /// A job with nothing in memory of earlier ones.
    func job(
        _ run: LabelRun, _ settings: LabelSettings = Self.settings, client: VLMClient?, concurrency: Int = 4,
        spanLimit: Int? = nil
    ) -> LabelJob {
        LabelJob(
            store: store, run: run,
            labeler: labeler(run, settings, identity: client?.model.identity ?? FakeVLM.identity, client: client),
            client: client, options: LabelJob.Options(spanLimit: spanLimit, concurrency: concurrency))
    }

    /// Labels what is pending.
    @discardableResult
    func label(_ run: LabelRun, _ model: FakeVLM, _ settings: LabelSettings = Self.settings) async throws -> Stop? {
        try await job(run, settings, client: client(run, model)).run()
    }

    // MARK: What the store has

    func counts(_ run: LabelRun) throws -> [LabelSpanStatus: Int] { try store.read { try run.spanCounts($0) } }

    func number(_ sql: String) throws -> Int { try store.read { try Int.fetchOne($0, sql: sql) ?? 0 } }

    func rows(_ sql: String) throws -> [String] {
        try store.read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "NULL" : String.fromDatabaseValue($0) ?? "\($0)" }
                    .joined(separator: " ")
            }
        }
    }

    /// The scores of a run by episode, control and step, without the store's numbers.
    func scores(_ run: LabelRun) throws -> [String] {
        try rows(
            """
            SELECT e.key, i.kind, i.first_step, s.control, ge.key, c.position, c.t, c.window_idx, c.score, c.expected,
                c.samples, c.agreement
            FROM label_scores c JOIN label_spans s ON s.id = c.span_id JOIN instructions i ON i.id = s.instruction_id
            JOIN episodes e ON e.id = i.episode_id JOIN instructions g ON g.id = s.goal_instruction_id
            JOIN episodes ge ON ge.id = g.episode_id WHERE s.run_id = \(run.id)
            ORDER BY e.key, i.kind, i.first_step, s.control, c.position
            """)
    }

    /// What became of the spans, likewise.
    func ends(_ run: LabelRun) throws -> [String] {
        try rows(
            """
            SELECT e.key, i.kind, i.first_step, s.control, s.status, s.failure, s.message
            FROM label_spans s JOIN instructions i ON i.id = s.instruction_id JOIN episodes e ON e.id = i.episode_id
            WHERE s.run_id = \(run.id) ORDER BY e.key, i.kind, i.first_step, s.control
            """)
    }

    /// Nothing refers to what is not there.
    func isSound() throws -> Bool {
        try store.read { db in
            try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").isEmpty
                && String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok"
        }
    }
}

/// Answers by script, and otherwise as a sensible model would: the same texts always get the same answer.
final class FakeVLM: VisionLanguageModel {
    struct Call: Sendable {
        var reference: CallReference
        var request: VLMRequest
        /// How often this reference was asked before.
        var attempt: Int
        /// How many calls there were before, of all.
        var number: Int

        var good: Result<VLMAnswer, CallFailure> {
            FakeVLM.answered(
                FakeVLM.goodAnswer(request.texts + request.pictures.map { String(decoding: $0.base64, as: UTF8.self) }))
        }
    }

    typealias Script = @Sendable (Call) async -> Result<VLMAnswer, CallFailure>

    static let identity = ModelIdentity(provider: "fake", baseURL: "none", model: "fake-1")
    static let usage = TokenUsage(prompt: 100, cached: 10, completion: 20)
    let identity: ModelIdentity
    private let script: Script
    private let state = Mutex((calls: [Call](), answers: [CallReference: [String]]()))

    init(identity: ModelIdentity = FakeVLM.identity, _ script: @escaping Script = { $0.good }) {
        self.identity = identity
        self.script = script
    }

    var calls: [Call] { state.withLock { $0.calls } }
    var references: [CallReference] { calls.map(\.reference) }
    /// What was billed: the answers given to each question.
    var answers: [CallReference: [String]] { state.withLock { $0.answers } }

    func answer(_ request: VLMRequest, timeout: Duration) async -> Result<VLMAnswer, CallFailure> {
        guard let reference = CallReference(request.reference) else {
            return .failure(CallFailure(.http, "no reference", status: 400))
        }
        let call = state.withLock { state in
            let call = Call(
                reference: reference, request: request, attempt: state.calls.count { $0.reference == reference },
                number: state.calls.count)
            state.calls.append(call)
            return call
        }
        let result = await script(call)
        if case .success(let answer) = result {
            state.withLock { $0.answers[reference, default: []].append(answer.text) }
        }
        return result
    }

    static func answered(_ text: String) -> Result<VLMAnswer, CallFailure> {
        .success(
            VLMAnswer(
                text: text, model: "fake-1-0", finishReason: "stop", usage: usage, raw: Array("raw \(text)".utf8)))
    }

    static func failed(
        _ kind: CallFailure.Kind, _ message: String, status: Int? = nil, isServerDown: Bool = false
    ) -> Result<VLMAnswer, CallFailure> {
        .failure(CallFailure(kind, message, status: status, isServerDown: isServerDown))
    }

    /// An analysis, or as many scores as the scoring's example has places.
    static func goodAnswer(_ texts: [String]) -> String {
        let hash = hash(texts.joined(separator: "\n"))
        guard let example = texts[0].components(separatedBy: "{\"scores\": [").dropFirst().last else {
            return "Step by step: \(hash)."
        }
        let count = example.split(separator: "]")[0].split(separator: ",").count
        return "{\"scores\": \((0..<count).map { Int((hash >> UInt64($0 % 50)) % 11) })}"
    }

    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}

extension VLMRequest {
    var texts: [String] {
        parts.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
}

/// The scores an answer lists.
func listedScores(_ answer: String) -> [Int] { answer.split { !$0.isNumber }.compactMap { Int($0) } }
