internal import Ground

/// Names that an option lists with commas between them.
package enum NameList {
    /// The names, each once, in the order given.
    ///
    /// - Parameters:
    ///   - option: As the user wrote it, for the message.
    ///   - example: What is expected there.
    /// - Throws: ``StageError`` where there is none.
    package static func parse(_ text: String, option: String, example: String) throws -> [String] {
        try distinct(text.split(separator: ",").map(String.init), option: option, example: example)
    }

    /// The names of a list that was taken apart already, each once.
    ///
    /// - Throws: ``StageError`` where there is none.
    package static func distinct(_ given: [String], option: String, example: String) throws -> [String] {
        var names: [String] = []
        for name in given.map({ $0.trimmed }) where !name.isEmpty && !names.contains(name) { names.append(name) }
        guard !names.isEmpty else { throw StageError(.usage, "\(option): expected names such as \(example)") }
        return names
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
