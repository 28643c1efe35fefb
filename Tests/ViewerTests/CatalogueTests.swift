import Episodes
import ExperimentStore
import Foundation
import Testing

@testable import Viewer

@Suite struct CatalogueTests {
    private static func episodes(_ lengths: [Int], success: [Bool?] = []) -> [Catalogue.Episode] {
        var first = 0
        return lengths.enumerated().map { index, length in
            defer { first += length }
            let goal = "Goal \(index) Über"
            return Catalogue.Episode(
                id: Int64(index * 3 + 1), dataset: 1, split: index.isMultiple(of: 2) ? "train" : "valid",
                taskType: index % 3 == 0 ? "look" : nil, floorPlan: "FloorPlan\(index)", room: nil, goal: goal,
                words: Array(goal.lowercased().utf8), stepCount: length, subTaskCount: 1,
                success: success.indices.contains(index) ? success[index] : nil, first: first)
        }
    }

    private static func catalogue(
        _ episodes: [Catalogue.Episode], _ readings: [(run: Int64, kind: String, scores: [Float])]
    ) -> Catalogue {
        Catalogue(
            episodes: episodes, datasets: [], runs: [],
            readings: readings.map { Reading(run: $0.run, kind: $0.kind, scores: $0.scores, episodes: episodes) })
    }

