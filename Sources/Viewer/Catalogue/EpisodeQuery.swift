/// Which episodes a page lists, in which order, and whose scores it shows. All of it is in the address.
struct EpisodeQuery: Sendable, Equatable {
    enum Sort: String, Sendable, CaseIterable {
        case id, mean, unscored, anomaly, disagreement

        /// What people look for comes first.
        var isDescending: Bool { self == .unscored || self == .anomaly || self == .disagreement }
    }

    /// What disagrees.
    enum Difference: String, Sendable, CaseIterable {
        case any
        /// Readings: two runs, or the scores under tasks and under primitives, at least two points apart on average.
        case readings
        /// The last score and the recorded end of the episode.
        case success
    }

    static let pageSize = 50
    /// The disagreement from which readings count as different, in points.
    static let differenceLimit = 2.0

    var run: String?
    var kind: String?
    var split: String?
    var taskType: String?
    var text: String?
    var low: Double?
    var high: Double?
    var hasUnscored = false
    var isFlagged = false
    var difference: Difference?
    /// At least so anomalous.
    var anomaly: Double?
    var sort = Sort.id
    var isReversed = false
    /// From 1.
    var page = 1

    init() {}

    /// What is not understood is as if it were not there.
    init(_ fields: FormFields) {
        func number(_ name: String, _ range: ClosedRange<Double>) -> Double? {
            fields[name].flatMap { Double($0) }.flatMap {
                $0.isFinite ? min(max($0, range.lowerBound), range.upperBound) : nil
            }
        }
        run = fields["run"]
        kind = fields["kind"].flatMap { Reading.kinds.contains($0) ? $0 : nil }
        split = fields["split"]
        taskType = fields["type"]
        text = fields["goal"].map { String($0.prefix(200)) }
        low = number("min", 0...10)
        high = number("max", 0...10)
        hasUnscored = fields["unscored"] == "1"
        isFlagged = fields["flagged"] == "1"
        difference = fields["differ"].flatMap(Difference.init(rawValue:))
        anomaly = number("anomaly", 0...1000)
        sort = fields["sort"].flatMap(Sort.init(rawValue:)) ?? .id
        isReversed = fields["reverse"] == "1"
        page = fields["page"].flatMap { Int($0) }.map { min(max($0, 1), 1 << 30) } ?? 1
    }

    /// The part of an address that says all this, with its question mark; empty where there is nothing to say.
    var address: String {
        var terms: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { terms.append(name + "=" + FormFields.encoded(value)) }
        }
        func number(_ value: Double?) -> String? { value.map { $0 == $0.rounded() ? String(Int($0)) : String($0) } }
        add("run", run)
        add("kind", kind)
        add("split", split)
        add("type", taskType)
        add("goal", text)
        add("min", number(low))
        add("max", number(high))
        add("unscored", hasUnscored ? "1" : nil)
        add("flagged", isFlagged ? "1" : nil)
        add("differ", difference?.rawValue)
        add("anomaly", number(anomaly))
        add("sort", sort == .id ? nil : sort.rawValue)
        add("reverse", isReversed ? "1" : nil)
        add("page", page == 1 ? nil : String(page))
        return terms.isEmpty ? "" : "?" + terms.joined(separator: "&")
    }

    func changed(_ change: (inout EpisodeQuery) -> Void) -> EpisodeQuery {
        var query = self
        change(&query)
        return query
    }

    /// Without a page: for the addresses of episodes and transitions.
    var withoutPage: EpisodeQuery { changed { $0.page = 1 } }

    /// Whether anything narrows the list.
    var isNarrowed: Bool {
        let open = EpisodeQuery().changed {
            $0.run = run
            $0.kind = kind
            $0.sort = sort
            $0.isReversed = isReversed
            $0.page = page
        }
        return self != open
    }
}
