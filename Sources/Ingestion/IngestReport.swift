/// What an ingest did.
public struct IngestReport: Sendable, Equatable {
    /// A file that could not be used and why.
    public struct Problem: Sendable, Equatable {
        /// Relative to the dataset where possible.
        public var path: String
        public var reason: String
    }

    public struct SplitCounts: Sendable, Equatable {
        public var trajectories = 0
        public var new = 0
        public var changed = 0
        public var unchanged = 0
        public var failed = 0
        /// Trajectories the splits file names that are not on disk.
        public var absent = 0
        /// Trajectories in the store that are no longer on disk; they stay.
        public var gone = 0
        /// Transitions of what was new or changed.
        public var transitions = 0
    }

    public var dataset: String
    public var root: String
    /// In the order they were read.
    public var splits: [(name: String, counts: SplitCounts)] = []
    public var problems: [Problem] = []
    public var notes: [String] = []
    public var seconds = 0.0
    /// Whether it ended before everything was read: a signal, or the first problem under `strict`.
    public var isComplete = true

    public var total: SplitCounts {
        splits.reduce(into: SplitCounts()) { total, split in
            total.trajectories += split.counts.trajectories
            total.new += split.counts.new
            total.changed += split.counts.changed
            total.unchanged += split.counts.unchanged
            total.failed += split.counts.failed
            total.absent += split.counts.absent
            total.gone += split.counts.gone
            total.transitions += split.counts.transitions
        }
    }

    public static func == (a: IngestReport, b: IngestReport) -> Bool {
        a.dataset == b.dataset && a.problems == b.problems && a.notes == b.notes && a.isComplete == b.isComplete
            && a.splits.map(\.name) == b.splits.map(\.name) && a.splits.map(\.counts) == b.splits.map(\.counts)
    }
}
