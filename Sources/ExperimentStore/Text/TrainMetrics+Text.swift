internal import Foundation
internal import Ground

extension [TrainMetricRow] {
    /// The last value of each figure, by split and name.
    package var latest: [String: [String: Double]] {
        var latest: [String: [String: Double]] = [:]
        for row in self { latest[row.split, default: [:]][row.name] = row.value }
        return latest
    }

    /// The latest figures as a table, a column a split; empty without any.
    package var latestText: String {
        let latest = latest
        let splits = latest.keys.sorted { ($0 == "train" ? "" : $0) < ($1 == "train" ? "" : $1) }
        guard !splits.isEmpty else { return "" }
        var table = TextTable([("figure", .left)] + splits.map { ($0, .right) })
        for name in Set(latest.values.flatMap(\.keys)).sorted() {
            table.add([name] + splits.map { latest[$0]?[name].map { String(format: "%.4f", $0) } ?? "" })
        }
        return table.text
    }
}
