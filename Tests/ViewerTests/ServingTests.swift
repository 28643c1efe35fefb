import Episodes
import ExperimentStore
import Foundation
import StoreFixture
import TestSupport
import Testing

@testable import Viewer

/// Over real sockets.
@Suite struct ServingTests {
    @Test func pagesOverASocket() async throws {
        let world = try await ViewerWorld()
        let id = try world.firstEpisode()
        try await withViewer(world) { port in
            let pages = [
                ("/", "Episodes"), ("/labels", "Label runs"), ("/episodes/\(id)", "Episode \(id)"),
                ("/episodes/\(id)/1", "Episode \(id), step 1"), ("/rollouts/1", "Rollout 1"),
            ]
            let connection = try Connection(port)
            for (target, title) in pages {
                let reply = try connection.ask("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
                #expect(
                    reply.status == 200 && reply.body.contains("<title>\(title) - world.sqlite</title>"), "\(target)")
                #expect(reply.headers["content-type"] == "text/html; charset=utf-8")
                for (name, value) in ViewerReply.security { #expect(reply.headers[name] == value, "\(name)") }
            }
            let head = try connection.ask("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", hasBody: false)
            #expect(head.status == 200 && (Int(head.headers["content-length"] ?? "") ?? 0) > 1000)
            let frame = try connection.ask("GET /frames/\(id)/0.png HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(frame.status == 200 && frame.headers["content-type"] == "image/png")
            let mark = frame.headers["etag"] ?? ""
            let again = try connection.ask(
                "GET /frames/\(id)/0.png HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \(mark)\r\n\r\n", hasBody: false)
            #expect(again.status == 304)
            #expect(try connection.ask("GET /labels HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200)
        }
    }

    @Test func onlyPagesOfTheStoreAreServed() async throws {
        let world = try await ViewerWorld()
        try await withViewer(world) { port in
            let targets = [
                "/episodes/../../etc/passwd", "/../../etc/passwd", "//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                "/episodes/..%2f..%2fetc%2fpasswd", "/frames/../world.sqlite", "/world.sqlite", "/episodes/-1",
                "/episodes/99999999999999999999999999", "/episodes/abc", "/episodes/1/abc",
                "/episodes/1/99999999999999999999",
                "/frames/-1/0.png", "/frames/1/-1.png", "/rollouts/0", "/rollouts/1e9", "/\\..\\x", "/favicon.ico",
            ]
            for target in targets {
                let reply = try Connection(port).ask("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(reply.status == 404 && !reply.body.contains("root:"), "\(target)")
            }
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
                let reply = try Connection(port).ask(
                    "\(method) / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
                #expect(reply.status == 405, "\(method)")
            }
        }
    }

    @Test func otherNamesOfThisMachineAreRefused() async throws {
        let world = try await ViewerWorld()
        try await withViewer(world) { port in
            let heads = [
                "Host: evil.example", "Host: evil.example:\(port)", "Host: localhost.evil.example", "Host:",
                "Host: localhost\r\nHost: evil.example", "Host: evil.example\r\nHost: localhost", "X: y",
            ]
            for head in heads {
                let reply = try Connection(port).ask("GET / HTTP/1.1\r\n\(head)\r\n\r\n")
                #expect(reply.status == 403 || reply.status == 400, "\(head)")
                #expect(!reply.body.contains("<h1>Episodes"))
            }
            let absolute = try Connection(port).ask("GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            #expect(absolute.status == 403)
        }
    }

    @Test func formsOverASocket() async throws {
        let world = try await ViewerWorld()
        let id = try world.firstEpisode()
        try await withViewer(world) { port in
            let page = try Connection(port).ask("GET /episodes/\(id)/1 HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
                .body
            let token = try #require(page.firstMatch(of: /name="token" value="([^"]+)"/)).output.1
            func post(_ origin: String, _ body: String, extra: String = "") throws -> Int {
                try Connection(port).ask(
                    """
                    POST /episodes/\(id)/1/flag HTTP/1.1\r\nHost: localhost:\(port)\r\n\(origin)\r\n\(extra)\
                    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
                    """
                ).status
            }
            let form = "token=\(token)&do=set&note=over+a+socket"
            #expect(try post("Origin: http://evil.example", form) == 403)
            #expect(try post("Origin: http://localhost:\(port)\r\nOrigin: http://evil.example", form) == 403)
            #expect(try post("Sec-Fetch-Site: cross-site", form) == 403)
            #expect(try post("X: y", form) == 403)
            #expect(try world.reading().read { try EpisodeFlag.all(episode: id, $0) }.isEmpty)
            #expect(try post("Origin: http://localhost:\(port)", form, extra: "Sec-Fetch-Site: same-origin\r\n") == 303)
            #expect(try world.reading().read { try EpisodeFlag.all(episode: id, $0) }.map(\.note) == ["over a socket"])
            #expect(try post("Sec-Fetch-Site: same-origin", form + String(repeating: "x", count: 70_000)) == 413)
        }
        // It is in the store, not in the server.
        #expect(try world.site().get("/episodes/\(id)/1").text.contains("over a socket"))
    }

    @Test func manyReadersAtATime() async throws {
        let world = try await ViewerWorld()
        try await withViewer(world) { port in
            let group = DispatchGroup()
            let failures = FailureCount()
            for index in 0..<8 {
                Thread.detachNewThread(in: group) {
                    for round in 0..<20 {
                        let target = ["/", "/labels", "/?sort=anomaly", "/frames/1/0.png"][(index + round) % 4]
                        let reply = try? Connection(port).ask("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        if reply?.status != 200 { failures.add() }
                    }
                }
            }
            group.wait()
            #expect(failures.count == 0)
        }
    }

    @Test func aTakenPortIsAnError() async throws {
        let world = try await ViewerWorld()
        let store = world.store
        try await withViewer(world) { port in
            let error = blockingResult { try await ViewerServer(store: store, port: port).run() }
            #expect("\(error.map { "\($0)" } ?? "")".contains("port \(port)"))
        }
    }
}

private final class FailureCount: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0
    var count: Int { lock.withLock { value } }
    func add() { lock.withLock { value += 1 } }
}

extension Thread {
    fileprivate static func detachNewThread(in group: DispatchGroup, _ body: @Sendable @escaping () -> Void) {
        group.enter()
        detachNewThread {
            body()
            group.leave()
        }
    }
}

/// The error of what is awaited, from a thread that may wait.
private func blockingResult(_ body: @Sendable @escaping () async throws -> Void) -> (any Error)? {
    final class Box: @unchecked Sendable { var error: (any Error)? }
    let (box, done) = (Box(), DispatchSemaphore(value: 0))
    Task {
        do { try await body() } catch { box.error = error }
        done.signal()
    }
    done.wait()
    return box.error
}

/// Serves the world's store while `body` runs, which may block: it has a thread of its own.
private func withViewer(_ world: ViewerWorld, _ body: @escaping (Int) throws -> Void) async throws {
    let server = try ViewerServer(store: world.store, port: 0)
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let running = Task {
        defer { continuation.finish() }
        try await server.run { continuation.yield($0) }
    }
    defer { server.stop() }
    guard let port = await ports.first(where: { _ in true }) else { return try await running.value }
    nonisolated(unsafe) let body = body
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        Thread.detachNewThread { continuation.resume(with: Result { try body(port) }) }
    }
    server.stop()
    try await running.value
}

/// A blocking HTTP client on a bare socket, which sends what others would not.
private final class Connection {
    struct Reply {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ port: Int) throws {
        #if canImport(Darwin)
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
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

    func ask(_ text: String, hasBody: Bool = true) throws -> Reply {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            // What the server does not want to read may not be sent to its end.
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            bytes = bytes.dropFirst(count)
        }
        var end: Int?
        while true {
            end = buffer.indices.dropLast(3).first { Array(buffer[$0..<($0 + 4)]) == [13, 10, 13, 10] }
            if end != nil { break }
            guard try receive() else { throw POSIXError(.ECONNRESET) }
        }
        let head = String(decoding: buffer[..<(end ?? 0)], as: UTF8.self).components(separatedBy: "\r\n")
        buffer.removeFirst((end ?? 0) + 4)
        var headers: [String: String] = [:]
        for line in head.dropFirst() {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            headers[line[..<colon].lowercased()] = line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
        }
        let length = hasBody ? Int(headers["content-length"] ?? "") ?? 0 : 0
        while buffer.count < length { guard try receive() else { break } }
        let body = String(decoding: buffer.prefix(length), as: UTF8.self)
        buffer.removeFirst(min(length, buffer.count))
        return Reply(status: Int(head[0].split(separator: " ")[1]) ?? 0, headers: headers, body: body)
    }

    private func receive() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0, errno == EAGAIN { throw POSIXError(.ETIMEDOUT) }
        guard count > 0 else { return false }
        buffer += piece[..<count]
        return true
    }
}
