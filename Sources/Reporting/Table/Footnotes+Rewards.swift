internal import Episodes
internal import ExperimentStore

/// What rewards are that the paper does not have.
extension Footnotes {
    static func rewards(_ settings: [TrainingSettings], _ labels: [ReportData.Labels]) -> [String] {
        var list: [String] = []
        if settings.contains(where: { $0.reward.source == .oracle }) {
            list.append(
                """
                The source oracle pays the rise of the share of sub-tasks done in the recording, as a potential. It \
                says nothing between their ends and is no ceiling; noise-free scores and the distance to go are.
                """
            )
        }
        if labels.contains(where: { $0.annotator == LabelRun.distance }) {
            list.append(
                """
                The true distance to go counts the actions left in the simulator's room, by shortest ways and the \
                expert's interactions; its potential is 0.97 to that power.
                """
            )
        }
        if settings.contains(where: { $0.reward.source == .minimumDistance }) {
            list.append(
                """
                The source min-distance scores a state by how near its picture is to one of a fulfilled recording of \
                the same sentence, in mean colours of 7 x 7 parts.
                """
            )
        }
        if settings.contains(where: { $0.algorithm == Algorithm.raBC.rawValue }) {
            list.append(
                """
                RA-BC weighs steps as Chen et al. (2025) do, over single actions in place of chunks; where scores are \
                no progress, a score less the mean is the gain.
                """
            )
        }
        return list
    }
}
