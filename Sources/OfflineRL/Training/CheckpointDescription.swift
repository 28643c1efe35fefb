public import Networks
public import Tensors

/// What a checkpoint's JSON says: everything but the numbers of the tensors.
public struct CheckpointDescription: Sendable, Equatable, Codable {
    /// Sizes of the networks.
    public struct Network: Sendable, Equatable, Codable {
        public var preset: String
        public var width: Int
        public var heads: Int
        public var textLayers: Int
        public var jointLayers: Int
        public var channels1: Int
        public var channels2: Int
        public var dropout: Float
        /// As in `patches`, or `half 512`.
        public var features: String

        public init(_ shape: NetworkShape) {
            preset = shape.preset.rawValue
            width = shape.width
            heads = shape.heads
            textLayers = shape.textLayers
            jointLayers = shape.jointLayers
            channels1 = shape.channels1
            channels2 = shape.channels2
            dropout = shape.dropout
            features = shape.features.name
        }
    }

    /// A figure that is not yet in the store.
    public struct Figure: Sendable, Equatable, Codable {
        public var step: Int
        public var split: String
        public var name: String
        public var value: Double

        public init(step: Int, split: String, name: String, value: Double) {
            self.step = step
            self.split = split
            self.name = name
            self.value = value
        }
    }

    public static let currentVersion = 1

    public var version = Self.currentVersion
    /// Updates made; also the number of the sampler's next batch. Dropout depends on it and on the seed: there is no other
    /// state of random numbers.
    public var step: Int
    public var seed: UInt64
    public var algorithm: Algorithm
    public var network: Network
    public var iql: IQL
    public var optimizer: AdamW
    public var precision: String
    public var batchSize: Int
    /// The words by id.
    public var vocabulary: Vocabulary
    /// What the windows are cut from: a hash of the training set's lists.
    public var dataSHA256: String
    public var reward: RewardMix
    public var encoder: String
    public var unrecorded: [Figure]
    /// Training figures since their last row.
    public var sums: FigureSums

    public init(
        step: Int, seed: UInt64, algorithm: Algorithm, network: Network, iql: IQL, optimizer: AdamW, precision: String,
        batchSize: Int, vocabulary: Vocabulary, dataSHA256: String, reward: RewardMix, encoder: String,
        unrecorded: [Figure] = [], sums: FigureSums = FigureSums()
    ) {
        self.step = step
        self.seed = seed
        self.algorithm = algorithm
        self.network = network
        self.iql = iql
        self.optimizer = optimizer
        self.precision = precision
        self.batchSize = batchSize
        self.vocabulary = vocabulary
        self.dataSHA256 = dataSHA256
        self.reward = reward
        self.encoder = encoder
        self.unrecorded = unrecorded
        self.sums = sums
    }
}

extension FeatureFormat {
    /// As in `patches`, `half 512`, `float 82`.
    public var name: String {
        switch self {
        case .patches: "patches"
        case .half(let channels): "half \(channels)"
        case .float(let channels): "float \(channels)"
        }
    }

    init?(name: String) {
        let parts = name.split(separator: " ")
        switch (parts.first, parts.count > 1 ? Int(parts[1]) : nil) {
        case ("patches", nil): self = .patches
        case ("half", let channels?) where (1...65_536).contains(channels): self = .half(channels: channels)
        case ("float", let channels?) where (1...65_536).contains(channels): self = .float(channels: channels)
        default: return nil
        }
    }
}

/// Why a checkpoint cannot be used.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// There is none.
        case missing
        /// Its files are not what its JSON says.
        case damaged
        /// It is of another run: other sizes, words, data or settings.
        case mismatch
        /// It cannot be written.
        case unwritable
    }

    public var code: Code
    public var message: String
    public var path: String

    public init(_ code: Code, _ message: String, path: String) {
        self.code = code
        self.message = message
        self.path = path
    }

    public var description: String { "\(path): \(message)" }
}
