internal import Pages

/// The settings of learning that SPRINT has published values of.
enum LearningSettings {
    private struct Setting {
        var name: String
        var sprint: Double
        var isOfIQL: Bool
        var value: @Sendable (TrainingSettings) -> Double?
    }

    private static let all = [
        Setting(name: "discount", sprint: 0.97, isOfIQL: true) { $0.discount },
        Setting(name: "expectile", sprint: 0.8, isOfIQL: true) { $0.expectile },
        Setting(name: "temperature", sprint: 5, isOfIQL: true) { $0.temperature },
        Setting(name: "weight clip", sprint: 100, isOfIQL: true) { $0.weightLimit },
        Setting(name: "Polyak factor", sprint: 0.005, isOfIQL: true) { $0.polyak },
        Setting(name: "weight decay", sprint: 0.1, isOfIQL: false) { $0.weightDecay },
    ]

    /// Those that are not SPRINT's, in a sentence; nil where all are.
    static func deviation(_ rows: [TrainingSettings]) -> String? {
        let parts = all.compactMap { setting -> String? in
            let values = Set(rows.filter { $0.usesReward || !setting.isOfIQL }.compactMap(setting.value))
            // Settings are stored as 32-bit numbers.
            let others = values.filter { Float($0) != Float(setting.sprint) }.sorted()
            guard !others.isEmpty else { return nil }
            let shown = others.map(Show.short).joined(separator: " or ")
            return
                "\(setting.name) \(shown)\(others.count < values.count ? " in some rows" : "") (SPRINT: \(Show.short(setting.sprint)))"
        }
        return parts.isEmpty ? nil : "Settings of learning that are not SPRINT's: \(Show.list(parts))."
    }
}
