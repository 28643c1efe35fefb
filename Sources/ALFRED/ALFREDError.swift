package import Ground

/// What is wrong with a file of the dataset, and where.
///
/// Its description reads `file: location: message`, with the parts that are known.
package struct ALFREDError: ExitCoded, Equatable {
    /// The kind of problem, for code that reacts to it.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case unreadable, tooLarge, malformed, missingKey, wrongType, invalidValue, misaligned, ambiguous
        }
        private let kind: Kind
        private init(_ kind: Kind) { self.kind = kind }

        /// The file cannot be opened or read.
        package static let unreadable = Code(.unreadable)
        /// The file exceeds the size its kind may have.
        static let tooLarge = Code(.tooLarge)
        /// The bytes do not follow the format.
        package static let malformed = Code(.malformed)
        /// A required key is absent.
        static let missingKey = Code(.missingKey)
        /// A value has another type than the format says.
        static let wrongType = Code(.wrongType)
        /// A value lies outside what the format allows.
        package static let invalidValue = Code(.invalidValue)
        /// Two parts that belong together (images and actions, rows and observations) do not match.
        static let misaligned = Code(.misaligned)

        /// Several things are meant by a name.
        static let ambiguous = Code(.ambiguous)

        package var description: String { kind.rawValue }
    }

    /// What kind of fault it is.
    package var code: Code
    /// What is wrong, in words.
    package var message: String
    /// Path of the file, relative to the dataset where the reader knows it.
    package var file: String?
    /// Place inside the file: a JSON path, a line and column, or a byte offset.
    package var location: String?

    package init(_ code: Code, _ message: String, file: String? = nil, location: String? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.location = location
    }

    /// The same error with its file named, unless it already is.
    package func inFile(_ path: String) -> ALFREDError {
        var copy = self
        copy.file = copy.file ?? path
        return copy
    }
}

extension ALFREDError {
    /// What the system says of a file of the dataset.
    package init(_ error: FileError) {
        self.init(error.code == .tooLarge ? .tooLarge : .unreadable, error.message, file: error.file)
    }
}

extension ALFREDError {
    package var description: String {
        [file, location, message].compactMap { $0 }.joined(separator: ": ")
    }

    /// Input is missing where a file cannot be read, else bad.
    package var exit: StageExit {
        switch code {
        case .unreadable: .inputMissing
        case .ambiguous: .usage
        default: .badInput
        }
    }
}
