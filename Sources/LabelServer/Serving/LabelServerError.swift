/// Why the server cannot run as asked.
package struct LabelServerError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The address is reachable from other machines, which was not allowed.
        case notLoopback
        /// The address cannot be listened on.
        case address
        /// The ledger's file cannot be written.
        case ledger
    }

    package var code: Code
    package var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
