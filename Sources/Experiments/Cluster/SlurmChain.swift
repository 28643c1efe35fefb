internal import Ground
internal import StageSupport

/// An experiment as a chain of Slurm's jobs, each after the one before it has succeeded; only the last two do not wait
/// for that, and take what there is:
///
///     ingest -> label (array over shards) -> merge -> train (array over cells) -> evaluate (array) -> collect ->
///     report
///                                                  -> references (expert, random)     ---------------^
///
/// Who trains and evaluates reads the store only, and writes a file of its own in `<store>.results`, from which
/// `collect` takes it: ingest, merge and collect, one after the other, are the only jobs that have the store open for
/// writing. So jobs may run on any machines that share the folders.
package struct SlurmChain: Codable, Sendable, Equatable {
    /// A kind of job, in the order in which they are submitted.
    package enum Stage: String, CaseIterable, Codable, Sendable {
        case ingest, label, merge, train, evaluate, references, collect, report
    }

    package struct Cell: Codable, Sendable, Equatable {
        package var run: String
        package var train: [String]
        package var evaluate: [String]
    }

    package var config: String
    package var store: String
    package var out: String
    /// The folder of the programs.
    package var programs: String
    /// As for `--set`.
    package var settings: [String]
    /// The release; nil where data are generated.
    package var root: String?
    /// What makes the data and reads them.
    var data: DataCommands
    /// Jobs that label at once.
    package var shards: Int
    /// Label runs beside the main one; `merge` makes them, on one machine.
    package var labels: [ExperimentPlan.Labels]
    package var cells: [Cell]
    package var references: [[String]]

    /// - Parameters:
    ///   - places: With absolute paths, since jobs run in other folders.
    ///   - shards: How many jobs label at once.
    package init(
        _ plan: ExperimentPlan, _ places: ExperimentPlan.Places, config: String, programs: String, out: String,
        root: String?,
        shards: Int
    ) {
        self.config = config
        store = places.store
        self.out = out
        self.programs = programs
        settings = places.overrides
        self.root = root
        data = DataCommands(plan.grade, root: root, out: out)
        self.shards = shards
        labels = plan.labels
        cells = plan.cells.map { Cell(run: $0.run, train: $0.trainCommand, evaluate: $0.evaluateCommand) }
        references = plan.referenceCommands
    }

    var places: ExperimentPlan.Places {
        ExperimentPlan.Places(config: config, store: store, overrides: settings, programs: programs)
    }

    /// The folder of a shard's copy of the store, counted from 1.
    func shard(_ number: Int) -> String { "\(out)/slurm/label-\(number)-of-\(shards).shard" }

    /// What `sbatch` is told besides the script.
    ///
    /// - Parameter ids: The numbers of the jobs submitted before.
    package func options(_ stage: Stage, after ids: [Stage: String]) -> [String] {
        func id(_ stage: Stage) -> String { ids[stage] ?? "" }
        let dependency: String? =
            switch stage {
            case .ingest: nil
            case .label: "afterok:\(id(.ingest))"
            case .merge: "afterok:\(id(.label))"
            case .train, .references: "afterok:\(id(.merge))"
            // Each cell as soon as it is trained.
            case .evaluate: "aftercorr:\(id(.train))"
            // What some cells lack the report says.
            case .collect: "afterany:\(id(.evaluate)):\(id(.references))"
            case .report: "afterok:\(id(.collect))"
            }
        let tasks: Int? =
            switch stage {
            case .label: shards
            case .train, .evaluate: cells.count
            default: nil
            }
        return [
            "--parsable", "--export=ALL", "--requeue", "--open-mode=append", "--signal=B:USR1@120",
            "--kill-on-invalid-dep=yes", "--job-name=rgvlm-\(stage.rawValue)",
            "--output=\(out)/logs/slurm-\(stage.rawValue)\(tasks == nil ? "" : "-%a").log",
        ] + (dependency.map { ["--dependency=\($0)"] } ?? []) + (tasks.map { ["--array=1-\($0)"] } ?? [])
    }

    /// The script of a job: this program again, told which job it is.
    ///
    /// - Parameter file: Where the chain is written.
    package func script(_ stage: Stage, chain file: String) -> String {
        "#!/bin/sh\nexec \(ShellWords.line(["\(programs)/rgvlm-experiment", "job", stage.rawValue, "--chain", file]))\n"
    }
}
