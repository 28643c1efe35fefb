import Episodes
import ExperimentStore
import Household
import RewardLabeling
@testable import Rooms
import ScriptedAnnotator
@testable import Simulation
import TestSupport
import Testing

@testable import ALFRED
@testable import ScriptedAnnotator

@Suite struct ScriptedJudgementTests {
    private let faultless = ScriptedAnnotator(AnnotatorSettings(wrongScores: 0))

    private func episodes(_ policy: Behaviour) throws -> [ScriptedEpisode] {
        try ScriptedEpisode.all.get().filter { $0.policy == policy }
    }

    private func mean(_ scores: [Int]) -> Double { Double(scores.reduce(0, +)) / Double(max(1, scores.count)) }

    private func median(_ scores: [Int]) -> Double {
        let sorted = scores.sorted()
        guard !sorted.isEmpty else { return .nan }
        return Double(sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
    }

    private func ranks(_ values: [Double]) -> [Double] {
        values.map { value in
            Double(values.count { $0 < value }) + Double(values.count { $0 == value } - 1) / 2
        }
    }

    private func spearman(_ a: [Double], _ b: [Double]) -> Double {
        let (a, b) = (ranks(a), ranks(b))
        let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
        let covariance = zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) }
        let (varA, varB) = (
            a.reduce(0) { $0 + ($1 - meanA) * ($1 - meanA) }, b.reduce(0) { $0 + ($1 - meanB) * ($1 - meanB) }
        )
        return covariance / (varA * varB).squareRoot()
    }

    /// An expert's potential rises with time, in each episode and for all seven types.
    @Test func potentialRisesAlongExperts() throws {
        var types: Set<TaskType> = []
        for episode in try episodes(.expert) {
            let observations = Array(episode.truth.facts.indices)
            for kind in [Instruction.Kind.task, .composite] {
                let values = episode.truth.progress(of: try episode.goal(kind), at: observations)
                let correlation = spearman(values, observations.map(Double.init))
                #expect(correlation > 0.9, "\(episode.key) \(kind)")
                #expect(values.allSatisfy { (0...1).contains($0) })
                #expect(values.last == 1 && values.dropLast().allSatisfy { $0 < 1 || kind == .task }, "\(episode.key)")
            }
            types.insert(episode.type)
        }
        #expect(types.count == 7)
    }

    /// Random actions lead nowhere on average, experts to the end.
    @Test func potentialStaysLowForRandomEpisodes() throws {
        func gain(_ policy: Behaviour) throws -> Double {
            let gains = try episodes(policy).map { episode in
                let values = episode.truth.progress(
                    of: try episode.goal(.task), at: [0, episode.truth.facts.count - 1])
                return values[1] - values[0]
            }
            return gains.reduce(0, +) / Double(gains.count)
        }
        #expect(try gain(.expert) > 0.7)
        #expect(abs(try gain(.random)) < 0.15)
    }

    @Test func betterPoliciesScoreHigher() throws {
        let means = try [Behaviour.expert, .noisy, .random].map { policy in
            mean(
                try episodes(policy).flatMap { episode in
                    let goal = try episode.goal(.task)
                    return faultless.scores(for: episode.query(goal), truth: episode.truth, goal: goal)
                })
        }
        #expect(means[0] > means[1] + 0.2 && means[1] > means[2] + 0.5, "\(means)")
    }

    /// The last transition of every sub-task completes it, whatever instruction covers it.
    @Test func completingTransitionsScoreHigh() throws {
        for episode in try episodes(.expert) {
            for first in episode.subTasks.indices {
                for last in first..<episode.subTasks.count {
                    let steps = episode.subTasks[first].lowerBound..<episode.subTasks[last].upperBound
                    let goal = try episode.goal(first == last ? .primitive : .composite, first..<(last + 1))
                    let scores = faultless.scores(
                        for: episode.query(goal, steps: steps), truth: episode.truth, goal: goal)
                    #expect(scores.last == 10, "\(episode.key) \(first)...\(last)")
                    for subTask in episode.subTasks[first...last] {
                        #expect(scores[subTask.upperBound - 1 - steps.lowerBound] >= 9, "\(episode.key) \(subTask)")
                    }
                }
            }
        }
    }

    /// What cannot be called well done comes out low by itself: the annotator is not told that it is a control.
    @Test func controlsScoreLow() throws {
        let experts = try episodes(.expert)
        var scores: [LabelControl: [Int]] = [:]
        for (index, episode) in experts.enumerated() {
            for control in LabelControl.allCases {
                let others = control == .mismatched ? experts.filter { $0.key != episode.key } : [experts[index]]
                for other in others {
                    let goal = try other.goal(.task)
                    if control == .mismatched, goal.task?.goal == HouseTask(episode.trajectory)?.goal { continue }
                    scores[control, default: []] += faultless.scores(
                        for: episode.query(goal, control: control), truth: episode.truth, goal: goal)
                }
            }
        }
        for control in LabelControl.allCases {
            let scores = try #require(scores[control])
            #expect(median(scores) <= 3, "\(control)")
            #expect(mean(scores) < 3, "\(control)")
            if control == .frozen || control == .reversed { #expect(scores.allSatisfy { $0 <= 2 }, "\(control)") }
        }
    }

    /// A goal of the same room is judged, too: by its types, or by the very things where the room has them.
    @Test func goalsOfTheSameKindOfRoomScoreLowerThanTheirOwn() throws {
        let experts = try episodes(.expert)
        var own: [Int] = []
        var foreign: [Int] = []
        for episode in experts {
            for other in experts where other.trajectory.scene.room == episode.trajectory.scene.room {
                let goal = try other.goal(.task)
                let scores = faultless.scores(for: episode.query(goal), truth: episode.truth, goal: goal)
                if other.key == episode.key {
                    own += scores
                } else if goal.task?.goal != HouseTask(episode.trajectory)?.goal {
                    foreign += scores
                }
            }
        }
        #expect(median(foreign) <= 3 && mean(foreign) + 1.5 < mean(own), "\(mean(foreign)) \(mean(own))")
    }

    /// Two pictures that show another action's effect: no score above 2, for every action in place of every other.
    @Test func picturesThatContradictTheActionScoreLow() throws {
        for episode in try episodes(.expert).prefix(7) {
            let goal = try episode.goal(.task)
            for wrong in Action.allCases {
                var query = episode.query(goal)
                for index in query.actions.indices { query.actions[index].action = wrong }
                let judgements = faultless.judgements(of: query, episode.truth, goal)
                for (index, judgement) in judgements.enumerated() where episode.actions[index].action != wrong {
                    #expect(judgement.score <= 2, "\(episode.actions[index].text) called \(wrong.name)")
                }
            }
        }
    }

    /// Scores say what the potential says: a step that counts as progress does not lower it, and the other way round.
    @Test func scoresFollowThePotential() throws {
        for episode in try ScriptedEpisode.all.get() {
            let goal = try episode.goal(.task)
            let values = episode.truth.progress(of: goal, at: Array(episode.truth.facts.indices))
            for judgement in zip(faultless.judgements(of: episode.query(goal), episode.truth, goal), values.indices) {
                let change = values[judgement.1 + 1] - values[judgement.1]
                switch judgement.0.reason {
                case .goalReached, .subGoalReached, .tidied, .treated, .nearer, .arrived, .turnedTowards:
                    #expect(change > -1e-9, "\(episode.key) \(judgement.1) \(judgement.0)")
                case .farther, .undone: #expect(change < 1e-9, "\(episode.key) \(judgement.1) \(judgement.0)")
                case .unchanged: #expect(change == 0, "\(episode.key) \(judgement.1)")
                default: break
                }
            }
        }
    }

    @Test func goalsThatTheEpisodeDoesNotHaveAreRefused() throws {
        let episode = try #require(try episodes(.expert).first)
        for range in [0..<0, 0..<(episode.subTasks.count + 1), -1..<1] {
            #expect(throws: ScriptedError.self) { try episode.goal(.composite, range) }
        }
    }

    /// Real recordings in estimated rooms: nearly all can be carried out, and what people's plans complete scores high.
    @Test(.enabled(if: alfredRoot != nil, Comment(rawValue: alfredHint)))
    func realEpisodesAreJudged() throws {
        let release = try Release(root: try #require(alfredRoot))
        let scenes = SceneLibrary(release)
        let renderer = Renderer()
        var (refused, actions, ends, high, rising) = (0, 0, 0, 0, 0)
        let locations = release.trajectories(in: "valid_seen").trajectories.prefix(8)
        for location in locations {
            let trajectory = try Trajectory(contentsOf: location.file)
            let episode = try ScriptedEpisode(
                "valid_seen/\(location.key)", .expert, trajectory, try scenes.world(of: trajectory), renderer: renderer)
            let goal = try episode.goal(.composite)
            let scores = faultless.scores(for: episode.query(goal), truth: episode.truth, goal: goal)
            let values = episode.truth.progress(of: goal, at: Array(episode.truth.facts.indices))
            refused += episode.truth.failures.count
            actions += episode.actions.count
            ends += episode.subTasks.count
            high += episode.subTasks.count { scores[$0.upperBound - 1] >= 9 }
            if spearman(values, values.indices.map(Double.init)) > 0.9 { rising += 1 }
        }
        #expect(Double(refused) < 0.05 * Double(actions))
        #expect(Double(high) > 0.9 * Double(ends))
        #expect(rising >= locations.count - 2)
    }
}
