package import Networks
package import Tensors

/// What a checkpoint's JSON says: everything but the numbers of the tensors.
package struct CheckpointDescription: Sendable, Equatable, Codable {
    /// Sizes of the networks.
    package struct Network: Sendable, Equatable, Codable {
        package var preset: String
        package var width: Int
        package var heads: Int
        package var textLayers: Int
        package var jointLayers: Int
        package var channels1: Int
        package var channels2: Int
        package var dropout: Float
        /// As in `patches`, or `half 512`.
        package var features: String

        package init(_ shape: NetworkShape) {
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
    package struct Figure: Sendable, Equatable, Codable {
        package var step: Int
        package var split: String
        package var name: String
        package var value: Double

        package init(step: Int, split: String, name: String, value: Double) {
            self.step = step
            self.split = split
            self.name = name
            self.value = value
        }
    }

    package static let currentVersion = 1

    package var version = Self.currentVersion
    /// Updates made; also the number of the sampler's next batch. Dropout depends on it and on the seed: there is no other
    /// state of random numbers.
    package var step: Int
    package var seed: UInt64
    package var algorithm: Algorithm
    package var network: Network
    package var iql: IQL
    package var optimizer: AdamW
    package var precision: String
    package var batchSize: Int
    /// The words by id.
    package var vocabulary: Vocabulary
    /// What the windows are cut from: a hash of the training set's lists.
    package var dataSHA256: String
    package var reward: RewardMix
    package var encoder: String
    package var unrecorded: [Figure]
    /// Training figures since their last row.
    package var sums: FigureSums

    package init(
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
    package var name: String {
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
package struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable {
        /// There is none.
        case missing
        /// Its files are not what its JSON says.
        case damaged
        /// It is of another run: other sizes, words, data or settings.
        case mismatch
        /// It cannot be written.
        case unwritable
    }

    package var code: Code
    package var message: String
    package var path: String

    package init(_ code: Code, _ message: String, path: String) {
        self.code = code
        self.message = message
        self.path = path
    }

    package var description: String { "\(path): \(message)" }
}
