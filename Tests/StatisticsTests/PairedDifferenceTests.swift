import Foundation
import Ground
import Testing

@testable import Statistics

/// Seeds and trajectories crossed, tasks within trajectories.
private struct CrossedDesign {
    var seed = 0.0
    var trajectory = 0.0
    var task = 0.0
    var residual = 0.0
    var runs = 3
    var tasks = 100
    var trajectories = 65

    var clusters: [Int] { (0..<tasks).map { $0 < trajectories ? $0 : ($0 - trajectories) * 7 % trajectories } }

    func draw(_ random: inout SplitMix64) throws -> ScoreMatrix {
        func normal() -> Double {
            let (u, v) = (max(random.fraction(), 1e-300), random.fraction())
            return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
        }
        let ofRun = (0..<runs).map { _ in seed * normal() }
        let ofTrajectory = (0..<trajectories).map { _ in trajectory * normal() }
        let ofTask = clusters.map { ofTrajectory[$0] + task * normal() }
        return try ScoreMatrix(runs: ofRun.map { run in ofTask.map { run + $0 + residual * normal() } })
    }

    func zero() throws -> ScoreMatrix {
        try ScoreMatrix(runs: [[Double]](repeating: [Double](repeating: 0, count: tasks), count: runs))
    }

    func difference(_ random: inout SplitMix64) throws -> PairedDifference {
        try PairedDifference(try draw(&random), less: try zero(), trajectories: clusters)
    }
}

@Suite struct PairedDifferenceTests {
    /// 95 % intervals leave out the true difference in 3 to 7 % of repetitions, with three seeds as with ten, whatever
    /// the larger part of the variance is. The plain bootstrap of three seeds does in 12 % and more where seeds differ.
    @Test(
        arguments: [3, 5, 10],
        [
            CrossedDesign(seed: 0.036, task: 0.1, residual: 0.2),
            CrossedDesign(seed: 0.036, trajectory: 0.15, task: 0.15, residual: 0.2),
            CrossedDesign(seed: 0.06, trajectory: 0.1, task: 0.1, residual: 0.3),
        ])
    private func intervalsCoverAsOftenAsTheySay(_ seeds: Int, _ plan: CrossedDesign) throws {
        var design = plan
        design.runs = seeds
        var random = SplitMix64(seed: UInt64(seeds))
        let repetitions = 1500
        var covered = 0
        for _ in 0..<repetitions {
            let interval = try #require(try design.difference(&random).interval())
            if !interval.excludes(0) { covered += 1 }
        }
        let share = Double(covered) / Double(repetitions)
        #expect((0.93...0.97).contains(share), "\(seeds) seeds: \(share)")
    }

    /// The closed form against what it stands for: with many seeds and trajectories, so that corrections are small, it
    /// is the spread of resamples. Draws see what seeds and trajectories do together three times; here there is little.
    @Test func theStandardErrorIsThatOfResampling() throws {
        var random = SplitMix64(seed: 5)
        let design = CrossedDesign(
            seed: 0.1, trajectory: 0.3, task: 0.2, residual: 0.05, runs: 40, tasks: 120, trajectories: 60)
        let scores = try design.draw(&random)
        let difference = try PairedDifference(scores, less: try design.zero(), trajectories: design.clusters)
        let clusters = try Clusters(design.clusters, tasks: 120)
        let replicates = Bootstrap(repetitions: 4000, seed: 1).replicates(
            of: .mean, scores, over: .crossed, clusters.members)
        let mean = replicates.reduce(0, +) / Double(replicates.count)
        let spread = (replicates.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(replicates.count)).squareRoot()
        let error = try #require(difference.standardError)
        #expect(abs(spread / error - 1) < 0.05, "\(spread), \(error)")
        #expect(abs(difference.value - scores.mean) < 1e-12)
    }

