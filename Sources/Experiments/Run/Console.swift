internal import Ground
internal import StageSupport

/// What the driver says on stderr: lines, and on a terminal one that the next replaces.
final class Console {
    let isTerminal = isatty(2) == 1
    private let isQuiet: Bool
    private var isLineShown = false

    init(quiet: Bool) { isQuiet = quiet }

    func say(_ text: String) {
        writeToStandardError((isLineShown ? "\r\u{1B}[2K" : "") + TextTable.printable(text) + "\n")
        isLineShown = false
    }

    /// Progress.
    func show(_ text: String) {
        guard !isQuiet else { return }
        guard isTerminal else { return say(text) }
        writeToStandardError("\r\u{1B}[2K" + TextTable.printable(text))
        isLineShown = true
    }
}
