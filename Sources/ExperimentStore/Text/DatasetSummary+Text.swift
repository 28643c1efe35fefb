internal import Foundation
internal import Ground

extension DatasetSummary {
    /// One table with a column a split.
    package var text: String {
        var table = TextTable([("\(dataset)", .left)] + splits.map { ($0.name, .right) })
        func row(_ name: String, _ value: (Split) -> String) { table.add([name] + splits.map(value)) }
        func count(_ name: String, _ value: (Split) -> Int) { row(name) { value($0).grouped } }
        func histogram(_ title: String, _ values: (Split) -> [String: Int]) {
            var totals: [String: Int] = [:]
            for split in splits { totals.merge(values(split), uniquingKeysWith: +) }
            guard !totals.isEmpty else { return }
            table.add([])
            table.add([title])
            for name in totals.keys.sorted(by: { (totals[$1]!, $0) < (totals[$0]!, $1) }) {
                count("  " + name) { values($0)[name] ?? 0 }
            }
        }
        func lengths(_ title: String, _ values: (Split) -> Lengths?) {
            row(title) { split in
                values(split).map {
                    "\(String(format: "%.1f", $0.mean)) / \(String(format: "%g", $0.median)) / \($0.p90)"
                } ?? "-"
            }
            row("  shortest - longest") { split in values(split).map { "\($0.min) - \($0.max)" } ?? "-" }
        }
        count("episodes", \.episodes)
        count("scenes", \.scenes)
        count("samples", \.samples)
        count("annotations", \.annotations)
        count("  not aligned with the plan", \.misalignedAnnotations)
        count("transitions", \.transitions)
        count("images listed", \.images)
        histogram("episodes by task type", \.episodesByTaskType)
        histogram("transitions by action", \.transitionsByAction)
        histogram("sub-goals as recorded", \.subgoals)
        histogram("sub-tasks, navigation merged", \.subtasks)
        histogram("instructions", \.instructions)
        count("  primitives over two sub-tasks", \.sharedPrimitives)
        table.add([])
        lengths("steps an episode: mean / median / p90", \.stepsPerEpisode)
        lengths("steps a primitive: mean / median / p90", \.stepsPerPrimitive)
        table.add([])
        count("observations", \.frames.observations)
        count("  with a picture", \.frames.present)
        count("  picture missing", \.frames.missing)
        count("  picture unreadable", \.frames.unreadable)
        count("  drawn by the simulator", \.frames.rendered)
        count("  with features", \.frames.withFeatures)
        let text = TextTable.printable(root) + "\n\n" + table.text
        let frames = splits.map(\.frames)
        guard frames.contains(where: { $0.observations > 0 }),
            frames.allSatisfy({ $0.present == 0 && $0.unreadable == 0 && $0.rendered == 0 })
        else { return text }
        return text
            + "\nThis data came without pictures: ALFRED's json flavour has none, full has them, json_feat has "
            + "features.\n"
    }
}
