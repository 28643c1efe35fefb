/// Why there is nothing to train on.
public struct TrainingDataError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The store has no such dataset, or several and none was named.
        case dataset
        /// The store has no such label run on this dataset.
        case labelRun
        /// The frame store is not this dataset's, or holds something that is no frame.
        case frames
        /// No instruction is left.
        case empty
    }

    public var code: Code
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
