/// Scores by how near a state is to a demonstration: a baseline that needs no annotator.
///
/// Demonstrations of a text are the fulfilled instructions with that very text in the data trained on, an instruction's
/// own recording included. The distance of a state is the smallest mean absolute difference of its picture to one of
/// theirs; m is the mean over all states that are not at distance 0. The score is `10 / (1 + distance / m)`: 10 on a
/// demonstration, 5 at the usual distance from one. A text without a demonstration has no scores.
struct MinimumDistance {
    /// An instruction with its pictures.
    struct Span {
        /// A number for its text.
        var text: Int
        /// `[steps + 1]`: records of its observations.
        var records: [Int]
        /// Whether it is fulfilled.
        var isDemonstration: Bool
    }

    /// The scores of the states after each step of each span, one span after another; NaN for none.
    ///
    /// - Parameter look: What a record shows, always as many numbers; nil where it cannot be read.
    static func scores(_ spans: [Span], look: (Int) -> [Float]?) -> [Float] {
        var seen: [Int: [Float]?] = [:]
        func picture(_ record: Int) -> [Float]? {
            if let known = seen[record] { return known }
            let picture = look(record)
            seen[record] = .some(picture)
            return picture
        }
        var records: [Int: Set<Int>] = [:]
        for span in spans where span.isDemonstration { records[span.text, default: []].formUnion(span.records) }
        // In the order of records, so that nothing depends on that of a set.
        let demonstrations = records.mapValues { $0.sorted().compactMap(picture) }
        var distances: [Float] = []
        var known: [Place: Float] = [:]
        for span in spans {
            for record in span.records.dropFirst() {
                let place = Place(text: span.text, record: record)
                let distance: Float
                if let earlier = known[place] {
                    distance = earlier
                } else if records[span.text]?.contains(record) == true {
                    distance = 0
                } else {
                    distance = picture(record).flatMap { nearest($0, demonstrations[span.text] ?? []) } ?? .nan
                }
                known[place] = distance
                distances.append(distance)
            }
        }
        let away = distances.filter { $0 > 0 }
        let usual = away.isEmpty ? 1 : Float(away.reduce(0) { $0 + Double($1) } / Double(away.count))
        return distances.map { 10 / (1 + $0 / usual) }
    }

    private struct Place: Hashable {
        var text: Int
        var record: Int
    }

    /// The smallest mean absolute difference; nil where there is nothing to compare with.
    private static func nearest(_ picture: [Float], _ others: [[Float]]) -> Float? {
        var best: Float?
        for other in others where other.count == picture.count && !picture.isEmpty {
            var sum: Float = 0
            for place in picture.indices { sum += abs(picture[place] - other[place]) }
            best = min(best ?? .infinity, sum)
        }
        return best.map { $0 / Float(picture.count) }
    }
}
