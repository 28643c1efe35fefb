/// Words as a POSIX shell reads them.
package enum ShellWords {
    /// The words as one line that a shell takes apart into them again.
    package static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    /// A word as it is where it means only itself, else in single quotes.
    package static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./=:,@%+".utf8.contains($0)
            }
        }
        if isPlain, !word.isEmpty { return word }
        // By code unit: a combining mark behind the quote would hide it.
        let escaped = word.unicodeScalars.map { $0 == "'" ? #"'\''"# : String($0) }.joined()
        return "'" + escaped + "'"
    }
}
