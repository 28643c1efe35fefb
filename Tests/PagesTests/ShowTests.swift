import Testing

@testable import Pages

@Suite struct ShowTests {
    @Test func numbers() {
        #expect(Show.number(-0.04, 1) == "0.0" && Show.number(-1.25) == "\u{2212}1.25" && Show.number(2, 0) == "2")
        #expect(Show.number(nil) == "-" && Show.number(.nan) == "-" && Show.number(-.infinity) == "-")
        #expect(Show.signed(0.25) == "+0.250" && Show.signed(0.0001) == "0.000" && Show.signed(-1) == "\u{2212}1.000")
        #expect(Show.short(3) == "3" && Show.short(0.1) == "0.1" && Show.short(1e20) == "1e+20")
        #expect(Show.score(10) == "10" && Show.score(3.25) == "3.2")
        #expect(Show.machine(-0.5) == "-0.500000" && Show.machine(nil) == "" && Show.machine(.nan) == "")
    }

    @Test func shares() {
        #expect(Show.percent(0.995) == "99.5 %" && Show.percent(1) == "100 %" && Show.percent(0) == "0 %")
        #expect(Show.percent(0.004) == "0.4 %" && Show.percent(nil) == "-")
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (6_574, "6,574"), (-1_234_567, "\u{2212}1,234,567")])
    func counts(value: Int, text: String) {
        #expect(Show.count(value) == text)
    }

    @Test func words() {
        #expect(Show.plural(1, "step") == "1 step" && Show.plural(1200, "step") == "1,200 steps")
        #expect(Show.plural(0, "trajectory", "trajectories") == "0 trajectories")
        #expect(Show.list([]) == "" && Show.list(["a"]) == "a" && Show.list(["a", "b", "c"]) == "a, b and c")
    }

    @Test func moneyAndTime() {
        #expect(Show.dollars(nil) == "no price known" && Show.dollars(1_347_000) == "$0.0013")
        #expect(
            Show.dollars(0) == "$0.00" && Show.dollars(12_340_000_000) == "$12.34" && Show.dollars(900) == "$0.000001")
        #expect(Show.time(milliseconds: 3.14) == "3.1 ms" && Show.time(milliseconds: 999) == "999 ms")
        #expect(Show.time(milliseconds: 1500) == "1.5 s")
    }
}
