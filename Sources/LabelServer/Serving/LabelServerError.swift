/// Why the server cannot run as asked.
package struct LabelServerError: Error, Sendable, CustomStringConvertible {
    /// What it is about.
    package enum Code: Sendable {
        /// The address is reachable from other machines, which was not allowed.
        case notLoopback
        /// The address cannot be listened on.
        case address
        /// The ledger's file cannot be written.
        case ledger
    }

    /// What it is about.
    package var code: Code
    /// What is wrong, and what to do.
    package var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
