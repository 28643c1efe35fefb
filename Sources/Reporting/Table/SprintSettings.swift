internal import Episodes
internal import Pages

/// The settings of learning that SPRINT has published values of.
enum SprintSettings {
    private struct Setting {
        var name: String
        var sprint: Float
        var isOfIQL: Bool
        var value: @Sendable (LearningSettings) -> Float
    }

    private static let all = [
        Setting(name: "discount", sprint: 0.97, isOfIQL: true) { $0.iql.discount },
        Setting(name: "expectile", sprint: 0.8, isOfIQL: true) { $0.iql.expectile },
        Setting(name: "temperature", sprint: 5, isOfIQL: true) { $0.iql.temperature },
        Setting(name: "weight clip", sprint: 100, isOfIQL: true) { $0.iql.weightLimit },
        Setting(name: "Polyak factor", sprint: 0.005, isOfIQL: true) { $0.iql.polyak },
        Setting(name: "weight decay", sprint: 0.1, isOfIQL: false) { $0.optimizer.weightDecay },
    ]

    /// Those that are not SPRINT's, in a sentence; nil where all are.
    static func deviation(_ rows: [TrainingSettings]) -> String? {
        let parts = all.compactMap { setting -> String? in
            let readers = rows.filter { $0.hasCritic || !setting.isOfIQL }
            let values = Set(readers.compactMap { $0.learning.map(setting.value) })
            let others = values.filter { $0 != setting.sprint }.sorted()
            guard !others.isEmpty else { return nil }
            let shown = others.map { Show.short(Double($0)) }.joined(separator: " or ")
            let rows = others.count < values.count ? " in some rows" : ""
            return "\(setting.name) \(shown)\(rows) (SPRINT: \(Show.short(Double(setting.sprint))))"
        }
        return parts.isEmpty ? nil : "Settings of learning that are not SPRINT's: \(Show.list(parts))."
    }
}
