/// What a request asks, without the connection it came over.
struct ViewerRequest: Sendable {
    var method: String
    /// Path and query as they came.
    var target: String
    var host: String?
    var origin: String?
    var fetchSite: String?
    var contentType: String?
    var ifNoneMatch: String?
    var body: [UInt8]

    init(
        _ method: String, _ target: String, host: String?, origin: String? = nil, fetchSite: String? = nil,
        contentType: String? = nil, ifNoneMatch: String? = nil, body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.host = host
        self.origin = origin
        self.fetchSite = fetchSite
        self.contentType = contentType
        self.ifNoneMatch = ifNoneMatch
        self.body = body
    }

    var path: Substring { target.prefix { $0 != "?" } }
    /// Without the question mark.
    var query: Substring { target.dropFirst(path.count + 1) }

    /// The largest body of a request, in bytes.
    static let bodyLimit = 64 << 10
}

/// Who may ask, and who may change something.
enum RequestGuard {
    /// Whether `host` names this machine's loopback, with any port: a tunnel may lead from another one. A page of
    /// another site whose name was turned to 127.0.0.1 still says its own name here.
    static func isLoopback(host: String?) -> Bool {
        guard let host else { return false }
        let parts = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, ["127.0.0.1", "localhost"].contains(name.lowercased()) else { return false }
        guard parts.count == 2 else { return true }
        return (1...5).contains(parts[1].utf8.count) && parts[1].utf8.allSatisfy { (48...57).contains($0) }
    }

    /// Whether the browser says that a page of this server sent the form. What the browser says must be said at least
    /// once and never otherwise.
    static func isSameOrigin(_ request: ViewerRequest) -> Bool {
        guard let host = request.host, request.origin != nil || request.fetchSite != nil else { return false }
        return (request.origin.map { $0.lowercased() == "http://" + host.lowercased() } ?? true)
            && (request.fetchSite.map { $0 == "same-origin" } ?? true)
    }

    /// Compares in the same time whatever differs.
    static func areEqual(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
