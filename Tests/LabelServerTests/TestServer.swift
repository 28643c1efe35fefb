import Foundation
import Testing
import VisionLanguage

@testable import LabelServer

/// Answers what a closure says.
struct FakeModel: VisionLanguageModel {
    let identity = ModelIdentity(provider: "fake", baseURL: "", model: "fake-1")
    var reply: @Sendable (VLMRequest) async -> Result<VLMAnswer, CallFailure> = { request in
        .success(VLMAnswer(text: "[\(request.text.utf8.count)]", usage: TokenUsage(prompt: 100, completion: 8)))
    }

    func answer(_ request: VLMRequest, timeout: Duration) async -> Result<VLMAnswer, CallFailure> {
        await reply(request)
    }
}

/// Runs a server for as long as `body` runs.
func withServer<T: Sendable>(
    _ configuration: LabelServer.Configuration = .init(), model: any VisionLanguageModel = FakeModel(),
    _ body: @Sendable @escaping (_ port: Int, _ server: LabelServer) async throws -> T
) async throws -> T {
    var configuration = configuration
    configuration.stopGrace = .milliseconds(200)
    let server = try LabelServer(configuration, model: model)
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let running = Task {
        defer { continuation.finish() }
        try await server.run { continuation.yield($0) }
    }
    defer { server.stop() }
    guard let port = await ports.first(where: { _ in true }) else {
        try await running.value
        throw LabelServerError(.address, "the server ended before it listened")
    }
    let result = try await body(port, server)
    server.stop()
    try await running.value
    return result
}

/// Runs what blocks on a thread of its own: the server shares the tasks' threads.
func blocking<T: Sendable>(_ body: @Sendable @escaping () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

struct RawReply: Sendable {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]
    /// Whether the body has the length its head says.
    var isWhole: Bool

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: [String: Any] { ((try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]) ?? [:] }
    var error: [String: Any] { json["error"] as? [String: Any] ?? [:] }
    var choice: [String: Any] { (json["choices"] as? [[String: Any]])?.first ?? [:] }
    var message: [String: Any] { choice["message"] as? [String: Any] ?? [:] }
    var usage: [String: Any] { json["usage"] as? [String: Any] ?? [:] }
}

/// A blocking HTTP client on a bare socket, which sees what others hide.
final class RawConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var timeout = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    /// Has the connection end with a reset in place of a farewell.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            sent += count
        }
    }

    func request(_ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil) throws {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        try send(Array((head + "\r\n").utf8) + (body ?? []))
    }

    func chat(_ body: String, reference: String? = nil, headers: [String: String] = [:]) throws {
        var headers = headers
        if let reference { headers["X-Client-Request-Id"] = reference }
        try request("POST", "/v1/chat/completions", headers: headers, body: Array(body.utf8))
    }

    /// Nil where the connection ended before a head.
    func reply(isHead: Bool = false) throws -> RawReply? {
        let mark = Array("\r\n\r\n".utf8)
        var end: Int?
        while true {
            end = buffer.indices.first { buffer[$0...].starts(with: mark) }
            if end != nil { break }
            guard try receive() else { return nil }
        }
        guard let end else { return nil }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        buffer.removeFirst(end + 4)
        var reply = RawReply(status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: [:], body: [], isWhole: true)
        for line in lines.dropFirst() {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            reply.headers[line[..<colon].lowercased()] = line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
        }
        let length = isHead || reply.status == 100 ? 0 : Int(reply.headers["content-length"] ?? "") ?? 0
        while buffer.count < length {
            guard try receive() else { break }
        }
        reply.isWhole = buffer.count >= length
        reply.body = Array(buffer.prefix(length))
        buffer.removeFirst(min(length, buffer.count))
        return reply
    }

    /// False at the end of the connection.
    private func receive() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0, errno == EAGAIN { throw POSIXError(.ETIMEDOUT) }
        guard count > 0 else { return false }
        buffer += piece[..<count]
        return true
    }

    static func chat(port: Int, _ body: String, reference: String? = nil, headers: [String: String] = [:]) async throws
        -> RawReply?
    {
        try await blocking {
            let connection = try RawConnection(port: port)
            try connection.chat(body, reference: reference, headers: headers)
            return try connection.reply()
        }
    }

    static func get(port: Int, _ path: String, headers: [String: String] = [:]) async throws -> RawReply {
        try await blocking {
            let connection = try RawConnection(port: port)
            try connection.request("GET", path, headers: headers)
            return try #require(try connection.reply())
        }
    }
}

let question = #"{"model":"any","messages":[{"role":"user","content":"What?"}]}"#
