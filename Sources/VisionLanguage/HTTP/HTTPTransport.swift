internal import JSON

/// A request whose pictures are not copied into one body: they are written piece by piece.
package struct HTTPRequest: Sendable {
    /// A part of a body; large parts are sent without being copied.
    package enum Piece: Sendable {
        case bytes([UInt8])
        /// Its base64 text.
        case picture(EncodedPicture)
    }

    /// With its scheme.
    package var url: String
    /// Sent with POST. Values may hold keys: never to be logged.
    package var headers: [(name: String, value: String)]
    /// In order.
    package var body: [Piece]

    /// A request by its parts.
    package init(url: String, headers: [(name: String, value: String)], body: [Piece]) {
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// Of the body.
    package var byteCount: Int {
        body.reduce(0) { sum, piece in
            switch piece {
            case .bytes(let bytes): sum + bytes.count
            case .picture(let picture): sum + picture.base64.count
            }
        }
    }

    /// A document whose pictures stay where they are.
    static func pieces(_ document: JSONValue) -> [Piece] {
        JSONWriter.pieces(document).map { piece in
            switch piece {
            case .bytes(let bytes): .bytes(bytes)
            case .long(let long): (long as? EncodedPicture).map { .picture($0) } ?? .bytes(long.text)
            }
        }
    }

    /// The body in one piece, for files and tests.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for piece in body {
            switch piece {
            case .bytes(let text): bytes += text
            case .picture(let picture): bytes += picture.base64
            }
        }
        return bytes
    }
}

/// What a server sent back.
package struct HTTPReply: Sendable {
    /// As in 200.
    package var status: Int
    /// Names in lower case.
    package var headers: [String: String]
    /// All of it.
    package var body: [UInt8]

    /// A reply by its parts.
    package init(status: Int, headers: [String: String] = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Sends requests and reads replies; knows nothing of models.
package protocol HTTPTransport: Sendable {
    /// - Throws: ``CallFailure`` of the kind ``CallFailure/Kind/transport`` when no whole reply came.
    func send(_ request: HTTPRequest, timeout: Duration) async throws(CallFailure) -> HTTPReply
}

/// The API of a provider: requests and replies as values.
package protocol ProviderAPI: Sendable {
    /// - Throws: ``CallFailure`` of the kind ``CallFailure/Kind/invalid`` for what the API cannot express.
    func encode(_ request: VLMRequest) throws(CallFailure) -> HTTPRequest
    func decode(_ reply: HTTPReply) -> Result<VLMAnswer, CallFailure>
}

/// A model behind an HTTP API.
package struct ServedModel: VisionLanguageModel {
    /// Who answers.
    package let identity: ModelIdentity
    private let api: any ProviderAPI
    private let transport: any HTTPTransport

    /// A model behind `transport` that speaks `api`.
    package init(_ identity: ModelIdentity, api: any ProviderAPI, transport: any HTTPTransport) {
        self.identity = identity
        self.api = api
        self.transport = transport
    }

    /// One attempt; no second one is made here.
    package func answer(_ request: VLMRequest, timeout: Duration) async -> Result<VLMAnswer, CallFailure> {
        do throws(CallFailure) {
            return api.decode(try await transport.send(try api.encode(request), timeout: timeout))
        } catch {
            return .failure(error)
        }
    }
}
