/// A whole reply, before it is written.
struct ViewerReply: Sendable {
    var status: Int
    var type: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]

    init(status: Int = 200, html: String) {
        self.init(status: status, type: "text/html; charset=utf-8", body: Array(html.utf8))
    }

    init(status: Int, text: String) {
        self.init(status: status, type: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
    }

    init(status: Int = 200, type: String, body: [UInt8]) {
        self.status = status
        self.type = type
        self.body = body
    }

    static func redirect(to location: String) -> ViewerReply {
        var reply = ViewerReply(status: 303, text: location)
        reply.headers.append(("location", location))
        return reply
    }

    /// What every reply says: nothing is loaded from elsewhere, no other site shows or reads it.
    static let security: [(name: String, value: String)] = [
        (
            "content-security-policy",
            "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; "
                + "base-uri 'none'; frame-ancestors 'none'"
        ),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        // With less than this, browsers send no Origin with the flag form.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ]
}