    /// Tasks of one trajectory are no independent evidence: twice the same tasks say no more than once.
    @Test func tasksOfATrajectoryCountOnce() throws {
        var random = SplitMix64(seed: 8)
        let design = CrossedDesign(
            seed: 0.1, trajectory: 0.2, task: 0.1, residual: 0.1, runs: 4, tasks: 30, trajectories: 30)
        let once = try design.draw(&random)
        let twice = try ScoreMatrix(runs: (0..<4).map { Array(once.row($0)) + Array(once.row($0)) })
        let zeros = try ScoreMatrix(runs: [[Double]](repeating: [Double](repeating: 0, count: 60), count: 4))
        let first = try PairedDifference(once, less: try design.zero(), trajectories: Array(0..<30))
        let second = try PairedDifference(twice, less: zeros, trajectories: Array(0..<30) + Array(0..<30))
        let errors = (try #require(first.standardError), try #require(second.standardError))
        #expect(abs(errors.0 - errors.1) < 1e-12)
        let naive = try PairedDifference(twice, less: zeros, trajectories: Array(0..<60))
        #expect(try #require(naive.standardError) < errors.1)
        #expect(second.trajectories == 30 && second.tasks == 60 && second.seeds == 4)
    }

    /// p and the interval say the same, at every level.
    @Test func theIntervalLeavesOutZeroWherePIsBelowItsLevel() throws {
        var random = SplitMix64(seed: 3)
        let design = CrossedDesign(seed: 0.2, task: 0.5, residual: 0.2, tasks: 20, trajectories: 15)
        for _ in 0..<60 {
            let difference = try design.difference(&random)
            let p = try #require(difference.p)
            for alpha in [0.5, 0.2, 0.05, 0.005] {
                #expect(try #require(difference.interval(alpha: alpha)).excludes(0) == (p < alpha))
            }
        }
    }

    @Test func whatIsTooLittleSaysNothing() throws {
        let one = try ScoreMatrix(runs: [[1, 0, 1]]), other = try ScoreMatrix(runs: [[0, 0, 0]])
        let single = try PairedDifference(one, less: other, trajectories: [4, 4, 4])
        #expect(single.standardError == nil && single.p == nil && single.interval() == nil)
        #expect(abs(single.value - 2.0 / 3) < 1e-12)
        // One seed on several trajectories: an interval over trajectories.
        let several = try PairedDifference(one, less: other, trajectories: [1, 2, 3])
        #expect(several.degreesOfFreedom == 2 && several.standardError != nil)
        // Two seeds on one trajectory: an interval over seeds.
        let two = try PairedDifference(
            try ScoreMatrix(runs: [[1, 1], [0, 0]]), less: try ScoreMatrix(runs: [[0, 0], [0, 0]]),
            trajectories: [1, 1])
        #expect(two.degreesOfFreedom == 1 && two.standardError == 0.5)
        // No spread at all: equal methods are no difference, methods that always differ by the same are one.
        let same = try PairedDifference(one, less: one, trajectories: [1, 2, 3])
        #expect(same.p == 1 && same.interval()?.excludes(0) == false)
        let always = try PairedDifference(
            try ScoreMatrix(runs: [[1, 1], [1, 1]]), less: try ScoreMatrix(runs: [[0, 0], [0, 0]]),
            trajectories: [1, 2])
        #expect(always.p == 0 && always.interval()?.excludes(0) == true)
        #expect(throws: ScoreError.tasksDiffer(3, 2)) { try PairedDifference(one, less: other, trajectories: [1, 2]) }
    }
}

/// Several rows compared with one of them, of few seeds each.
@Suite struct SharedSpreadTests {
    /// Rows without differences, whose seeds deviate by `deviations`, less the first of them.
    private func family(_ deviations: [Double], seeds: Int, _ random: inout SplitMix64) throws -> [PairedDifference] {
        var task = CrossedDesign(task: 0.2, runs: 1)
        task.trajectories = 100
        let common = try task.draw(&random)
        func row(_ deviation: Double) throws -> ScoreMatrix {
            let design = CrossedDesign(
                seed: deviation, trajectory: 0.1, task: 0.1, residual: 0.2, runs: seeds, tasks: 100, trajectories: 65)
            let own = try design.draw(&random)
            return try ScoreMatrix(runs: (0..<seeds).map { run in (0..<100).map { common[0, $0] + own[run, $0] } })
        }
        let base = try row(deviations[0])
        let clusters = CrossedDesign().clusters
        return try deviations.dropFirst().map { deviation in
            try PairedDifference(try row(deviation), less: base, trajectories: clusters)
        }
    }

