import Foundation
import Ground
import StageSupport
import TestSupport
import Testing

@testable import Experiments

@Suite struct ReproductionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func exit(_ reproduction: Reproduction) -> StageExit? {
        #expect(throws: StageError.self) { _ = try reproduction.settings() }?.exit
    }

    @Test func generatedData() throws {
        var reproduction = Reproduction()
        #expect(try reproduction.settings().settings == [])
        #expect(try reproduction.settings().note?.contains("data are generated") == true)
        #expect(reproduction.defaultOutput == "Datasets/generated/reproduce-generated-default")
        reproduction.budget = .small
        reproduction.seeds = [4, 5, 6]
        #expect(try reproduction.settings().settings == ["train.steps=800", "experiment.seeds=[4,5,6]"])
        reproduction.budget = .long
        #expect(try reproduction.settings().settings.first == "train.steps=20000")
        reproduction.tasks = "x"
        #expect(exit(reproduction) == .usage)
    }

    @Test func aRelease() throws {
        let files = FileManager.default
        let root = folder("a \"release\"")
        for split in ["train", "valid_seen"] {
            try files.createDirectory(atPath: "\(root)/data/json_2.1.0/\(split)", withIntermediateDirectories: true)
        }
        let seen = "{name: valid_seen, split: valid_seen, tasks: 60}"
        let train =
            "{name: train, split: train, tasks: 100}, {name: train_random, split: train, tasks: 100, start: random}"
        var reproduction = Reproduction()
        reproduction.root = root
        #expect(reproduction.defaultOutput == "Datasets/generated/reproduce-real-default")
        let (settings, note) = try reproduction.settings()
        #expect(settings == ["ingest.splits=[train, valid_seen]", "evaluate.sets=[\(train), \(seen)]"])
        #expect(note?.contains("drawn from the splits") == true)

        reproduction.tasks = folder("nowhere")
        #expect(exit(reproduction) == .inputMissing)
        reproduction.tasks = nil

        try files.createDirectory(atPath: root + "/valid_unseen", withIntermediateDirectories: true)
        try folder.write("[]", to: "a \"release\"/eval_instruct.json")
        let file = "\"" + (root + "/eval_instruct.json").replacingOccurrences(of: "\"", with: "\\\"") + "\""
        let unseen = seen.replacingOccurrences(of: "seen", with: "unseen")
        let tasks = "{name: eval_instruct, file: \(file)}, {name: eval_instruct_random, file: \(file), start: random}"
        let all = try reproduction.settings()
        #expect(
            all.settings == [
                "ingest.splits=[train, valid_seen, valid_unseen]", "ingest.include=\(file)",
                "evaluate.sets=[\(tasks), \(seen), \(unseen)]",
            ])
        #expect(all.note == nil)
        // They mean what they were made from.
        let configuration = try Configuration(file: nil, overrides: all.settings.map { .init($0) })
        #expect(configuration.ingest.include == root + "/eval_instruct.json")
        #expect(configuration.evaluate.sets.first?.file == root + "/eval_instruct.json")

        reproduction.tasks = try folder.write("[]", to: "other.json")
        #expect(try reproduction.settings().settings.last?.contains(folder("other.json")) == true)
    }
}
