import GRDB
import TestSupport
import Testing

@testable import ExperimentStore

/// Which dataset, label run and episode are meant.
@Suite struct StoreChoiceTests {
    private let folder: TemporaryFolder
    private let store: ExperimentStore

    init() throws {
        folder = try TemporaryFolder()
        store = try ExperimentStore(folder("x.sqlite"), access: .write)
    }

    private func add(_ datasets: String...) throws {
        try store.write { db in
            for name in datasets {
                let row = try DatasetRow.upsert(name: name, format: "alfred", root: "/data", splitsFile: nil, db)
                var writer = try EpisodeWriter(db, datasetID: row.id)
                try writer.apply(.write(sampleRecord(), replacing: nil))
            }
        }
    }

    /// Makes a run that has scored a step, or none.
    private func label(_ name: String, _ dataset: DatasetRow, isScored: Bool, annotator: String = "vlm") throws {
        func prompt(_ stage: String) -> PromptRow {
            PromptRow(name: "v", stage: stage, template: "t", sha256: [UInt8](repeating: UInt8(stage.count), count: 32))
        }
        try store.write { db in
            let run = try #require(
                try LabelRun.open(
                    LabelRun.Identity(
                        name: name, datasetID: dataset.id, annotator: annotator, provider: "p", baseURL: "u",
                        model: "m",
                        unit: "task", settings: "{}", settingsSHA256: [UInt8](repeating: 1, count: 32),
                        analysis: prompt("analysis"), scoring: prompt("scoring"), complaint: prompt("complaint")), db))
            let (instruction, episode) = (dataset.id * 4 - 3, dataset.id)
            _ = try run.add([.init(instructionID: instruction, goalInstructionID: instruction)], db)
            let span = db.lastInsertedRowID
            try LabelRun.save(
                LabelWindowRow(index: 0, actions: 0..<5, pictures: []), spanID: span, episodeID: episode, db)
            let scores = isScored ? [LabelScoreRow(position: 0, t: 0, window: 0, score: 3)] : []
            try LabelRun.finish(
                spanID: span, episodeID: episode, scores: scores, end: .unscored(.refusal, message: "no"), db)
        }
    }

    private func code(_ body: () throws -> Void) -> StoreError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? StoreError)?.code }
    }

    @Test func theDatasetThatIsMeant() throws {
        #expect(code { _ = try store.dataset(named: nil) } == .unknown)
        #expect(code { _ = try store.dataset(named: "a") } == .unknown)
        try add("a")
        #expect(try store.dataset(named: nil).name == "a")
        #expect(try store.dataset(named: "a").name == "a")
        try add("b\n")
        #expect(try store.dataset(named: "b\n").name == "b\n")
        let several = #expect(throws: StoreError.self) { try store.dataset(named: nil) }
        #expect(several?.code == .ambiguous)
        #expect(several?.message.hasSuffix("a, b?") == true)
        let unknown = #expect(throws: StoreError.self) { try store.dataset(named: "c") }
        #expect(unknown?.code == .unknown)
        #expect(unknown?.message.contains("has no dataset c; it has a, b?") == true)
    }

    /// The one that is named; else the only one with a score: runs without any do not count.
    @Test func theLabelRunThatIsMeant() throws {
        try add("a", "b")
        let (a, b) = (try store.dataset(named: "a"), try store.dataset(named: "b"))
        #expect(code { _ = try store.labelRun(named: nil, of: a) } == .unknown)
        try label("empty", a, isScored: false)
        #expect(code { _ = try store.labelRun(named: nil, of: a) } == .unknown)
        #expect(try store.labelRun(named: "empty", of: a).name == "empty")
        try label("first", a, isScored: true)
        try label("other", b, isScored: true)
        #expect(try store.labelRun(named: nil, of: a).name == "first")
        #expect(try store.labelRun(named: nil, of: b).name == "other")
        let elsewhere = #expect(throws: StoreError.self) { try store.labelRun(named: "other", of: a) }
        #expect(elsewhere?.message == "dataset a has no label run other; it has empty, first")
        try label("second", a, isScored: true)
        let several = #expect(throws: StoreError.self) { try store.labelRun(named: nil, of: a) }
        #expect(several?.code == .ambiguous)
        #expect(several?.message.hasSuffix("first, second") == true)
    }

    /// Oracles are meant by who asks for them only, and no other run passes for one.
    @Test func theOracleThatIsMeant() throws {
        try add("a")
        let a = try store.dataset(named: "a")
        try label("true", a, isScored: true, annotator: LabelRun.distance)
        #expect(try store.labelRun(named: nil, of: a).name == "true")
        let missing = #expect(throws: StoreError.self) {
            try store.labelRun(named: nil, by: LabelRun.noiseFree, of: a)
        }
        #expect(missing?.code == .unknown && missing?.message.contains("label.annotator.wrong_scores=0") == true)
        try label("asked", a, isScored: true)
        try label("right", a, isScored: true, annotator: LabelRun.noiseFree)
        #expect(try store.labelRun(named: nil, of: a).name == "asked")
        #expect(try store.labelRun(named: nil, by: LabelRun.distance, of: a).name == "true")
        #expect(try store.labelRun(named: nil, by: LabelRun.noiseFree, of: a).name == "right")
        let other = #expect(throws: StoreError.self) {
            try store.labelRun(named: "asked", by: LabelRun.noiseFree, of: a)
        }
        #expect(other?.message.contains("is by vlm, not noise-free") == true)
        let runs = try store.read { try LabelRun.all($0) }
        #expect(runs.filter(\.isOracle).map(\.name) == ["true", "right"])
    }

    @Test func theEpisodeThatIsMeant() throws {
        try add("a")
        for name in ["1", "task/trial_1", "trial_1", "task"] { #expect(try store.episode(named: name).id == 1) }
        #expect(code { _ = try store.episode(named: "2") } == .unknown)
        #expect(code { _ = try store.episode(named: "%") } == .unknown)
        try add("b")
        #expect(try store.episode(named: "2").dataset == "b")
        let several = #expect(throws: StoreError.self) { try store.episode(named: "task") }
        #expect(several?.code == .ambiguous)
        #expect(several?.message.hasSuffix("numbers:\n  1  train/task/trial_1\n  2  train/task/trial_1") == true)
    }
}
