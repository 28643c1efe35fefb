import Ground
import Testing

@Suite struct SpellingTests {
    @Test func distances() {
        #expect(Spelling.distance("", "abc") == 3 && Spelling.distance("kitten", "sitting") == 3)
        #expect(Spelling.distance("a", "a") == 0 && Spelling.distance("a\u{301}", "á") == 0)
    }

    /// A metric, on all words of up to three letters of two: no distance to itself alone, the same both ways, and no
    /// way round is shorter.
    @Test func itIsAMetric() {
        var all = [""]
        for length in 0...2 {
            for word in all where word.count == length { all += ["a", "b"].map { word + $0 } }
        }
        #expect(all.count == 15)
        for a in all {
            for b in all {
                let distance = Spelling.distance(a, b)
                #expect(distance == Spelling.distance(b, a) && (distance == 0) == (a == b))
                #expect(distance >= abs(a.count - b.count) && distance <= max(a.count, b.count))
                for c in all { #expect(distance <= Spelling.distance(a, c) + Spelling.distance(c, b)) }
            }
        }
    }
}
