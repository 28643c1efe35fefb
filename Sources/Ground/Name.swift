/// The rule for names of runs, datasets, rows and task sets: they become parts of file names, keys and web addresses.
package enum Name {
    /// Bytes a name may have. What is added to it has to fit into a file's name, of 255.
    package static let greatestLength = 100

    /// What ``isValid(_:)`` asks for, for messages.
    package static let rule = "letters, digits, '.', '_' and '-', at most 100 and not '.' at the beginning"

    /// Whether `text` is 1 to 100 of the letters A to Z and a to z, digits, `.`, `_` and `-`, and no dot comes first.
    package static func isValid(_ text: String) -> Bool {
        (1...greatestLength).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
            && text.utf8.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
