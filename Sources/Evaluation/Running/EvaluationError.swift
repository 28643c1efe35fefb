package import Ground

/// Why nobody can be evaluated.
package struct EvaluationError: ExitCoded, Equatable {
    /// What kind of fault it is.
    package enum Code: Sendable {
        /// A run, a checkpoint, frames or the release are not there.
        case missing
        /// The run cannot act in the simulator.
        case unfit
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

extension EvaluationError {
    package var exit: StageExit {
        switch code {
        case .missing: .inputMissing
        case .unfit: .badInput
        }
    }
}
