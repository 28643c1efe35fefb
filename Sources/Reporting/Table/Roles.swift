internal import Episodes

/// Which rows are the paper's: the places in the data.
struct Roles {
    var sparse: Int?
    var generated: Int?
    var combined: Int?

    /// By what the runs were trained on; by name where there are none yet. Of several rows the first that is evaluated.
    init(_ data: ReportData) {
        let rows = data.rows.enumerated().filter { $0.element.plan.kind != .control && $0.element.plan.kind != .oracle }
        func place(_ role: String) -> Int? {
            let found = rows.filter { Self.role($0.element) == role }
            let evaluated = found.first { $0.element.runs.contains { !$0.evaluations.isEmpty } }
            return (evaluated ?? found.first)?.offset
        }
        (sparse, generated, combined) = (place("sparse"), place("generated"), place("combined"))
    }

    private static func role(_ row: ReportData.Row) -> String? {
        guard let settings = row.settings else {
            return ["sparse": "sparse", "rgvlm": "generated", "sparse-rgvlm": "combined"][row.plan.name]
        }
        guard settings.hasCritic else { return nil }
        switch settings.reward.source {
        case .none: return settings.reward.sparseWeight > 0 ? "sparse" : nil
        case .labels where settings.reward.generatedWeight != 0:
            return settings.reward.sparseWeight == 0 ? "generated" : "combined"
        default: return nil
        }
    }
}
