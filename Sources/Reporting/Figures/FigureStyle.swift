/// Lines and points that can be told apart in grey too: by shape, dashes and lightness.
enum FigureStyle {
    private static let colours = [
        "#1f4f85", "#d0762b", "#2a8f7d", "#8a4f9e", "#5d6670", "#b8322c", "#7a6a2f", "#3b78b8",
    ]
    /// Filled circle, square, triangle, diamond, inverted triangle, and the open ones.
    private static let points = [7, 5, 9, 13, 11, 6, 4, 8]
    private static let dashes = ["1", "2", "4", "3", "5", "1", "2", "4"]

    static func colour(_ index: Int) -> String { colours[index % colours.count] }

    static func line(_ index: Int, width: Double = 1.6) -> String {
        let index = index % colours.count
        return "lc rgb '\(colours[index])' lw \(width) dt \(dashes[index]) pt \(points[index]) ps 0.7"
    }

    /// Controls and oracles: thin and grey.
    static func faint(_ index: Int) -> String {
        let (greys, dashes) = (["#6b7480", "#a3abb4", "#8a8378"], [3, 2, 4, 5])
        return "lc rgb '\(greys[index % greys.count])' lw 1.1 dt \(dashes[index % dashes.count])"
    }

    /// Ends of intervals as lines with bars. gnuplot's own clear a spot around the middle.
    static func whiskers(_ file: String, x: String, low: Int, high: Int, colour: String) -> String {
        """
        '\(file)' using \(x):\(low):(0):($\(high)-$\(low)) with vectors heads size graph 0.007,90 nofilled lc rgb \
        '\(colour)' lw 1.2 dt 1 notitle
        """
    }

    /// As ``whiskers(_:x:low:high:colour:)``, lying.
    static func lyingWhiskers(_ file: String, y: Int, low: Int, high: Int, colour: String) -> String {
        """
        '\(file)' using \(low):\(y):($\(high)-$\(low)):(0) with vectors heads size graph 0.007,90 nofilled lc rgb \
        '\(colour)' lw 1.4 dt 1 notitle
        """
    }

    /// A legend below all panels, in columns.
    static func key(rows: Int) -> String {
        "set key at screen 0.5,0.015 center bottom vertical Left reverse samplen 2.4 width 2 maxrows \(max(1, rows))"
    }

    /// Round ticks from 0, three or four of them.
    static func tickStep(_ highest: Double) -> Double {
        var unit = 1.0
        while unit * 10 < highest { unit *= 10 }
        return [0.2, 0.5, 1, 2, 5].map { $0 * unit }.first { highest / $0 <= 4 } ?? highest
    }

    static let frame = """
        set encoding utf8
        set border 3 lc rgb '#4a525b' lw 0.8
        set tics nomirror out scale 0.6 tc rgb '#1d2126'
        set grid ytics lc rgb '#c4c9ce' lw 0.5 dt 1
        set xlabel tc rgb '#1d2126'
        set ylabel tc rgb '#1d2126'
        set key tc rgb '#1d2126'
        """
}
