internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// A whole reply, before it is written.
struct Reply {
    var status: Int
    var type = "application/json"
    var headers: [APIError.Header] = []
    var body: [UInt8]

    init(status: Int = 200, type: String = "application/json", body: [UInt8]) {
        self.status = status
        self.type = type
        self.body = body
    }

    init(_ error: APIError) {
        status = error.status
        headers = error.headers
        body = error.body
    }

    init(json: String) { self.init(body: Array(json.utf8)) }

    var head: HTTPResponse {
        var fields = HTTPFields()
        fields[.contentType] = type
        fields[.contentLength] = "\(body.count)"
        for header in headers {
            if let name = HTTPField.Name(header.name) { fields[name] = header.value }
        }
        return HTTPResponse(status: .init(code: status), headerFields: fields)
    }
}

extension ResponseWriter {
    /// - Parameter isHead: Whether only the head was asked for.
    consuming func write(_ reply: Reply, isHead: Bool = false) async throws {
        if isHead {
            try await writeResponse(reply.head)
        } else {
            try await write(response: reply.head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
        }
    }
}
