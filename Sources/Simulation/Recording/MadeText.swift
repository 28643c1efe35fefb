internal import Ground

/// How the making of a dataset ended, in a line.
enum MadeText {
    /// - Parameters:
    ///   - kept: Episodes that were there before.
    ///   - out: The folder they are in.
    static func ending(isComplete: Bool, made: Int, kept: Int, out: String, seconds: Double) -> String {
        guard isComplete else { return "Interrupted; give the same command again to go on.\n" }
        guard made > 0 else { return "Nothing to do: \(kept.grouped) episodes are in \(out) already.\n" }
        return "Made \(made.grouped) episodes in \(out) in \(seconds.durationText)"
            + (kept > 0 ? "; \(kept.grouped) were there already.\n" : ".\n")
    }
}
