/// Why there is nothing to train on.
package struct TrainingDataError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The store has no such dataset, or several and none was named.
        case dataset
        /// The store has no such label run on this dataset.
        case labelRun
        /// The frame store is not this dataset's, or holds something that is no frame.
        case frames
        /// No instruction is left.
        case empty
    }

    package var code: Code
    package var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
