import ALFRED
import Episodes
import Foundation
import Ground
import Household
import TestSupport
import Testing

@testable import Simulation

/// Graded episodes of a few generated tasks.
@Suite struct GradedRunTests {
    private let folder: TemporaryFolder
    private let release: Release

    init() throws {
        folder = try TemporaryFolder()
        var options = GenerationRun.Options()
        (options.scenes, options.episodes, options.side, options.seed) = (2, 3, 16, 7)
        options.mix = try PolicyMix(parsing: "expert")
        let dataset = GeneratedDataset(root: folder("source"), suffix: "png") { pixels, _, _ in pixels }
        _ = try GenerationRun(options, dataset).run()
        release = try Release(root: folder("source"))
    }

    private func grade(
        _ recipe: String, to root: String, threads: Int = 2, stop: @escaping @Sendable () -> Bool = { false }
    ) throws -> GradeRun.Report {
        var options = GradeRun.Options(recipe: try #require(GradeRecipe.named(recipe)))
        (options.side, options.threads, options.seed) = (16, threads, 3)
        return try GradeRun(options, from: release, to: folder(root)).run(shouldStop: stop)
    }

    /// All files below a folder by their paths.
    private func files(_ root: String) throws -> [String: Data] {
        let all = try #require(FileManager.default.enumerator(atPath: folder(root))).compactMap { $0 as? String }
        return all.reduce(into: [:]) { files, path in
            if let data = FileManager.default.contents(atPath: folder("\(root)/\(path)")), !data.isEmpty {
                files[path] = data
            }
        }
    }

    private func episodes(_ root: String) throws -> [(trajectory: Trajectory, record: GradedRecord)] {
        try Release(root: folder(root)).trajectories(in: "train").trajectories.map { location in
            let trajectory = try Trajectory(contentsOf: location.file)
            try trajectory.validate()
            return (trajectory, try #require(GradedRecord(trajectory)))
        }
    }

    private func sourceActions(_ record: GradedRecord) throws -> [Action] {
        let location = try #require(
            release.trajectories(in: "train").trajectories.first { "train/\($0.key)" == record.source })
        return try Trajectory(contentsOf: location.file).plan?.lowActions.map(\.action) ?? []
    }

    /// The same options make the same bytes with one thread and with two, and after a stop or a loss.
    @Test func theSameWhateverHappensOnTheWay() throws {
        let report = try grade("graded", to: "a", threads: 1)
        #expect(report.isComplete && report.problems.isEmpty && report.sources > 0)
        let wanted = try files("a")
        #expect(try grade("graded", to: "b").outcomes == report.outcomes)
        #expect(try files("b") == wanted)

        let stopped = try grade("graded", to: "c", threads: 1, stop: { true })
        #expect(!stopped.isComplete)
        let kept = try grade("graded", to: "b")
        #expect(kept.outcomes.allSatisfy(\.isKept) && kept.outcomes.count == report.outcomes.count)
        let some = try #require(wanted.keys.sorted().first { $0.hasSuffix("traj_data.json") })
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder("b/\(some)")))
        let again = try grade("graded", to: "b")
        #expect(again.outcomes.count { !$0.isKept } == 1)
        #expect(try files("b") == wanted)
        #expect(try grade("graded", to: "c").outcomes.count == report.outcomes.count)
        #expect(try files("c") == wanted)
    }

    /// Who acts, what was done by the simulator's word, and the sentences, which stay.
    @Test func episodesAreWhatTheyAreCalled() throws {
        let report = try grade("graded", to: "g")
        let all = try episodes("g")
        #expect(all.count == report.outcomes.count && all.count + report.unplayable.count == report.sources * 6)
        #expect(Set(all.map(\.record.behaviour)).isSuperset(of: [.expert, .noisy, .detour, .partial, .aimless]))
        for (trajectory, record) in all {
            let name = "\(record.behaviour) of \(record.source)"
            #expect(record.frameSide == 16 && record.recipe == "graded")
            // Attempts follow one another and cover the episode.
            #expect(record.attempts.first?.steps.lowerBound == 0, "\(name)")
            #expect(record.attempts.last?.steps.upperBound == trajectory.actionCount, "\(name)")
            for (a, b) in zip(record.attempts, record.attempts.dropFirst()) {
                #expect(a.steps.upperBound == b.steps.lowerBound && !a.steps.isEmpty, "\(name)")
            }
            #expect(record.done.count >= record.attempts.count, "\(name)")
            switch record.behaviour {
            case .expert, .detour: #expect(record.isSuccess && record.done.allSatisfy { $0 }, "\(name)")
            case .wrongObject: #expect(record.done.contains(false), "\(name)")
            default: break
            }
            if record.done.contains(false) { #expect(!record.isSuccess || record.behaviour == .noisy, "\(name)") }
            let source = try #require(
                release.trajectories(in: "train").trajectories.first { "train/\($0.key)" == record.source })
            let told = try Trajectory(contentsOf: source.file).annotations
            #expect(trajectory.annotations.map(\.taskDescription) == told.map(\.taskDescription), "\(name)")
        }
        let experts = all.filter { $0.record.behaviour == .expert }
        for (trajectory, record) in experts {
            let own = trajectory.plan?.lowActions.map(\.action) ?? []
            #expect(own.count <= 2 * (try sourceActions(record).count), "the expert dawdles in \(record.source)")
        }
        for outcome in report.outcomes {
            #expect(outcome.done <= outcome.begun && outcome.begun <= outcome.asked)
        }
    }

    /// A branch leaves the expert's way; its beginning is the expert's.
    @Test func branchesBeginAsTheExpertDoes() throws {
        _ = try grade("branches", to: "g")
        let all = try episodes("g")
        let byStart = Dictionary(grouping: all, by: \.record.source)
        var shared: [Int] = []
        for (source, own) in byStart {
            let expert = try #require(own.first { $0.record.behaviour == .expert }, "\(source)").trajectory
            let way = expert.plan?.lowActions.map(\.action) ?? []
            for (trajectory, _) in own where own.count > 1 {
                let actions = trajectory.plan?.lowActions.map(\.action) ?? []
                shared.append(zip(way, actions).prefix { $0 == $1 }.count)
            }
            #expect(own.contains { $0.record.behaviour == .branch })
        }
        #expect(Set(shared).count > 1, "all leave the way at the same step: \(shared)")
    }

    /// What was recorded replays in its own room to the same end: the flags are the simulator's, not the writer's.
    @Test func recordsReplayToTheSameEnd() throws {
        _ = try grade("hard", to: "g")
        let library = SceneLibrary(try Release(root: folder("g")))
        let all = try episodes("g")
        #expect(all.contains { !$0.record.isSuccess })
        for (trajectory, record) in all {
            let world = try library.world(of: trajectory)
            let check = ReplayCheck(trajectory, in: world, frames: [], renderer: Renderer())
            #expect(check.differences.isEmpty, "\(record.behaviour) of \(record.source): \(check.differences)")
        }
    }
}
