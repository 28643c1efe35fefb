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
    static let faint = "lc rgb '#a3abb4' lw 0.9 dt 3"

    static let frame = """
        set encoding utf8
        set border 3 lc rgb '#4a525b' lw 0.8
        set tics nomirror out scale 0.6 tc rgb '#1d2126'
        set grid ytics lc rgb '#d5d9dd' lw 0.6 dt 1
        set xlabel tc rgb '#1d2126'
        set ylabel tc rgb '#1d2126'
        set key tc rgb '#1d2126'
        """
}
