import ALFRED
import Episodes
import ExperimentStore
import Images
import Simulation
import TestSupport
import Testing

@testable import Ingestion

/// What becomes of graded episodes in a store.
@Suite struct GradedIngestTests {
    private let folder: TemporaryFolder
    private let store: ExperimentStore
    private let records: [String: GradedRecord]

    init() async throws {
        folder = try TemporaryFolder()
        var making = GenerationRun.Options()
        (making.scenes, making.episodes, making.side, making.seed) = (2, 3, 16, 7)
        making.mix = try PolicyMix(parsing: "expert")
        let dataset = GeneratedDataset(root: folder("source"), suffix: "png") { pixels, width, height in
            try RGBImage(width: width, height: height, pixels: pixels).png()
        }
        _ = try GenerationRun(making, dataset).run()
        var grading = GradeRun.Options(recipe: try #require(GradeRecipe.named("graded")))
        (grading.side, grading.seed) = (56, 3)
        _ = try GradeRun(grading, from: try Release(root: folder("source")), to: folder("graded")).run()

        store = try ExperimentStore(folder("x.sqlite"), access: .write)
        let report = try await ALFREDIngest(ALFREDIngest.Options(root: folder("graded"))).run(into: store)
        #expect(report.problems == [] && report.isComplete && report.total.new > 0)
        var records: [String: GradedRecord] = [:]
        for location in try Release(root: folder("graded")).trajectories(in: "train").trajectories {
            records[location.key] = GradedRecord(try Trajectory(contentsOf: location.file))
        }
        self.records = records
        #expect(records.count == report.total.new)
    }

    private func episodes(_ behaviours: [Behaviour]? = nil) throws -> [TrainingEpisode] {
        let dataset = try store.dataset(named: nil)
        var found: [TrainingEpisode] = []
        try store.read { db in
            try TrainingEpisode.forEach(
                TrainingEpisode.Filter(
                    datasetID: dataset.id, splits: ["train"], kinds: Instruction.Kind.allCases, labelRunID: nil,
                    behaviours: behaviours), db
            ) { found.append($0) }
        }
        return found
    }

    private func record(_ episode: TrainingEpisode) throws -> GradedRecord {
        let key = try store.episode(named: String(episode.id)).key
        return try #require(records[key])
    }

    /// A primitive is fulfilled when its sub-task was done, a composite when all of its own were, the task when the
    /// goal holds; what was never begun has no primitive, and what is asked for beyond the end is not fulfilled.
    @Test func fulfilledIsTheSimulatorsWord() throws {
        let all = try episodes()
        #expect(all.count == records.count)
        var (kept, failed) = (0, 0)
        for episode in all {
            let record = try record(episode)
            let begun = record.attempts.count
            for numbered in episode.instructions {
                let instruction = numbered.instruction
                let about = "\(record.behaviour), \(instruction.kind) \(instruction.subTasks)"
                #expect(!instruction.steps.isEmpty && instruction.steps.upperBound <= episode.actions.count, "\(about)")
                #expect(instruction.subTasks.lowerBound < begun, "\(about)")
                switch instruction.kind {
                case .task: #expect(instruction.isFulfilled == record.isSuccess, "\(about)")
                case .primitive:
                    #expect(instruction.isFulfilled == record.done[instruction.subTasks.lowerBound], "\(about)")
                case .composite:
                    let parts = instruction.subTasks.map { record.done.indices.contains($0) && record.done[$0] }
                    #expect(instruction.isFulfilled == parts.allSatisfy { $0 }, "\(about)")
                }
                if instruction.isFulfilled { kept += 1 } else { failed += 1 }
                #expect(
                    instruction.sparseReward(at: instruction.steps.upperBound - 1) == (instruction.isFulfilled ? 1 : 0))
            }
            #expect(episode.instructions.contains { $0.instruction.kind == .task })
        }
        #expect(kept > 0 && failed > 0)
    }

    /// A filter by behaviour gives exactly the episodes of those.
    @Test func behaviourIsAFilter() throws {
        let all = try episodes()
        for behaviour in Behaviour.allCases {
            let own = try episodes([behaviour])
            let wanted = try all.filter { try record($0).behaviour == behaviour }
            #expect(own == wanted, "\(behaviour)")
        }
        #expect(
            try episodes([.expert, .aimless]).count
                == all.count { episode in
                    [.expert, .aimless].contains((try? record(episode))?.behaviour)
                })
        #expect(try episodes([]).isEmpty)
    }

    /// The same words are told of every behaviour: no sentence is made in hindsight.
    @Test func sentencesDoNotSayHowItWent() throws {
        let all = try episodes()
        let bySource = try Dictionary(grouping: all) { try record($0).source }
        for (source, own) in bySource {
            let goals = own.map { episode in
                Set(episode.instructions.map(\.instruction).filter { $0.kind == .task }.map(\.text))
            }
            #expect(Set(goals).count == 1, "\(source)")
        }
    }
}
