package import JSON

/// How to reach a model, whichever API serves it.
package struct ProviderOptions: Sendable {
    /// How closely the model looks at pictures (OpenAI's `detail`).
    package enum Detail: String, Sendable, Codable, CaseIterable {
        case low, high, auto
    }

    /// The name under which the limit of tokens is sent to an OpenAI-compatible server. Reasoning models of OpenAI take
    /// only the newer one, other servers often only the older one.
    package enum TokenLimitField: String, Sendable, Codable, CaseIterable {
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// With or without version and endpoint: `https://api.openai.com`, `http://localhost:8000/v1/`,
    /// `https://x.openai.azure.com/openai/deployments/D?api-version=V`.
    package var baseURL: String
    /// As the server knows it.
    package var model: String
    /// Nil for a server that asks for none.
    package var key: APIKey?
    /// How closely pictures are looked at; nil for the server's choice.
    package var detail: Detail?
    /// What the limit of tokens is called.
    package var tokenLimitField: TokenLimitField
    /// Whether the server is told the schema of the answer.
    package var sendsSchema: Bool
    /// Merged into the body (RFC 7396): objects member by member, null removes a field of ours.
    package var extraBody: JSONValue
    /// Sent beside ours. Values may be secret: they are not shown.
    package var extraHeaders: [String: String]

    /// Options by their parts.
    package init(
        baseURL: String, model: String, key: APIKey? = nil, detail: Detail? = nil,
        tokenLimitField: TokenLimitField = .maxTokens, sendsSchema: Bool = true, extraBody: JSONValue = .object([]),
        extraHeaders: [String: String] = [:]
    ) {
        self.baseURL = baseURL
        self.model = model
        self.key = key
        self.detail = detail
        self.tokenLimitField = tokenLimitField
        self.sendsSchema = sendsSchema
        self.extraBody = extraBody
        self.extraHeaders = extraHeaders
    }

    /// What of this decides the answer, beside ``ModelIdentity`` and the request: part of ``RequestHash``.
    package var answerSettings: String {
        let settings: JSONValue = .object([
            .init("detail", detail.map { .string($0.rawValue) } ?? .null),
            .init("sendsSchema", .bool(sendsSchema)),
            .init("extraBody", extraBody.sortedByName),
        ])
        return String(decoding: JSONWriter.bytes(settings), as: UTF8.self)
    }
}

extension ProviderOptions: CustomStringConvertible, CustomReflectable {
    /// Options that name no server or cannot be sent.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        package var description: String
    }

    package var description: String { "\(model) at \(Endpoint.display(baseURL))" }

    package var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "baseURL": Endpoint.display(baseURL), "model": model, "key": key as Any, "detail": detail as Any,
                "extraHeaders": extraHeaders.keys.sorted(),
            ])
    }

    /// - Throws: ``Invalid`` for what must not go into a request.
    func checked() throws(Invalid) -> ProviderOptions {
        guard !model.isEmpty else { throw Invalid(description: "no model is named") }
        guard extraBody.members != nil else { throw Invalid(description: "the extra body is not a JSON object") }
        for (name, value) in extraHeaders {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
                throw Invalid(description: "an extra header's name has characters that no header may have")
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw Invalid(description: "the extra header \(name) has control characters")
            }
        }
        return self
    }

    /// RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Ours, then the extra ones, which replace ours of the same name.
    func headers(_ own: [(String, String)], for request: VLMRequest) -> [(name: String, value: String)] {
        let extra = extraHeaders.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        let names = Set(extra.map { $0.name.lowercased() })
        let all =
            [("Content-Type", "application/json"), ("Accept", "application/json")] + own
            + [("X-Client-Request-Id", Self.headerSafe(request.reference))]
        return all.filter { !names.contains($0.0.lowercased()) }.map { (name: $0.0, value: $0.1) } + extra
    }

    private static func headerSafe(_ reference: String) -> String {
        String(
            decoding: reference.utf8.prefix(64).map { byte in
                isTokenByte(byte) ? byte : UInt8(ascii: "_")
            }, as: UTF8.self)
    }
}
