internal import Synchronization
internal import UnixSignals

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Notices SIGINT and SIGTERM, so that a stage can end at a point from which it can go on later.
public final class Interruption: Sendable {
    private let flag = Atomic(false)

    /// Watches from now on, for the rest of the process. A second signal ends the process at once.
    public init() {
        Task.detached { [self] in
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                if flag.exchange(true, ordering: .relaxed) { _exit(StageExit.interrupted.rawValue) }
                writeToStandardError("\nstopping; press again to stop at once\n")
            }
        }
    }

    public var hasCome: Bool { flag.load(ordering: .relaxed) }
}