    @Test func figuresOfSmallCases() {
        let figures = Reading.Figures([2, .nan, 7])
        #expect(
            figures.scored == 2 && figures.mean == 4.5 && figures.low == 2 && figures.high == 7 && figures.last == 7)
        #expect(figures.sum == 9)
        let none = Reading.Figures([.nan])
        #expect(none.scored == 0 && none.mean.isNaN && none.last.isNaN && none.sum == 0)
        #expect(Reading.Figures([]).scored == 0)
    }

    /// Three episodes of ten steps: all 0, all 10, all 5. Mean 5, deviation sqrt(50 / 3) in each tenth.
    @Test func anomalyInClosedForm() throws {
        let scores =
            [Float](repeating: 0, count: 10) + [Float](repeating: 10, count: 10) + [Float](repeating: 5, count: 10)
        let profiles = ScoreProfiles([scores[0..<10], scores[10..<20], scores[20..<30], []])
        let expected = 5 / (50.0 / 3).squareRoot()
        #expect(abs(try #require(profiles.anomaly(scores[0..<10])) - expected) < 1e-9)
        #expect(abs(try #require(profiles.anomaly(scores[10..<20])) - expected) < 1e-9)
        #expect(try #require(profiles.anomaly(scores[20..<30])) < 1e-9)
        #expect(profiles.anomaly([]) == nil && profiles.anomaly([.nan, .nan]) == nil)
        // With no spread at all, a deviation is half a point.
        let flat = ScoreProfiles([[5, 5], [5, 5]])
        #expect(try #require(flat.anomaly([6, 6])) == 2)
    }

    @Test func profilesCoverEveryStepOnce() {
        for count in 1...45 {
            let scores = [Float](repeating: 4, count: count)
            let profile = ScoreProfiles.profile(scores[...])
            #expect(profile.compactMap { $0 }.count == min(count, 10) && profile.allSatisfy { $0 == nil || $0 == 4 })
        }
    }

    @Test func disagreementIsTheMeanLargestDifference() {
        let episodes = Self.episodes([3, 2, 1])
        let catalogue = Self.catalogue(
            episodes,
            [
                (1, "task", [1, 2, .nan, 5, 5, 9]), (1, "primitive", [3, .nan, 4, 5, 5, .nan]),
                (2, "task", [7, 4, 4, .nan, 5, .nan]), (2, "composite", [0, 0, 0, 0, 0, 0]),
            ])
        // 1, 3, 7; 2, 4; 4, 4. Then 5, 5; 5, 5, 5. The last step has one reading only.
        let expected: [Double?] = [8.0 / 3, 0, nil]
        #expect(catalogue.disagreement == expected)
        let alone = Self.catalogue(episodes, [(1, "task", [1, 2, 3, 4, 5, 6])]).disagreement
        #expect(alone.allSatisfy { $0 == nil })
    }

    @Test(arguments: [
        (true, 10, false), (true, 3, true), (nil, 3, true), (nil, 4, false), (false, 7, true), (false, 6, false),
        (false, 0, false),
    ])
    func lastScoreAgainstTheEnd(success: Bool?, last: Float, contradicts: Bool) {
        let catalogue = Self.catalogue(Self.episodes([2], success: [success]), [(1, "task", [5, last])])
        #expect((catalogue.contradictsEnd(0, catalogue.readings[0].figures[0]) != nil) == contradicts)
        #expect(catalogue.contradictsEnd(0, Reading.Figures([5, .nan])) == nil)
    }

    @Test func selectionIsWhatTheConditionsSay() {
        var random = SystemRandomNumberGenerator()
        let lengths = (0..<60).map { _ in Int.random(in: 0...12, using: &random) }
        let episodes = Self.episodes(lengths, success: lengths.map { _ in [true, false, nil].randomElement() ?? nil })
        func scores() -> [Float] {
            (0..<lengths.reduce(0, +)).map { _ in Int.random(in: 0...5) == 0 ? .nan : Float(Int.random(in: 0...10)) }
        }
        let catalogue = Self.catalogue(episodes, [(1, "task", scores()), (2, "task", scores())])
        let reading = catalogue.readings[0]
        let flags = [episodes[4].id: FlagCount(onEpisode: true, onTransitions: 0)]
        for _ in 0..<400 {
            var query = EpisodeQuery()
            query.split = [nil, nil, "train", "valid", "none"].randomElement() ?? nil
            query.taskType = [nil, nil, "look"].randomElement() ?? nil
            query.text = [nil, nil, "GOAL 1", "über", "zzz"].randomElement() ?? nil
            query.low = [nil, nil, 4, 0].randomElement() ?? nil
            query.high = [nil, nil, 6].randomElement() ?? nil
            query.hasUnscored = .random()
            query.isFlagged = Int.random(in: 0...9) == 0
            query.anomaly = [nil, nil, 1].randomElement() ?? nil
            query.difference = [nil, nil, .any, .readings, .success].randomElement() ?? nil
            query.sort = EpisodeQuery.Sort.allCases.randomElement() ?? .id
            query.isReversed = .random()
            let selection = catalogue.selection(query, reading: reading, flags: flags)
            let expected = Set(
                episodes.indices.filter { index in
                    let (episode, figures) = (episodes[index], reading.figures[index])
                    let mean = figures.scored > 0 ? Double(figures.mean) : nil
                    let differs = (catalogue.disagreement[index] ?? 0) >= 2
                    let contradicts = catalogue.contradictsEnd(index, figures) != nil
                    if let split = query.split, split != episode.split { return false }
                    if let type = query.taskType, type != episode.taskType { return false }
                    if let text = query.text, !episode.goal.lowercased().contains(text.lowercased()) { return false }
                    if let low = query.low, mean == nil || mean ?? 0 < low { return false }
                    if let high = query.high, mean == nil || mean ?? 0 > high { return false }
                    if query.hasUnscored, figures.scored == episode.stepCount { return false }
                    if query.isFlagged, index != 4 { return false }
                    if let least = query.anomaly, figures.anomaly == nil || figures.anomaly ?? 0 < least {
                        return false
                    }
                    return switch query.difference {
                    case nil: true
                    case .any: differs || contradicts
                    case .readings: differs
                    case .success: contradicts
                    }
                })
            #expect(Set(selection) == expected && selection.count == expected.count)
            expectOrder(selection, query, catalogue, reading)
        }
    }

    private func expectOrder(_ selection: [Int], _ query: EpisodeQuery, _ catalogue: Catalogue, _ reading: Reading) {
        let values: [Double?] = selection.map { index in
            let figures = reading.figures[index]
            return switch query.sort {
            case .id: Double(index)
            case .mean: figures.scored > 0 ? Double(figures.mean) : nil
            case .unscored: catalogue.episodes[index].unscoredShare(figures)
            case .anomaly: figures.anomaly
            case .disagreement: catalogue.disagreement[index]
            }
        }
        let isDescending = query.sort.isDescending != query.isReversed
        for (a, b) in zip(values, values.dropFirst()) {
            switch (a, b) {
            case (let a?, let b?): #expect(isDescending ? a >= b : a <= b)
            case (nil, _?): Issue.record("an episode without a value comes before one with")
            default: break
            }
        }
    }

    @Test func queriesSurviveTheirAddress() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var query = EpisodeQuery()
            query.run = [nil, "a b&c=d", "ü/\"<"].randomElement(using: &random) ?? nil
            query.kind = ([nil] + Reading.kinds.map { $0 as String? }).randomElement(using: &random) ?? nil
            query.split = [nil, "train"].randomElement(using: &random) ?? nil
            query.taskType = [nil, "pick_x"].randomElement(using: &random) ?? nil
            query.text = [nil, "50 % + x", "日本"].randomElement(using: &random) ?? nil
            query.low = [nil, 0, 2.5, 10].randomElement(using: &random) ?? nil
            query.high = [nil, 7.25].randomElement(using: &random) ?? nil
            query.hasUnscored = .random(using: &random)
            query.isFlagged = .random(using: &random)
            query.difference = [nil, .any, .readings, .success].randomElement(using: &random) ?? nil
            query.anomaly = [nil, 1.5].randomElement(using: &random) ?? nil
            query.sort = EpisodeQuery.Sort.allCases.randomElement(using: &random) ?? .id
            query.isReversed = .random(using: &random)
            query.page = Int.random(in: 1...300, using: &random)
            let address = query.address
            #expect(EpisodeQuery(FormFields(address.dropFirst())) == query, "\(address)")
            #expect(address.utf8.allSatisfy { (33..<127).contains($0) && $0 != 34 && $0 != 60 })
        }
        #expect(EpisodeQuery().address == "")
    }

    @Test func queriesThatMakeNoSenseAreOpen() {
        let query = EpisodeQuery(
            FormFields("min=abc&max=1e999&anomaly=nan&sort=drop&differ=x&kind=y&page=-4&unscored=yes&reverse=2"))
        #expect(query == EpisodeQuery())
        #expect(EpisodeQuery(FormFields("page=99999999999999999999")).page == 1)
        #expect(EpisodeQuery(FormFields("min=-5&max=99")).low == 0 && EpisodeQuery(FormFields("max=99")).high == 10)
    }
}
