/// What an ingest did.
public struct IngestReport: Sendable, Equatable, Encodable {
    /// A file that could not be used and why.
    public struct Problem: Sendable, Equatable, Encodable {
        /// Relative to the dataset where possible.
        public var path: String
        public var reason: String
    }

    public struct Counts: Sendable, Equatable, Encodable {
        public var trajectories = 0
        public var new = 0
        public var changed = 0
        public var unchanged = 0
        /// Trajectories that could not be used.
        public var skipped = 0
        /// Trajectories the splits file names that are not on disk.
        public var absent = 0
        /// Trajectories in the store that are no longer on disk; they stay.
        public var gone = 0
        /// Transitions of what was new or changed.
        public var transitions = 0

        static func + (a: Counts, b: Counts) -> Counts {
            Counts(
                trajectories: a.trajectories + b.trajectories, new: a.new + b.new, changed: a.changed + b.changed,
                unchanged: a.unchanged + b.unchanged, skipped: a.skipped + b.skipped, absent: a.absent + b.absent,
                gone: a.gone + b.gone, transitions: a.transitions + b.transitions)
        }
    }

    public struct Split: Sendable, Equatable, Encodable {
        public var name: String
        public var counts: Counts

        public init(name: String, counts: Counts) {
            self.name = name
            self.counts = counts
        }
    }

    public var dataset: String
    /// The folder of the split folders.
    public var root: String
    /// In the order they were read.
    public var splits: [Split] = []
    public var problems: [Problem] = []
    /// Things worth a word that are no fault of the files.
    public var notes: [String] = []
    public var seconds = 0.0
    /// Whether everything was read.
    public var isComplete = true
    /// Whether it was asked to stop.
    public var wasInterrupted = false

    public var total: Counts { splits.reduce(Counts()) { $0 + $1.counts } }
}
