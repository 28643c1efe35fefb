internal import Episodes
package import ExperimentStore

/// All that a report shows, as read from a store. Rows are in the order of the plan.
package struct ReportData: Sendable {
    package var plan: ReportPlan
    package var rows: [Row]
    /// Reference agents that were evaluated.
    package var references: [Reference]
    /// Label runs that rows use, in the order of their ids.
    package var labels: [Labels]
    package var facts: Facts
    /// What the lint says of the labels, where it was made.
    package var lint: LintResult?

    package struct Row: Sendable {
        package var plan: ReportPlan.Row
        package var runs: [Run]
    }

    /// A planned run, as far as it is there.
    package struct Run: Sendable {
        package var plan: ReportPlan.Run
        package var training: Training?
        /// By task set.
        package var evaluations: [String: Evaluation]
    }

    package struct Training: Sendable {
        package var run: TrainRun
        package var settings: TrainingSettings
        /// Metrics by split and name.
        package var curves: [CurveKey: [CurvePoint]]
    }

    package struct CurvePoint: Sendable, Equatable {
        package var step: Int
        package var value: Double
    }

    package struct CurveKey: Sendable, Hashable {
        package var split: String
        package var name: String
    }

    package struct Evaluation: Sendable {
        package var run: EvalRun
        /// In the order of the set.
        package var rollouts: [EvalRun.Stored]
    }

    package struct Reference: Sendable {
        package var agent: EvalRun.Agent
        package var evaluations: [String: Evaluation]
    }

    /// Who gave the scores.
    package struct Labels: Sendable, Equatable {
        package var id: Int64
        package var name: String
        package var annotator: String
        package var model: String
        package var provider: String
        /// Name and first eight digits of the hash, of the analysis and the scoring prompt.
        package var prompts: [String]
        package var settings: String
        /// How often each score from 0 to 10 was given to genuine transitions.
        package var histogram: [Int]
        package var scored: Int
        package var unscored: Int
        package var dollars: Double

        /// The model as it may be named: the scripted annotator never passes for a VLM.
        package var shownModel: String {
            switch annotator {
            case "vlm": Plain.text(model)
            case "scripted": "scripted (not a VLM)"
            default: Plain.text("scripted, \(annotator) (not a VLM)")
            }
        }
    }

    /// What the data is.
    package struct Facts: Sendable, Equatable {
        package var dataset: String?
        package var episodes: [String: Int]
        /// Instructions learned from, by kind.
        package var instructions: [String: Int]
        /// How many of them their recording does not fulfil.
        package var unfulfilled: Int
        /// Transitions of the episodes learned from.
        package var transitions: Int
        package var renderedFrames: Int
        package var recordedFrames: Int
        /// Height and width of the pictures in the frame store.
        package var frameSize: [Int]
        /// Whether rooms are those of the release, and whether some are generated.
        package var hasRealRooms: Bool
        package var hasGeneratedRooms: Bool
        /// When the flags on episodes learned from were set.
        package var flaggedAt: [String]

        package static let none = Facts(
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
        let isOracle = plan.kind == .oracle || settings?.reward.source == .oracle || settings?.encoder == "segmentation"
        if isOracle, !title.lowercased().contains("oracle") { title += " (oracle)" }
        return title
    }
}