    /// By Holm the chance to tell any of the rows that are all alike stays below a twentieth, with two seeds as with
    /// five, whether rows' seeds spread alike or not. By each row's own spread it is an eighth and more.
    @Test(arguments: [2, 3, 5], [[0.05, 0.05, 0.05, 0.05, 0.05, 0.05], [0.05, 0.1, 0.05, 0.02, 0.1, 0.02]])
    func noneIsToldWhereThereIsNothing(_ seeds: Int, _ deviations: [Double]) throws {
        var random = SplitMix64(seed: UInt64(seeds))
        let repetitions = 400
        var (told, toldAlone, covered, count) = (0, 0, 0, 0)
        for _ in 0..<repetitions {
            let own = try family(deviations, seeds: seeds, &random)
            let shared = PairedDifference.sharingSpread(own)
            if Holm(shared.compactMap(\.p)).adjusted.contains(where: { $0 < 0.05 }) { told += 1 }
            if Holm(own.compactMap(\.p)).adjusted.contains(where: { $0 < 0.05 }) { toldAlone += 1 }
            covered += shared.count { $0.interval()?.excludes(0) == false }
            count += shared.count
        }
        #expect(Double(told) / Double(repetitions) < 0.075, "\(told)")
        #expect(seeds > 3 || Double(toldAlone) / Double(repetitions) > 0.08, "\(toldAlone)")
        #expect((0.94...0.985).contains(Double(covered) / Double(count)), "\(covered) of \(count)")
    }

    /// A difference that is there is told more often than by each row's own spread.
    @Test func moreIsToldWhereThereIsSomething() throws {
        var random = SplitMix64(seed: 77)
        var (shared, alone) = (0, 0)
        for _ in 0..<150 {
            let own = try family([Double](repeating: 0.05, count: 9), seeds: 3, &random)
            func told(_ all: [PairedDifference]) -> Int {
                let ps = all.map { one in
                    one.standardError.map {
                        StudentDistribution.beyond((one.value + 0.2) / $0, degrees: one.degreesOfFreedom)
                    } ?? 1
                }
                return Holm(ps).adjusted.count { $0 < 0.05 }
            }
            shared += told(PairedDifference.sharingSpread(own))
            alone += told(own)
        }
        #expect(shared > alone + alone / 10, "\(shared), \(alone)")
    }

