package import ALFRED

/// How the replays of many trajectories went.
package struct ReplaySummary: Sendable, Equatable {
    /// The trajectories of one task type.
    package struct Row: Sendable, Equatable {
        /// How many there are.
        package fileprivate(set) var trajectories = 0
        /// Those that reach their goal.
        package fileprivate(set) var successes = 0
        /// Those of which no action is refused.
        package fileprivate(set) var withoutRefusal = 0
    }

    /// All trajectories.
    package private(set) var total = Row()
    /// The same by task type.
    package private(set) var byType: [TaskType: Row] = [:]
    /// GotoLocation sub-goals that name a place.
    package private(set) var gotos = 0
    /// Those that ended there.
    package private(set) var gotosReached = 0
    /// Actions carried out or refused.
    package private(set) var actions = 0
    /// Those refused although the record has them succeed.
    package private(set) var refusals = 0

    mutating func add(_ replay: ReplayOutcome) {
        func count(_ row: inout Row) {
            row.trajectories += 1
            row.successes += replay.isSuccess ? 1 : 0
            row.withoutRefusal += replay.divergences.isEmpty ? 1 : 0
        }
        count(&total)
        if let type = replay.taskType { count(&byType[type, default: Row()]) }
        gotos += replay.gotos
        gotosReached += replay.gotosReached
        actions += replay.actions
        refusals += replay.divergences.count
    }

    /// Adds the counts of another summary.
    mutating func merge(_ other: ReplaySummary) {
        func add(_ row: inout Row, _ more: Row) {
            row.trajectories += more.trajectories
            row.successes += more.successes
            row.withoutRefusal += more.withoutRefusal
        }
        add(&total, other.total)
        for (type, row) in other.byType { add(&byType[type, default: Row()], row) }
        gotos += other.gotos
        gotosReached += other.gotosReached
        actions += other.actions
        refusals += other.refusals
    }
}
