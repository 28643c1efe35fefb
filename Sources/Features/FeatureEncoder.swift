package import Ground
internal import Episodes
internal import Frames

/// What turns a frame into features [channels, 7, 7]. Patches of the picture itself need no encoder.
package enum FeatureEncoder: String, Sendable, CaseIterable {
    /// ResNet-18's trunk over the picture, with torchvision's weights: 512 channels.
    case resnet18
    /// ALFRED's own rows of `feat_conv.pt`.
    case featConv
    /// An oracle: for each object class the share of a cell's pixels that show it, from the simulator's masks.
    case segmentation

    /// Whether it tells what no camera sees. Tables that compare policies name such encoders as oracles.
    package var isOracle: Bool { self == .segmentation }

    /// In words, for users.
    package var title: String {
        switch self {
        case .resnet18: "ResNet-18 over the pictures"
        case .featConv: "the rows of feat_conv.pt"
        case .segmentation: "oracle: the simulator's object classes"
        }
    }

    /// Cells of a side of the features.
    package static let grid = 7

    /// The format of a record with so many channels.
    static func format(channels: Int) -> FrameFormat? {
        FrameFormat(element: .float16, shape: [channels, grid, grid])
    }
}

/// Why features cannot be computed.
package struct EncodingError: ExitCoded, Equatable {
    /// What kind of fault it is.
    package enum Code: Sendable {
        /// The options do not fit each other.
        case usage
        /// Something that is there cannot be used.
        case badInput
        /// A file or a dataset is not there.
        case missing
        /// The features cannot be written.
        case unwritable
    }

    /// What kind of fault it is.
    package var code: Code
    /// What is wrong and what to do about it.
    package var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

extension EncodingError {
    package var exit: StageExit {
        switch code {
        case .usage: .usage
        case .badInput: .badInput
        case .missing: .inputMissing
        case .unwritable: .cannotWrite
        }
    }
}
