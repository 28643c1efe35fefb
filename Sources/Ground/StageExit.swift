/// How a stage ends, in the exit codes all stages share.
package enum StageExit: Int32, Sendable {
    case done = 0
    case usage = 64
    case badInput = 65
    case inputMissing = 66
    case unreachable = 69
    case cannotWrite = 73
    case stopped = 75
    case interrupted = 130
}

/// An error that says how a stage ends that meets it. Its description names what is wrong, where, and what to do.
package protocol ExitCoded: Error, CustomStringConvertible {
    /// Never ``StageExit/done``.
    var exit: StageExit { get }
}
