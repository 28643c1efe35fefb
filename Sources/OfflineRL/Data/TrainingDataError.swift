package import Ground

/// Why there is nothing to train on.
package struct TrainingDataError: ExitCoded, Equatable {
    /// What is missing.
    package enum Code: Sendable {
        /// The frame store is not this dataset's, or holds something that is no frame.
        case frames
        /// No instruction is left.
        case empty
        /// The label run has no score of any step.
        case unscored
        /// What the network sees cannot be moved by pixels.
        case shift
    }

    /// What is missing.
    package var code: Code
    /// What is missing and what to do about it.
    package var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
    package var exit: StageExit { code == .shift ? .usage : .inputMissing }
}
