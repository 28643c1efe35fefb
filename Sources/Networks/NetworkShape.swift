package import Tensors

/// Sizes of policy and critic: an Episodic-Transformer-style network as SPRINT uses it, with its faults mended.
package struct NetworkShape: Sendable, Hashable {
    package enum Preset: String, Sendable, CaseIterable, Codable {
        /// For demonstrations: a third of the time of `small`.
        case tiny
        /// Trains on two cores in minutes.
        case small
        case medium
        /// The paper's size.
        case sprint
    }

    package var preset: Preset
    /// Width of all tokens, and of the feed-forward layers.
    package var width: Int
    package var heads: Int
    package var textLayers: Int
    /// Layers over words, frames and actions together.
    package var jointLayers: Int
    /// Channels after the first and the second convolution over a frame's cells.
    package var channels1: Int
    package var channels2: Int
    /// Dropout inside the transformer layers.
    package var dropout: Float
    package var features: FeatureFormat
    /// Words, padding and unknown included.
    package var vocabularySize: Int

    package init(_ preset: Preset, features: FeatureFormat, vocabularySize: Int) {
        self.preset = preset
        self.features = features
        self.vocabularySize = vocabularySize
        textLayers = 2
        jointLayers = 2
        switch preset {
        case .tiny: (width, heads, channels1, channels2, dropout) = (64, 2, 32, 16, 0)
        case .small: (width, heads, channels1, channels2, dropout) = (128, 4, 64, 32, 0)
        case .medium: (width, heads, channels1, channels2, dropout) = (384, 6, 128, 64, 0)
        case .sprint: (width, heads, channels1, channels2, dropout) = (768, 12, 256, 64, 0.1)
        }
    }

    package static let actionCount = 13
    package static let objectClassCount = 82
    /// Rows of the critic's table of objects: the classes and one for what is in no class.
    package static let objectCount = 83
}
