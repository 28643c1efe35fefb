import StageSupport
import Testing

@testable import Experiments

@Suite struct SlurmChainTests {
    private func chain() throws -> SlurmChain {
        let places = ExperimentPlan.Places(
            config: "/a b/c.yaml", store: "/s.sqlite", overrides: ["train.steps=3"], programs: "/bin dir")
        let configuration = try Configuration(
            file: nil,
            overrides: [
                .init("evaluate.sets=[{name: near, split: valid_seen}]"),
                .init("experiment={seeds: [1, 2], rows: [{name: a}, {name: b}]}"),
            ])
        return SlurmChain(
            try ExperimentPlan(configuration, places), places, config: "/a b/c.yaml", programs: "/bin dir", out: "/out",
            root: nil, shards: 3)
    }

    /// As sbatch numbers them.
    private let ids = Dictionary(
        uniqueKeysWithValues: zip(SlurmChain.Stage.allCases, (10..<18).map(String.init)))

    @Test func eachJobWaitsForThoseItNeeds() throws {
        let chain = try chain()
        func dependency(_ stage: SlurmChain.Stage) -> String? {
            chain.options(stage, after: ids).first { $0.hasPrefix("--dependency=") }.map { String($0.dropFirst(13)) }
        }
        #expect(
            SlurmChain.Stage.allCases.map(dependency) == [
                nil, "afterok:10", "afterok:11", "afterok:12", "aftercorr:13", "afterok:12", "afterany:14:15",
                "afterok:16",
            ])
    }

    @Test func arraysHaveATaskAShardOrCell() throws {
        let chain = try chain()
        func array(_ stage: SlurmChain.Stage) -> String? {
            chain.options(stage, after: ids).first { $0.hasPrefix("--array=") }
        }
        #expect(array(.label) == "--array=1-3" && array(.train) == "--array=1-4" && array(.evaluate) == "--array=1-4")
        #expect(array(.ingest) == nil && array(.references) == nil && array(.report) == nil)
        #expect(chain.options(.train, after: ids).contains("--output=/out/logs/slurm-train-%a.log"))
        #expect(chain.options(.report, after: ids).contains("--output=/out/logs/slurm-report.log"))
        #expect(chain.cells.map(\.run) == ["a-s1", "b-s1", "a-s2", "b-s2"])
    }

    @Test func everyJobCanGoBackIntoTheQueue() throws {
        let chain = try chain()
        for stage in SlurmChain.Stage.allCases {
            let options = chain.options(stage, after: ids)
            #expect(options.contains("--requeue") && options.contains("--signal=B:USR1@120"))
        }
    }

    @Test func theScriptBecomesThisProgram() throws {
        #expect(
            try chain().script(.train, chain: "/out/slurm/it's.json")
                == "#!/bin/sh\nexec '/bin dir/rgvlm-experiment' job train --chain '/out/slurm/it'\\''s.json'\n")
    }

    @Test func eachCellHasAFileOfItsOwn() throws {
        let chain = try chain()
        let files = chain.cells.map { chain.results($0.run) } + [chain.results("references")]
        #expect(Set(files).count == 5 && files.allSatisfy { $0.hasPrefix("/s.sqlite.results/") })
    }
}
