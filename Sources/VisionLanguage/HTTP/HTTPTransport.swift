/// A request whose pictures are not copied into one body: they are written piece by piece.
public struct HTTPRequest: Sendable {
    public enum Piece: Sendable {
        case bytes([UInt8])
        /// Its base64 text.
        case picture(EncodedPicture)
    }

    public var url: String
    /// Sent with POST. Values may hold keys: never to be logged.
    public var headers: [(name: String, value: String)]
    public var body: [Piece]

    public init(url: String, headers: [(name: String, value: String)], body: [Piece]) {
        self.url = url
        self.headers = headers
        self.body = body
    }

    public var byteCount: Int {
        body.reduce(0) { sum, piece in
            switch piece {
            case .bytes(let bytes): sum + bytes.count
            case .picture(let picture): sum + picture.base64.count
            }
        }
    }

    /// The body in one piece, for files and tests.
    public var bytes: [UInt8] {
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

public struct HTTPReply: Sendable {
    public var status: Int
    /// Names in lower case.
    public var headers: [String: String]
    public var body: [UInt8]

    public init(status: Int, headers: [String: String] = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Sends requests and reads replies; knows nothing of models.
public protocol HTTPTransport: Sendable {
    /// - Throws: ``CallFailure`` of the kind ``CallFailure/Kind/transport`` when no whole reply came.
    func send(_ request: HTTPRequest, timeout: Duration) async throws(CallFailure) -> HTTPReply
}

/// The API of a provider: requests and replies as values.
public protocol ProviderAPI: Sendable {
    /// - Throws: ``CallFailure`` of the kind ``CallFailure/Kind/invalid`` for what the API cannot express.
    func encode(_ request: VLMRequest) throws(CallFailure) -> HTTPRequest
    func decode(_ reply: HTTPReply) -> Result<VLMAnswer, CallFailure>
}

/// A model behind an HTTP API.
public struct ServedModel: VisionLanguageModel {
    public let identity: ModelIdentity
    private let api: any ProviderAPI
    private let transport: any HTTPTransport

    public init(_ identity: ModelIdentity, api: any ProviderAPI, transport: any HTTPTransport) {
        self.identity = identity
        self.api = api
        self.transport = transport
    }

    public func answer(_ request: VLMRequest, timeout: Duration) async -> Result<VLMAnswer, CallFailure> {
        do throws(CallFailure) {
            return api.decode(try await transport.send(try api.encode(request), timeout: timeout))
        } catch {
            return .failure(error)
        }
    }
}
