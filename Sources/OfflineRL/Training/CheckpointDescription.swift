package import Episodes
package import Ground
package import Networks
package import Tensors

/// What a checkpoint's JSON says: everything but the numbers of the tensors.
package struct CheckpointDescription: Sendable, Equatable, Codable {
    /// Sizes of the networks.
    package struct Network: Sendable, Equatable, Codable {
        /// The name of the sizes.
        package var preset: String
        /// Of the tokens.
        package var width: Int
        /// Of attention.
        package var heads: Int
        /// Of the words' encoder.
        package var textLayers: Int
        /// Of words and frames together.
        package var jointLayers: Int
        /// Of the first convolution over a frame's features.
        package var channels1: Int
        /// Of the second.
        package var channels2: Int
        /// The share that is dropped while training.
        package var dropout: Float
        /// As in `patches`, or `half 512`.
        package var features: String

        /// Of a network's shape.
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
        /// Updates done when it was measured.
        package var step: Int
        /// What it was measured on.
        package var split: String
        /// As in `loss/action`.
        package var name: String
        /// What was measured.
        package var value: Double

        /// A figure.
        package init(step: Int, split: String, name: String, value: Double) {
            self.step = step
            self.split = split
            self.name = name
            self.value = value
        }
    }

    /// Of this form of the JSON.
    package static let currentVersion = 2

    /// Of the form of the JSON.
    package var version = Self.currentVersion
    /// Updates made; also the number of the sampler's next batch. Dropout depends on it and on the seed: there is no
    /// other state of random numbers.
    package var step: Int
    /// How the policy is learned; its members are the JSON's own.
    package var settings: LearningSettings
    /// Sizes of the networks.
    package var network: Network
    /// The words by id.
    package var vocabulary: Vocabulary
    /// Figures that are not yet in the store.
    package var unrecorded: [Figure]
    /// Training figures since their last row.
    package var sums: FigureSums
    /// What the validations have shown so far; nil where none of them may end the run.
    package var earlyStop: EarlyStop?

    /// A description of the present version.
    package init(
        step: Int, settings: LearningSettings, network: Network, vocabulary: Vocabulary, unrecorded: [Figure] = [],
        sums: FigureSums = FigureSums(), earlyStop: EarlyStop? = nil
    ) {
        self.step = step
        self.settings = settings
        self.network = network
        self.vocabulary = vocabulary
        self.unrecorded = unrecorded
        self.sums = sums
        self.earlyStop = earlyStop
    }
}

extension CheckpointDescription {
    private enum CodingKeys: String, CodingKey {
        case version, step, network, vocabulary, unrecorded, sums
        // The settings' own member of the name is the patience.
        case earlyStop = "stopping"
    }

    /// - Throws: `DecodingError`.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        version = try members.decode(Int.self, forKey: .version)
        step = try members.decode(Int.self, forKey: .step)
        settings = try LearningSettings(from: decoder)
        network = try members.decode(Network.self, forKey: .network)
        vocabulary = try members.decode(Vocabulary.self, forKey: .vocabulary)
        unrecorded = try members.decode([Figure].self, forKey: .unrecorded)
        sums = try members.decode(FigureSums.self, forKey: .sums)
        earlyStop = try members.decodeIfPresent(EarlyStop.self, forKey: .earlyStop)
    }

    /// - Throws: `EncodingError`.
    package func encode(to encoder: any Encoder) throws {
        try settings.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(version, forKey: .version)
        try members.encode(step, forKey: .step)
        try members.encode(network, forKey: .network)
        try members.encode(vocabulary, forKey: .vocabulary)
        try members.encode(unrecorded, forKey: .unrecorded)
        try members.encode(sums, forKey: .sums)
        try members.encodeIfPresent(earlyStop, forKey: .earlyStop)
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
package struct CheckpointError: ExitCoded, Equatable {
    /// What is wrong.
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

    /// What is wrong.
    package var code: Code
    /// What is wrong and what to do about it.
    package var message: String
    /// The checkpoint or the run's folder.
    package var path: String

    /// An error about the files at `path`.
    package init(_ code: Code, _ message: String, path: String) {
        self.code = code
        self.message = message
        self.path = path
    }

    /// One line: the path and what is wrong.
    package var description: String { "\(path): \(message)" }
}

extension CheckpointError {
    package var exit: StageExit {
        switch code {
        case .missing, .damaged, .mismatch: .badInput
        case .unwritable: .cannotWrite
        }
    }
}
