/// Keys that a server accepts. They are never shown: neither by a description nor by a mirror.
public struct APIKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let keys: Set<String>

    public init(_ keys: some Sequence<String> = []) {
        self.keys = Set(keys.filter { !$0.isEmpty })
    }

    public var isEmpty: Bool { keys.isEmpty }

    func contains(_ key: String) -> Bool { keys.contains(key) }

    public var description: String { "\(keys.count) keys" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
