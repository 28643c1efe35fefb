/// What an ingest did.
package struct IngestReport: Sendable, Equatable, Encodable {
    /// A file that could not be used and why.
    package struct Problem: Sendable, Equatable, Encodable {
        /// Relative to the dataset where possible.
        package var path: String
        /// Why it cannot be used.
        package var reason: String
    }

    package struct Counts: Sendable, Equatable, Encodable {
        /// All that were looked at.
        package var trajectories = 0
        /// Those the store did not have.
        package var new = 0
        /// Those the store had with other contents.
        package var changed = 0
        /// Those the store had.
        package var unchanged = 0
        /// Trajectories that could not be used.
        package var skipped = 0
        /// Trajectories the splits file names that are not on disk.
        package var absent = 0
        /// Trajectories in the store that are no longer on disk; they stay.
        package var gone = 0
        /// Transitions of what was new or changed.
        package var transitions = 0

        static func + (a: Counts, b: Counts) -> Counts {
            Counts(
                trajectories: a.trajectories + b.trajectories, new: a.new + b.new, changed: a.changed + b.changed,
                unchanged: a.unchanged + b.unchanged, skipped: a.skipped + b.skipped, absent: a.absent + b.absent,
                gone: a.gone + b.gone, transitions: a.transitions + b.transitions)
        }
    }

    package struct Split: Sendable, Equatable, Encodable {
        /// As in `train`.
        package var name: String
        /// What became of its trajectories.
        package var counts: Counts

        /// A split's counts.
        package init(name: String, counts: Counts) {
            self.name = name
            self.counts = counts
        }
    }

    /// The dataset's name.
    package var dataset: String
    /// The folder of the split folders.
    package var root: String
    /// In the order they were read.
    package var splits: [Split] = []
    /// Files that could not be used, in the order they were read.
    package var problems: [Problem] = []
    /// Things worth a word that are no fault of the files.
    package var notes: [String] = []
    /// How long it took.
    package var seconds = 0.0
    /// Whether everything was read.
    package var isComplete = true
    /// Whether it was asked to stop.
    package var wasInterrupted = false

    /// The sums over all splits.
    package var total: Counts { splits.reduce(Counts()) { $0 + $1.counts } }
}