    /// Nothing gets narrower, values stay, and who is alone or has one seed stays as it was.
    @Test func sharingChangesSpreadsAlone() throws {
        var random = SplitMix64(seed: 6)
        let own = try family([0.05, 0.1, 0.02, 0.05], seeds: 3, &random)
        let shared = PairedDifference.sharingSpread(own)
        for (before, after) in zip(own, shared) {
            #expect(before.value == after.value && before.components == after.components)
            #expect(try #require(after.standardError) >= (try #require(before.standardError)))
        }
        #expect(PairedDifference.sharingSpread([own[0]]) == [own[0]])
        #expect(PairedDifference.sharingSpread([]).isEmpty)
        let single = try family([0.05, 0.1], seeds: 1, &random)
        let mixed = PairedDifference.sharingSpread(own + single)
        #expect(mixed.last == single.last && Array(mixed.dropLast()) == shared)
        // Shared, the spread has more degrees of freedom than three seeds', and fewer than all rows' together.
        let quiet = try #require(zip(own, shared).min { $0.0.components.seed < $1.0.components.seed })
        #expect(quiet.1.degreesOfFreedom > 2)
    }
}

@Suite struct PowerTests {
    /// The figures that were computed when the variances were measured.
    @Test(
        arguments: [
            (3, 100, 1, 0.086), (10, 100, 1, 0.071), (5, 400, 1, 0.055), (3, 100, 10, 0.112),
        ])
    func thePilotGivesItsFigures(_ seeds: Int, _ tasks: Int, _ comparisons: Int, _ expected: Double) {
        let error = VarianceComponents.pilot.standardError(seeds: seeds, tasks: tasks, trajectories: tasks)
        #expect(abs(Power.detectable(standardError: error, comparisons: comparisons) - expected) < 5e-4)
    }

    /// A difference of that size is found in about 80 % of repetitions, and what an experiment finds out about its own
    /// power afterwards is what was expected before, to a fifth, on three experiments.
    @Test(arguments: [(5, 400, 260), (10, 100, 65), (8, 200, 130)])
    private func aDetectableDifferenceIsDetected(_ seeds: Int, _ tasks: Int, _ trajectories: Int) throws {
        let design = CrossedDesign(
            seed: 0.036, trajectory: 0.1, task: 0.15, residual: 0.15, runs: seeds, tasks: tasks,
            trajectories: trajectories)
        let truth = VarianceComponents(
            seed: 0.036 * 0.036, trajectory: 0.01, task: 0.15 * 0.15, residual: 0.15 * 0.15)
        let expected = Power.detectable(
            standardError: truth.standardError(seeds: seeds, tasks: tasks, trajectories: trajectories))
        var random = SplitMix64(seed: 21)
        var (found, errors) = (0, [Double]())
        let repetitions = 250
        for _ in 0..<repetitions {
            let difference = try design.difference(&random)
            errors.append(try #require(difference.standardError))
            let interval = try #require(difference.interval())
            if interval.low + expected > 0 { found += 1 }
        }
        let share = Double(found) / Double(repetitions)
        #expect((0.66...0.9).contains(share), "\(share)")
        // Eight rows are pooled, as in a report.
        for first in stride(from: 0, to: 40, by: 8) {
            let pooled = try #require(Power.pooled(Array(errors[first..<(first + 8)])))
            let observed = Power.detectable(standardError: pooled)
            #expect(abs(observed / expected - 1) < 0.2, "\(observed), \(expected)")
        }
        #expect(Power.pooled([]) == nil)
    }

    /// Components are those that the scores were made with.
    @Test func componentsAreRecovered() throws {
        let design = CrossedDesign(
            seed: 0.1, trajectory: 0.3, task: 0.2, residual: 0.4, runs: 6, tasks: 100, trajectories: 40)
        var random = SplitMix64(seed: 13)
        let all = try (0..<300).map { _ in try design.difference(&random).components }
        let mean = try #require(VarianceComponents.mean(all))
        for (found, made) in [
            (mean.seed, 0.01), (mean.trajectory, 0.09), (mean.task, 0.04), (mean.residual, 0.16),
        ] {
            #expect(abs(found / made - 1) < 0.12, "\(found), \(made)")
        }
        #expect(VarianceComponents.mean([]) == nil)
    }

    @Test func moreOfAnythingFindsMore() {
        let all = VarianceComponents(seed: 0.1, trajectory: 0.2, task: 0.3, residual: 0.4)
        let base = all.standardError(seeds: 3, tasks: 50, trajectories: 20)
        #expect(all.standardError(seeds: 4, tasks: 50, trajectories: 20) < base)
        #expect(all.standardError(seeds: 3, tasks: 60, trajectories: 20) < base)
        #expect(all.standardError(seeds: 3, tasks: 50, trajectories: 30) < base)
        #expect(Power.detectable(standardError: base, comparisons: 2) > Power.detectable(standardError: base))
    }
}

@Suite struct HolmTests {
    /// Against the definition, for all lists of up to four p.
    @Test func correctionIsThatOfItsDefinition() {
        let values = [0.001, 0.012, 0.02, 0.04, 0.06, 0.5]
        var lists: [[Double]] = [[]]
        for _ in 0..<4 {
            for ps in lists {
                let holm = Holm(ps)
                // Step down: the smallest against alpha / m, the next against alpha / (m - 1), until one fails.
                let order = ps.indices.sorted { (ps[$0], $0) < (ps[$1], $1) }
                var told: Set<Int> = []
                for (rank, place) in order.enumerated() {
                    guard ps[place] < 0.05 / Double(ps.count - rank) else { break }
                    told.insert(place)
                }
                for place in ps.indices {
                    #expect((holm.adjusted[place] < 0.05) == told.contains(place), "\(ps)")
                    // The level's test is the same test.
                    #expect((ps[place] < holm.levels[place]) == told.contains(place), "\(ps)")
                    #expect(holm.adjusted[place] >= ps[place] && holm.adjusted[place] <= 1)
                }
            }
            lists = lists.flatMap { list in values.map { list + [$0] } }
        }
        #expect(lists.count == 1296)
    }

