internal import Dispatch
internal import Ground
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Notices SIGINT and SIGTERM, so that a stage can end at a point from which it can go on later.
package final class Interruption: Sendable {
    private let flag: Flag
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    private final class Flag: Sendable {
        let hasCome = Atomic(false)
    }

    /// Watches from now on, while this object lives. A second signal ends the process at once.
    package init() {
        let flag = Flag()
        self.flag = flag
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if flag.hasCome.exchange(true, ordering: .relaxed) { _exit(StageExit.interrupted.rawValue) }
                writeToStandardError("\nstopping; press again to stop at once\n")
            }
            source.resume()
            return source
        }
    }

    /// Whether a signal has come.
    package var hasCome: Bool { flag.hasCome.load(ordering: .relaxed) }
}
