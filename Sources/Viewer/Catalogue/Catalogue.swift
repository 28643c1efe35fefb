internal import Episodes
internal import ExperimentStore

/// All episodes with the scores of all label runs, in memory, so that filters and sorts over scores cost a few
/// milliseconds. An episode takes some hundred bytes, a transition four a reading.
struct Catalogue: Sendable {
    struct Episode: Sendable {
        var id: Int64
        var dataset: Int64
        var split: String
        var taskType: String?
        var floorPlan: String
        var room: String?
        /// Of the first annotation.
        var goal: String
        /// All annotations' goals in lower case, for searching.
        var words: [UInt8]
        var stepCount: Int
        var subTaskCount: Int
        /// Where the recording says; the release's demonstrations do not, and are successes.
        var success: Bool?
        /// Where its transitions begin in a reading's scores.
        var first: Int

        var transitions: Range<Int> { first..<(first + stepCount) }
        /// 1 for a success, on the last step of the task.
        var sparseReturn: Double { stepCount > 0 && success != false ? 1 : 0 }
    }

    /// In the order of their ids.
    private(set) var episodes: [Episode]
    private(set) var datasets: [DatasetRow]
    private(set) var runs: [LabelRun]
    /// By run and then by kind, in the order of ``Reading/kinds``.
    private(set) var readings: [Reading]
    /// By episode: how far the readings lie apart, the mean over its transitions of the largest difference in points.
    /// Nil where there is only one.
    private(set) var disagreement: [Double?]
    private let indices: [Int64: Int]

    init(episodes: [Episode], datasets: [DatasetRow], runs: [LabelRun], readings: [Reading]) {
        self.episodes = episodes
        self.datasets = datasets
        self.runs = runs
        self.readings = readings
        indices = Dictionary(uniqueKeysWithValues: episodes.enumerated().map { ($1.id, $0) })
        disagreement = Self.disagreement(episodes, readings)
    }

    var transitionCount: Int { episodes.last?.transitions.upperBound ?? 0 }

    func index(of id: Int64) -> Int? { indices[id] }

    var splits: [String] { unique(episodes.lazy.map(\.split)) }
    var taskTypes: [String] { unique(episodes.lazy.compactMap(\.taskType)).sorted() }

    private func unique(_ values: some Sequence<String>) -> [String] {
        var seen: Set<String> = []
        return values.filter { seen.insert($0).inserted }
    }

    /// The reading a page shows: of the named run, else of the first that has scores, and of the named kind, else of
    /// the first it has.
    func reading(run: String?, kind: String?) -> Reading? {
        let run = run.flatMap { name in runs.first { $0.name == name } }
        let candidates = run.map { run in readings.filter { $0.run == run.id } } ?? readings
        return candidates.first { $0.kind == kind } ?? candidates.first
    }

    /// Composites are left out: they overlap each other, and a score is under a goal.
    private static func disagreement(_ episodes: [Episode], _ readings: [Reading]) -> [Double?] {
        let readings = readings.filter { $0.kind != "composite" }
        guard readings.count > 1 else { return Array(repeating: nil, count: episodes.count) }
        return episodes.map { episode in
            var (sum, count) = (0.0, 0)
            for index in episode.transitions {
                var (low, high, known) = (Float.infinity, -Float.infinity, 0)
                for reading in readings where !reading.scores[index].isNaN {
                    low = min(low, reading.scores[index])
                    high = max(high, reading.scores[index])
                    known += 1
                }
                guard known > 1 else { continue }
                sum += Double(high - low)
                count += 1
            }
            return count > 0 ? sum / Double(count) : nil
        }
    }
}

/// The scores of one run under one kind of instruction: for each transition the mean over the genuine spans that cover
/// it.
struct Reading: Sendable {
    /// In the order of preference: under the task all scores of an episode are about one goal.
    static let kinds = ["task", "primitive", "composite"]

    /// What a page shows of an episode's scores.
    struct Figures: Sendable {
        var scored = 0
        var mean: Float = .nan
        var low: Float = .nan
        var high: Float = .nan
        var sum: Double = 0
        /// Of the last transition.
        var last: Float = .nan
        /// See ``ScoreProfiles``.
        var anomaly: Double?
    }

    let run: Int64
    let kind: String
    /// By transition, in the order of the catalogue's episodes; NaN where there is none.
    let scores: [Float]
    /// By episode.
    private(set) var figures: [Figures]

    init(run: Int64, kind: String, scores: [Float], episodes: [Catalogue.Episode]) {
        self.run = run
        self.kind = kind
        self.scores = scores
        figures = episodes.map { Figures(scores[$0.transitions]) }
        let profiles = ScoreProfiles(episodes.map { scores[$0.transitions] })
        for index in figures.indices { figures[index].anomaly = profiles.anomaly(scores[episodes[index].transitions]) }
    }
}

extension Reading.Figures {
    init(_ scores: ArraySlice<Float>) {
        self.init()
        for score in scores where !score.isNaN {
            scored += 1
            sum += Double(score)
            low = low.isNaN ? score : min(low, score)
            high = high.isNaN ? score : max(high, score)
        }
        if scored > 0 { mean = Float(sum / Double(scored)) }
        last = scores.last ?? .nan
    }
}