    @Test func verdictsAreThreeWords() {
        #expect(Verdict.allCases.map(\.rawValue) == ["better", "worse", "cannot tell"])
        #expect(Verdict(0.1, isTold: true) == .better && Verdict(-0.1, isTold: true) == .worse)
        #expect(Verdict(0.1, isTold: false) == .cannotTell && Verdict(-3, isTold: false) == .cannotTell)
    }
}

@Suite struct TrajectoryBootstrapTests {
    /// A trajectory for each task is no trajectory at all; fewer make the interval wider where their tasks are alike.
    @Test func trajectoriesAreDrawnWhole() throws {
        var random = SplitMix64(seed: 2)
        let design = CrossedDesign(trajectory: 0.4, task: 0.05, residual: 0.1, runs: 3, tasks: 60, trajectories: 20)
        let scores = try design.draw(&random)
        let bootstrap = Bootstrap(repetitions: 500, seed: 4)
        for aggregate in [Aggregate.mean, .iqm, .median] {
            let plain = bootstrap.interval(of: aggregate, scores, over: .crossed)
            #expect(plain == bootstrap.interval(of: aggregate, scores, over: .crossed, trajectories: Array(0..<60)))
            let whole = try #require(
                bootstrap.interval(of: aggregate, scores, over: .crossed, trajectories: design.clusters))
            let narrow = try #require(plain)
            #expect(whole.high - whole.low > 1.2 * (narrow.high - narrow.low), "\(aggregate)")
        }
        let single = [Int](repeating: 0, count: 60)
        #expect(bootstrap.interval(of: .mean, scores, over: .crossed, trajectories: single) == nil)
        #expect(bootstrap.interval(of: .mean, scores, over: .runs, trajectories: single) != nil)
    }

    /// Resamples of unequal trajectories have unequal numbers of tasks, and are means of what they have all the same.
    @Test func unequalTrajectoriesGiveMeans() throws {
        let scores = try ScoreMatrix(runs: [[1, 1, 1, 0], [1, 1, 1, 0]])
        let clusters = try Clusters([0, 0, 0, 1], tasks: 4)
        for aggregate in [Aggregate.mean, .iqm] {
            let values = Bootstrap(repetitions: 200, seed: 1).replicates(
                of: aggregate, scores, over: .tasks, clusters.members)
            // Both, the long one twice, the short one twice.
            let both = aggregate == .mean ? 0.75 : 1
            #expect(Set(values) == [0, both, 1])
        }
    }
}
