extension RewardMix {
    /// Where scores come from.
    package enum Source: Sendable, Hashable, Codable {
        /// No generated term.
        case none
        /// A label run, by name. An instruction has the scores of its own span; when the run has not scored it, those
        /// of the same steps under the task instruction of its annotation, else of the first other annotation that has
        /// them. Such inherited scores are counted.
        case labels(run: String)
        /// Oracle: as ``labels(run:)``, of a run whose annotator reads the simulator's state and makes no mistakes.
        case noiseFree(run: String)
        /// Oracle: as ``labels(run:)``, of a run that holds the true distance to go as a potential, `10 * 0.97^d`; the
        /// values of the states in which its spans start are known too.
        case distance(run: String)
        /// Oracle: ten times the share of the instruction's sub-tasks that are done after the transition, by the
        /// recording, as a potential. It says when a sub-task is done and nothing in between, and of an instruction
        /// that failed no more than how many sub-tasks were recorded: no ceiling.
        case oracle
        /// Baseline: nearness of the state after the transition to a demonstration: ``MinimumDistance``.
        case minimumDistance
        /// Control: a term of 0 on every transition, whatever the transform.
        case zero
        /// Control: a whole score drawn uniformly from 0 to 10 for each transition of an instruction.
        case random(seed: UInt64)
        /// Control: ten times the share of the instruction's steps that are over.
        case timeIndex
        /// Control: as ``labels(run:)``, the term with its sign reversed.
        case negated(run: String)
        /// Control: as ``labels(run:)``, the scores permuted among the transitions trained on that have one, each once,
        /// however many instructions share it.
        case shuffled(run: String, seed: UInt64)

        /// As in options and tables.
        package var name: String {
            switch self {
            case .none: "none"
            case .labels: "labels"
            case .noiseFree: "noise-free"
            case .distance: "distance"
            case .oracle: "oracle"
            case .minimumDistance: "min-distance"
            case .zero: "zero"
            case .random: "random"
            case .timeIndex: "time-index"
            case .negated: "negated"
            case .shuffled: "shuffled"
            }
        }

        /// Whether it is there to tell what scores are worth: it knows nothing of what the steps did, or reverses it.
        package var isControl: Bool {
            switch self {
            case .zero, .random, .timeIndex, .negated, .shuffled: true
            case .none, .labels, .noiseFree, .distance, .oracle, .minimumDistance: false
            }
        }

        /// Whether it knows what no camera sees.
        package var isOracle: Bool {
            switch self {
            case .noiseFree, .distance, .oracle: true
            default: false
            }
        }

        /// Whether its scores are values of states, of which only the rise may be paid.
        package var isPotential: Bool {
            switch self {
            case .distance, .oracle: true
            default: false
            }
        }

        /// The label run whose scores are read.
        package var labelRun: String? {
            switch self {
            case .labels(let run), .noiseFree(let run), .distance(let run), .negated(let run), .shuffled(let run, _):
                run
            case .none, .oracle, .minimumDistance, .zero, .random, .timeIndex: nil
            }
        }
    }
}
