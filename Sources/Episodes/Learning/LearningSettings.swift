/// What is learned, and how.
package enum Algorithm: String, Sendable, CaseIterable, Codable {
    /// Implicit Q-learning.
    case iql
    /// Implicit V-learning: implicit Q-learning without a Q, for worlds in which an action always has the same outcome
    /// (the action-free IQL of HIQL, Park et al. 2023; GCIVL of OGBench). What an action is worth is
    /// r + discount * V(s'), read from the frame that followed, where Q has to foresee that frame.
    case ivl
    /// Behaviour cloning: the policy's loss with all weights 1, and no critic.
    case bc
    /// Behaviour cloning on fulfilled instructions only.
    case filteredBC = "filtered-bc"
    /// Reward-aligned behaviour cloning: each step weighed by what it brings, ``AlignedWeights``.
    case raBC = "ra-bc"

    /// Whether values are learned besides the policy.
    package var hasCritic: Bool { self == .iql || self == .ivl }
    /// Whether steps are weighed by their scores, without values.
    package var isWeighing: Bool { self == .raBC }
    /// Whether what is learned depends on scores.
    package var readsScores: Bool { hasCritic || isWeighing }
}

/// Settings of implicit Q-learning (Kostrikov et al. 2021) with advantage-weighted regression; of implicit V-learning
/// too.
package struct IQL: Sendable, Hashable, Codable {
    /// gamma, from step to step.
    package var discount: Float = 0.97
    /// tau of the value's loss, above 0.5.
    package var expectile: Float = 0.8
    /// Inverse temperature: weights are exp(temperature * advantage). 0 is behaviour cloning.
    package var temperature: Float = 5
    /// The largest weight.
    package var weightLimit: Float = 100
    /// The share of the critic that the target takes over at each update.
    package var polyak: Float = 0.005

    /// The defaults of the paper.
    package init() {}
}

/// Settings of AdamW (Loshchilov and Hutter 2019): PyTorch's defaults but for rate and decay, which are SPRINT's.
package struct AdamW: Sendable, Hashable, Codable {
    /// Of the first update.
    package var learningRate: Float = 1e-4
    /// Decay of the first moment.
    package var beta1: Float = 0.9
    /// Decay of the second moment.
    package var beta2: Float = 0.999
    /// Keeps from dividing by nothing.
    package var epsilon: Float = 1e-8
    /// Per update, times the learning rate.
    package var weightDecay: Float = 0.1
    /// Updates over which the learning rate falls to 0 along half a cosine, as IQL's authors let the actor's; nil keeps
    /// it.
    package var cosineSteps: Int?

    /// The defaults.
    package init() {}
}

/// How a policy is learned: what a training run's row and each of its checkpoints say, as members of their JSON.
package struct LearningSettings: Sendable, Equatable, Codable {
    /// What is learned.
    package var algorithm: Algorithm
    /// Of the critic and of the policy's weights.
    package var iql: IQL
    /// Of the updates.
    package var optimizer: AdamW
    /// As in `float32`.
    package var precision: String
    /// Windows of a batch.
    package var batchSize: Int
    /// Steps of a window, at most.
    package var window: Int
    /// Pixels by which the pictures of a window are moved at random, at most.
    package var shift: Int
    /// Validations without a better one after which the run ends; nil where none ends it.
    package var earlyStop: Int?
    /// The run whose policy this one began with; nil for weights drawn at random.
    package var start: Start?
    /// Of what the windows are cut from, rewards included: hexadecimal.
    package var dataSHA256: String
    /// Which part of the dataset that is; nil where it is not known.
    package var selection: DataSelection?
    /// What each step is worth.
    package var reward: RewardMix
    /// What it makes of the data: mean score, inherited scores, the worth of dawdling. Nil where scores do not matter.
    package var rewardSummary: RewardSummary?
    /// What made the features of the frames.
    package var encoder: String
    /// Of all random streams.
    package var seed: UInt64

    /// A finished run of behaviour cloning whose policy another run begins with.
    package struct Start: Sendable, Equatable, Codable {
        /// The run's name.
        package var run: String
        /// Updates it had made.
        package var step: Int
        /// Of its weights, hexadecimal.
        package var sha256: String

        /// A run with its last checkpoint.
        package init(run: String, step: Int, sha256: String) {
            self.run = run
            self.step = step
            self.sha256 = sha256
        }
    }

    /// - Parameter dataSHA256: A hash of the training set's lists, hexadecimal.
    package init(
        algorithm: Algorithm, iql: IQL = IQL(), optimizer: AdamW = AdamW(), precision: String = "float32",
        batchSize: Int = 64, window: Int = 17, shift: Int = 0, earlyStop: Int? = nil, start: Start? = nil,
        dataSHA256: String, selection: DataSelection? = nil, reward: RewardMix, rewardSummary: RewardSummary? = nil,
        encoder: String, seed: UInt64
    ) {
        self.algorithm = algorithm
        self.iql = iql
        self.optimizer = optimizer
        self.precision = precision
        self.batchSize = batchSize
        self.window = window
        self.shift = shift
        self.earlyStop = earlyStop
        self.start = start
        self.dataSHA256 = dataSHA256
        self.selection = selection
        self.reward = reward
        self.rewardSummary = rewardSummary
        self.encoder = encoder
        self.seed = seed
    }
}
