extension Unicode.Scalar {
    /// Whether it steers a terminal or turns the direction of writing.
    package var isSteering: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension String {
    /// The text made safe for a terminal, wherever it comes from: characters that steer it become `?`.
    ///
    /// - Parameter keepingLines: Whether newlines stay.
    package func printable(keepingLines: Bool = false) -> String {
        let scalars = unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.isSteering && !(keepingLines && scalar == "\n") ? "?" : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
