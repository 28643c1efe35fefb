internal import Pages
internal import ExperimentStore

/// The label runs: how far they are, what scores they gave, what they cost.
struct LabelsPage {
    let content: PageContents

    init(_ catalogue: Catalogue, _ db: StoreConnection) throws {
        let runs = try catalogue.runs.map { try Self.run($0, catalogue, db) }
        content = PageContents(
            template: "labels", title: "Label runs", values: ["runs": runs, "hasRuns": !runs.isEmpty])
    }

    private static func run(_ run: LabelRun, _ catalogue: Catalogue, _ db: StoreConnection) throws -> [String: Any] {
        let status = try LabelStatus.of(run, db)
        var counts = [Int](repeating: 0, count: 11)
        var controls = counts
        for row in try run.scoreCounts(db) where counts.indices.contains(row.score) {
            if row.isGenuine { counts[row.score] += row.count } else { controls[row.score] += row.count }
        }
        let total = counts.reduce(0, +)
        let mean =
            total > 0 ? Double(counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }) / Double(total) : nil
        let query = EpisodeQuery().changed { $0.run = run.name }
        let share = status.transitions > 0 ? Double(status.scoredTransitions) / Double(status.transitions) : 0
        let prompts = try run.prompts(db)
        return [
            "name": run.name, "annotator": RunText.annotator(run), "unit": run.unit, "createdAt": run.createdAt,
            "dataset": catalogue.datasets.first { $0.id == run.datasetID }?.name ?? "", "baseURL": run.baseURL,
            "address": "/" + query.address,
            "unscoredAddress": "/"
                + query.changed {
                    $0.hasUnscored = true; $0.sort = .unscored
                }.address,
            "anomalyAddress": "/" + query.changed { $0.sort = .anomaly }.address,
            "histogram": ScorePlots.histogram(counts, controls: controls), "hasScores": total > 0,
            "hasControls": controls.contains { $0 > 0 },
            "facts": facts(status, mean: mean, share: share),
            "spans": status.spans.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                ["name": $0.key.rawValue, "count": Show.count($0.value)]
            },
            "failures": status.failures.map {
                ["kind": $0.kind.rawValue, "spans": Show.count($0.spans), "example": $0.example]
            }, "hasFailures": !status.failures.isEmpty,
            "calls": status.calls.map { call -> [String: Any] in
                [
                    "stage": call.stage == .analysis ? "analysis" : "scoring", "count": Show.count(call.count),
                    "failed": Show.count(call.failed), "prompt": Show.count(call.promptTokens),
                    "completion": Show.count(call.completionTokens),
                    "cost": call.dollars.map { Show.dollars(Int64(($0 * 1e9).rounded())) } ?? "no price known",
                    "latency": call.meanLatencyMilliseconds.map { Show.time(milliseconds: $0) } ?? "",
                ]
            }, "hasCalls": !status.calls.isEmpty,
            "models": status.modelsAnswered.joined(separator: ", "), "hasModels": !status.modelsAnswered.isEmpty,
            "settings": run.settings, "block": status.block ?? "", "isBlocked": status.block != nil,
            "prompts": ["analysis", "scoring", "complaint"].compactMap { stage in
                prompts[stage].map { ["stage": stage, "name": $0.name, "template": $0.template] }
            },
        ]
    }

    private static func facts(_ status: LabelStatus, mean: Double?, share: Double) -> [[String: Any]] {
        var facts = [
            ("scored", Show.percent(share)),
            ("steps", "\(Show.count(status.scoredTransitions)) of \(Show.count(status.transitions))"),
            ("mean score", Show.number(mean, 2)),
            (
                "cost",
                status.calls.contains { $0.dollars != nil }
                    ? Show.dollars(Int64((status.dollars * 1e9).rounded())) : "no price known"
            ),
        ]
        if status.lostCalls > 0 {
            facts.append(
                (
                    "lost calls",
                    "\(status.lostCalls), at most \(Show.dollars(Int64((status.lostDollars * 1e9).rounded())))"
                ))
        }
        return facts.map { ["name": $0.0, "value": $0.1] }
    }
}
