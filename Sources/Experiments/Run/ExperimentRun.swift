internal import Foundation
internal import Ground
package import StageSupport

/// What `rgvlm-experiment run` is told.
package struct ExperimentRun: Sendable {
    package var configuration: Configuration
    package var places: ExperimentPlan.Places
    /// The folder of the report, the logs and generated data.
    package var out: String
    /// The release to read; nil where data are generated in `<out>/data`.
    package var root: String?
    /// Cells trained at once, each with one thread.
    package var jobs: Int
    package var steps: Set<ExperimentStep>
    /// Whether cells that were trained with other settings or data than now begin anew.
    package var restart: Bool
    /// Seconds between two looks at the progress; 5 on a terminal and 60 elsewhere when nil.
    package var interval: Double?
    package var quiet: Bool

    package init(
        _ configuration: Configuration, _ places: ExperimentPlan.Places, out: String, root: String? = nil,
        jobs: Int? = nil,
        steps: Set<ExperimentStep> = Set(ExperimentStep.allCases), restart: Bool = false, interval: Double? = nil,
        quiet: Bool = false
    ) throws {
        self.configuration = configuration
        self.places = places
        self.out = out
        self.root = root
        self.jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
        self.steps = steps
        self.restart = restart
        self.interval = interval
        self.quiet = quiet
        guard (1...1024).contains(self.jobs) else {
            throw StageError(.usage, "--jobs \(self.jobs): expected 1 to 1024")
        }
        guard interval ?? 1 > 0 else { throw StageError(.usage, "--interval: expected more than 0 seconds") }
    }
}

/// A program to run as part of an experiment.
struct Job: Sendable {
    var name: String
    /// The program and its arguments.
    var arguments: [String]
}

/// How a driver ends early.
struct DriverEnd: Error {
    var code: Int32
}
