internal import Episodes
internal import ExperimentStore
package import Instrument

/// All that a report shows, as read from a store. Rows are in the order of the plan.
package struct ReportData: Sendable {
    var plan: ReportPlan
    var rows: [Row]
    /// Reference agents that were evaluated.
    var references: [Reference]
    /// Label runs that rows use, in the order of their ids.
    var labels: [Labels]
    /// What the data is.
    var facts: DatasetFacts
    /// Height and width of the pictures in the frame store; empty where there are none.
    var frameSize: [Int] = []
    /// What the lint says of the labels, where it was made.
    package var lint: LintResult?
    /// What was told of the data before anything was trained, where it was.
    package var check: DataCheck?

    struct Row: Sendable {
        var plan: ReportPlan.Row
        var runs: [Run]
    }

    /// A planned run, as far as it is there.
    struct Run: Sendable {
        var plan: ReportPlan.Run
        var training: Training?
        /// By task set.
        var evaluations: [String: Evaluation]
    }

    struct Training: Sendable {
        var run: TrainRun
        var settings: TrainingSettings
        /// Metrics by split and name.
        var curves: [CurveKey: [CurvePoint]]
    }

    struct CurvePoint: Sendable, Equatable {
        var step: Int
        var value: Double
    }

    struct CurveKey: Sendable, Hashable {
        var split: String
        var name: String
    }

    struct Evaluation: Sendable {
        var run: EvalRun
        /// In the order of the set.
        var rollouts: [EvalRun.Stored]
        /// Evaluations of the same policy on a set of this name that are not shown: of other tasks, seeds or
        /// checkpoints.
        var others = 0
    }

    struct Reference: Sendable {
        var agent: EvalRun.Agent
        var evaluations: [String: Evaluation]
    }

    /// Who gave the scores.
    struct Labels: Sendable, Equatable {
        var id: Int64
        var name: String
        var annotator: String
        var model: String
        var provider: String
        /// Name and first eight digits of the hash, of the analysis and the scoring prompt.
        var prompts: [String]
        var settings: String
        /// How often each score from 0 to 10 was given to genuine transitions.
        var histogram: [Int]
        var scored: Int
        var unscored: Int
        var dollars: Double

        /// The model as it may be named: the scripted annotator never passes for a VLM.
        var shownModel: String {
            switch annotator {
            case "vlm": Plain.text(model)
            case "scripted": "scripted (not a VLM)"
            case LabelRun.distance: "true distance to go (oracle)"
            case LabelRun.noiseFree: "scripted without errors (oracle, not a VLM)"
            default: Plain.text("scripted, \(annotator) (not a VLM)")
            }
        }
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
        let isOracle =
            plan.kind == .oracle || settings?.reward.source.isOracle == true || settings?.encoder == "segmentation"
        if isOracle, !title.lowercased().contains("oracle") { title += " (oracle)" }
        return title
    }
}
