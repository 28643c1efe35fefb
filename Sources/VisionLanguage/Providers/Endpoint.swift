internal import Foundation

/// Where calls go, made of whatever form of base URL a user has at hand.
struct Endpoint: Sendable {
    /// Scheme, host, port and path without the endpoint's own: what ``ModelIdentity`` keeps.
    let base: String
    /// What requests are sent to.
    let url: String
    let hasAPIVersion: Bool
    let host: String

    /// - Parameters:
    ///   - defaultPath: Where the API lies when the base URL has no path: `/v1`.
    ///   - tail: The endpoint below it: `/chat/completions`.
    init(_ text: String, defaultPath: String, tail: String) throws(ProviderOptions.Invalid) {
        try self.init(text, tail: tail) { $0.isEmpty ? defaultPath : $0 }
    }

    /// - Parameter resolve: The API's path, of the given one without slashes at its end and without `tail`.
    init(_ text: String, tail: String, resolve: (String) -> String) throws(ProviderOptions.Invalid) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty
        else {
            throw ProviderOptions.Invalid(
                description: "the base URL is not of the form https://host/path: \(Self.display(text))")
        }
        let names = (parts.queryItems ?? []).map { $0.name.lowercased() }
        guard parts.user == nil, parts.password == nil,
            !names.contains(where: { ["key", "api-key", "api_key", "apikey", "token", "access_token"].contains($0) })
        else {
            throw ProviderOptions.Invalid(
                description:
                    "the base URL \(Self.display(text)) holds credentials: a key goes into a variable or a file")
        }
        parts.scheme = scheme
        parts.fragment = nil
        var path = Self.trimmed(parts.percentEncodedPath)
        if path.hasSuffix(tail) { path = Self.trimmed(String(path.dropLast(tail.count))) }
        path = resolve(path)
        parts.percentEncodedPath = path + tail
        guard let url = parts.string else {
            throw ProviderOptions.Invalid(description: "the base URL cannot be used: \(Self.display(text))")
        }
        self.url = url
        self.host = host.lowercased()
        hasAPIVersion = names.contains("api-version")
        parts.percentEncodedPath = path
        parts.query = nil
        base = parts.string ?? "\(scheme)://\(host)\(path)"
    }

    private static func trimmed(_ path: String) -> String {
        var path = path
        while path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// A URL as far as it may be shown: no user, no query, no control characters.
    static func display(_ text: String) -> String {
        var shown = text.prefix { $0 != "?" && $0 != "#" }
        if let at = shown.lastIndex(of: "@") { shown = shown[shown.index(after: at)...] }
        return Redaction.oneLine(String(shown), limit: 200)
    }
}
