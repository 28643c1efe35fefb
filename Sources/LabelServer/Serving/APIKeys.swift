/// Keys that a server accepts. They are never shown: neither by a description nor by a mirror.
package struct APIKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let keys: Set<String>

    /// Any of these lets a request in; none of them lets in all.
    package init(_ keys: some Sequence<String> = []) {
        self.keys = Set(keys.filter { !$0.isEmpty })
    }

    /// Whether everybody is let in.
    package var isEmpty: Bool { keys.isEmpty }

    func contains(_ key: String) -> Bool { keys.contains(key) }

    package var description: String { "\(keys.count) keys" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
