extension Configuration {
    /// The section `train`: what `rgvlm-train run` learns from and how.
    package struct Train: ConfigurationSection {
        /// The run's name; from algorithm, preset, reward and seed when nil.
        package var run: String?
        /// The only one of the store when nil.
        package var dataset: String?
        /// The splits to learn from.
        package var splits = ["train"]
        /// The splits to validate on; those of valid_seen and valid_unseen that are there when nil.
        package var validation: [String]?
        /// The kinds of instructions to learn from.
        package var kinds: [InstructionKind] = [.primitive]
        /// Only episodes of these behaviours, as in `[expert, noisy]`; all when nil.
        package var behaviours: [String]?
        /// The first ones of the splits; all when nil.
        @Within(1...) package var episodes: Int?
        /// What is learned, and how.
        package var algorithm = Algorithm.iql
        /// The networks' sizes.
        package var preset = Preset.small
        /// What the network sees.
        package var encoder = Encoder.patches
        /// Passes over the instructions, where ``steps`` is nil.
        @Within(above: 0, upTo: 1e6) package var epochs = 20.0
        /// Updates in all.
        @Within(1...) package var steps: Int?
        /// Windows of an update.
        @Within(1...4096) package var batch = 64
        /// Steps of a window, at most; a policy acts with as many as it was trained with.
        @Within(1...17) package var window = 17
        /// Pixels by which the pictures of a window are moved at random, at most.
        @Within(0...16) package var shift = 0
        /// A finished run of behaviour cloning whose policy this one begins with; `{seed}` in it is the run's seed.
        package var start: String?
        /// Validations in a row without a better one after which the run ends; it goes to its end when nil.
        @Within(1...1000) package var earlyStop: Int?
        /// One a core when nil.
        @Within(1...1024) package var threads: Int?
        /// Of products.
        package var precision = Precision.float32
        /// Updates between rows of figures.
        @Within(1...) package var logEvery = 50
        /// Updates between checkpoints.
        @Within(1...) package var checkpointEvery = 500
        /// Updates between validations; an epoch's when nil.
        @Within(1...) package var validateEvery: Int?
        /// Checkpoints that stay.
        @Within(1...) package var keep = 2
        /// What transitions are worth.
        package var reward = Reward()
        /// The learner's numbers.
        package var learning = Learning()
    }

    /// The section `train.reward`: `sparse * (1 at the end) + generated * transform(score)`.
    package struct Reward: ConfigurationSection {
        /// Labels where there are some and the algorithm reads rewards, else none, when nil.
        package var source: Source?
        /// The label run; the one of the section `label`, or the only one, when nil.
        package var labels: String?
        /// The weight of the sparse reward.
        @Within(-1e30...1e30) package var sparse = 1.0
        /// The weight of the generated term.
        @Within(-1e30...1e30) package var generated = 1.0
        /// How a score becomes a term.
        package var transform = Transform.scaled
        /// What follows the end of an instruction that was not fulfilled.
        package var ends = Ends.absorbing

        /// Where scores come from: a label run; oracles, the first two of label runs too; a baseline; five controls.
        package enum Source: String, Choice {
            case none, labels
            case noiseFree = "noise-free"
            case distance, oracle
            case minimumDistance = "min-distance"
            case zero, random
            case timeIndex = "time-index"
            case negated, shuffled
        }

        /// As RewardMix explains them.
        package enum Transform: String, Choice { case scaled, centered, mean, potential }
        /// As RewardMix explains them.
        package enum Ends: String, Choice { case absorbing, bootstrapping }
    }

    /// The section `train.learning`: implicit Q-learning and the optimiser.
    package struct Learning: ConfigurationSection {
        /// Gamma.
        @Within(0...1) package var discount = 0.97
        /// Of the value's regression.
        @Within(0.0001...0.9999) package var expectile = 0.8
        /// Inverse temperature of the policy's weights.
        @Within(0...1000) package var temperature = 5.0
        /// The largest of them.
        @Within(1...1e6) package var weightLimit = 100.0
        /// How fast the target follows the critic.
        @Within(0...1) package var polyak = 0.005
        /// AdamW's.
        @Within(0...1) package var learningRate = 1e-4
        /// Whether the learning rate stays, or falls to 0 over the run.
        package var schedule = Schedule.constant
        /// AdamW's.
        @Within(0...1) package var weightDecay = 0.1
        /// The preset's when nil.
        @Within(0...0.9) package var dropout: Double?

        /// Of the learning rate.
        package enum Schedule: String, Choice { case constant, cosine }
    }
}

extension Configuration.Train {
    /// Implicit Q- or V-learning, or behaviour cloning of all, of fulfilled instructions, or weighed by scores.
    package enum Algorithm: String, Choice {
        case iql, ivl, bc
        case filteredBC = "filtered-bc"
        case raBC = "ra-bc"
    }
    /// Sizes of policy and critic; `sprint` is the paper's.
    package enum Preset: String, Choice { case tiny, small, medium, sprint }
    /// What the network sees: patches of the pictures, or features that `rgvlm-train encode` has made.
    package enum Encoder: String, Choice { case patches, resnet18, featConv, segmentation }
    /// Of products.
    package enum Precision: String, Choice { case float32, bfloat16 }
}
