internal import Foundation

/// A key that is sent in a header and shown nowhere: not in descriptions, dumps, errors or files.
package struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Why there is no key; it never holds one.
    package struct LoadError: Error, Equatable, CustomStringConvertible {
        /// Names the variable or file, never what is in it.
        package var description: String
    }

    /// For headers only.
    let secret: String

    /// - Throws: ``LoadError`` when nothing is left of `text` without the space around it, or it cannot stand in a
    ///   header.
    package init(_ text: String) throws(LoadError) {
        try self.init(text, from: "the key")
    }

    /// - Parameter environment: Nil for the process's own.
    /// - Throws: ``LoadError`` also when the variable is not set.
    package init(
        environmentVariable name: String, in environment: [String: String]? = nil
    ) throws(LoadError) {
        guard let text = (environment ?? ProcessInfo.processInfo.environment)[name] else {
            throw LoadError(description: "the environment variable \(name) is not set: put the API key into it")
        }
        try self.init(text, from: "the environment variable \(name)")
    }

    /// - Throws: ``LoadError`` also when the file cannot be read.
    package init(file path: String) throws(LoadError) {
        let content: Data
        do {
            content = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw LoadError(description: "the key file \(path) cannot be read")
        }
        try self.init(String(decoding: content, as: UTF8.self), from: "the key file \(path)")
    }

    private init(_ text: String, from source: String) throws(LoadError) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw LoadError(description: "\(source) is empty") }
        guard text.utf8.count <= 8192, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw LoadError(description: "\(source) holds no API key: one line of ASCII without spaces is expected")
        }
        secret = text
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
