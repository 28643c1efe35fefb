/// Why the server cannot run as asked.
public struct LabelServerError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The address is reachable from other machines, which was not allowed.
        case notLoopback
        /// The address cannot be listened on.
        case address
        /// The ledger's file cannot be written.
        case ledger
    }

    public var code: Code
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
