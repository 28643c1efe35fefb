internal import Foundation
internal import Ground
package import Logging
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Progress on stderr: one line rewritten on a terminal, a log line now and then elsewhere. Threads may share it.
package final class ProgressLine: Sendable {
    private let isTerminal = isatty(2) == 1
    private let isQuiet: Bool
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var start = ContinuousClock.now
        var lastShown: ContinuousClock.Instant?
        var isShown = false
    }

    /// - Parameters:
    ///   - quiet: Shows nothing.
    ///   - logger: Takes the lines where stderr is no terminal.
    package init(quiet: Bool, logger: Logger) {
        isQuiet = quiet
        self.logger = logger
    }

    /// Begins a new count.
    package func restart() {
        state.withLock {
            $0.start = .now
            $0.lastShown = nil
        }
    }

    /// Shows that `done` of `total` are done. At most 10 times a second on a terminal, every 10 seconds elsewhere.
    ///
    /// - Parameter detail: What to add behind the rate.
    package func show(_ label: String, done: Int, of total: Int, unit: String, detail: String = "") {
        guard !isQuiet else { return }
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
        state.withLock { state in
            let now = ContinuousClock.now
            if let lastShown = state.lastShown, now - lastShown < pause { return }
            if state.lastShown == nil, !isTerminal, now - state.start < pause { return }
            state.lastShown = now
            let seconds = (now - state.start) / .seconds(1)
            let text = Self.text(label, done: done, of: total, unit: unit, detail: detail, seconds: seconds)
            if isTerminal {
                writeToStandardError("\r\u{1B}[2K" + text)
                state.isShown = true
            } else {
                logger.info("\(text)")
            }
        }
    }

    /// How many a second since the count began, as in `1,200 steps/s`.
    package func rate(of count: Int, _ unit: String) -> String {
        let seconds = max((ContinuousClock.now - state.withLock(\.start)) / .seconds(1), 1e-3)
        return "\(Int(Double(count) / seconds).grouped) \(unit)/s"
    }

    /// Removes the line, so that other text can follow.
    package func clear() {
        state.withLock {
            if $0.isShown { writeToStandardError("\r\u{1B}[2K") }
            $0.isShown = false
        }
    }

    /// The line's text, as in `train 1,280/6,574 trajectories  19 %  2,410/s  2 s left`.
    static func text(
        _ label: String, done: Int, of total: Int, unit: String, detail: String, seconds: Double
    ) -> String {
        var text = "\(label) \(done.grouped)/\(total.grouped) \(unit)"
        if total > 0 { text += "  \(done * 100 / total) %" }
        if done > 0, seconds > 0 {
            let rate = Double(done) / seconds
            text += "  \(rate >= 10 ? Int(rate).grouped : String(format: "%.1f", rate))/s"
            if done < total { text += "  \((Double(total - done) / rate).durationText) left" }
        }
        return detail.isEmpty ? text : text + "  " + detail
    }
}
