public import ExperimentStore

/// All that a report shows, as read from a store. Rows are in the order of the plan.
public struct ReportData: Sendable {
    public var plan: ReportPlan
    public var rows: [Row]
    /// Reference agents that were evaluated.
    public var references: [Reference]
    /// Label runs that rows use, in the order of their ids.
    public var labels: [Labels]
    public var facts: Facts
    /// What the lint says of the labels, where it was made.
    public var lint: LintResult?

    public struct Row: Sendable {
        public var plan: ReportPlan.Row
        public var runs: [Run]
    }

    /// A planned run, as far as it is there.
    public struct Run: Sendable {
        public var plan: ReportPlan.Run
        public var training: Training?
        /// By task set.
        public var evaluations: [String: Evaluation]
    }

    public struct Training: Sendable {
        public var run: TrainRun
        public var settings: TrainingSettings
        /// Metrics by split and name.
        public var curves: [CurveKey: [CurvePoint]]
    }

    public struct CurvePoint: Sendable, Equatable {
        public var step: Int
        public var value: Double
    }

    public struct CurveKey: Sendable, Hashable {
        public var split: String
        public var name: String
    }

    public struct Evaluation: Sendable {
        public var run: EvalRun
        /// In the order of the set.
        public var rollouts: [(id: Int64, rollout: Rollout)]
    }

    public struct Reference: Sendable {
        public var agent: EvalRun.Agent
        public var evaluations: [String: Evaluation]
    }

    /// Who gave the scores.
    public struct Labels: Sendable, Equatable {
        public var id: Int64
        public var name: String
        public var annotator: String
        public var model: String
        public var provider: String
        /// Name and first eight digits of the hash, of the analysis and the scoring prompt.
        public var prompts: [String]
        public var settings: String
        /// How often each score from 0 to 10 was given to genuine transitions.
        public var histogram: [Int]
        public var scored: Int
        public var unscored: Int
        public var dollars: Double

        /// The model as it may be named: the scripted annotator never passes for a VLM.
        public var shownModel: String {
            switch annotator {
            case "vlm": Plain.text(model)
            case "scripted": "scripted (not a VLM)"
            default: Plain.text("scripted, \(annotator) (not a VLM)")
            }
        }
    }

    /// What the data is.
    public struct Facts: Sendable, Equatable {
        public var dataset: String?
        public var episodes: [String: Int]
        /// Instructions learned from, by kind.
        public var instructions: [String: Int]
        /// How many of them their recording does not fulfil.
        public var unfulfilled: Int
        /// Transitions of the episodes learned from.
        public var transitions: Int
        public var renderedFrames: Int
        public var recordedFrames: Int
        /// Height and width of the pictures in the frame store.
        public var frameSize: [Int]
        /// Whether rooms are those of the release, and whether some are generated.
        public var hasRealRooms: Bool
        public var hasGeneratedRooms: Bool
        /// When the flags on episodes learned from were set.
        public var flaggedAt: [String]

        public static let none = Facts(
            dataset: nil, episodes: [:], instructions: [:], unfulfilled: 0, transitions: 0, renderedFrames: 0,
            recordedFrames: 0,
            frameSize: [], hasRealRooms: false, hasGeneratedRooms: false, flaggedAt: [])
    }
}

extension ReportData.Reference {
    var title: String { agent == .expert ? "Recorded actions (expert)" : "Legal actions at random" }
}

extension ReportData.Row {
    /// The settings of the first run that is there; they are the same for all but the seed.
    var settings: TrainingSettings? { runs.lazy.compactMap { $0.training?.settings }.first }

    func labels(in data: ReportData) -> ReportData.Labels? {
        let id = runs.lazy.compactMap { $0.training?.run.identity.labelRunID }.first
        return id.flatMap { id in data.labels.first { $0.id == id } }
    }

    /// The title with what must not be passed over: an annotator that is no VLM, an oracle.
    func title(in data: ReportData) -> String {
        var title = Plain.text(plan.title)
        if let labels = labels(in: data) { title += ", \(labels.shownModel)" }
        let isOracle = plan.kind == .oracle || settings?.source == "oracle" || settings?.encoder == "segmentation"
        if isOracle, !title.lowercased().contains("oracle") { title += " (oracle)" }
        return title
    }
}
