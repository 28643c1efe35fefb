internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Sends with async-http-client: connections are kept, bodies are written piece by piece.
package final class AsyncHTTPTransport: HTTPTransport {
    private let client: HTTPClient
    /// The longest reply that is read, in bytes.
    private static let replyLimit = 16 << 20

    /// - Parameter connections: How many may be open to one server.
    package init(connections: Int) {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, connections)
        // The client retries by its own rules.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(15)
        // A key does not follow a redirection to another host.
        configuration.redirectConfiguration = .disallow
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    /// Closes all connections. Nothing can be sent afterwards.
    package func close() async { try? await client.shutdown() }

    /// - Throws: ``CallFailure`` of the kind `transport` where no whole reply comes in time.
    package func send(_ request: HTTPRequest, timeout: Duration) async throws(CallFailure) -> HTTPReply {
        do {
            return try await execute(request, timeout: timeout)
        } catch let failure as CallFailure {
            throw failure
        } catch is CancellationError {
            throw CallFailure(.transport, "cancelled")
        } catch {
            var failure = CallFailure(.transport, Self.message(error, timeout))
            failure.isTimeout = Self.isTimeout(error)
            throw failure
        }
    }

    private func execute(_ request: HTTPRequest, timeout: Duration) async throws -> HTTPReply {
        var out = HTTPClientRequest(url: request.url)
        out.method = .POST
        for (name, value) in request.headers { out.headers.add(name: name, value: value) }
        out.body = .stream(Pieces(body: request.body), length: .known(Int64(request.byteCount)))
        let whole = timeout.components
        let deadline =
            NIODeadline.now() + .nanoseconds(whole.seconds * 1_000_000_000 + whole.attoseconds / 1_000_000_000)
        let reply = try await client.execute(out, deadline: deadline)
        let status = Int(reply.status.code)
        var headers: [String: String] = [:]
        for (name, value) in reply.headers { headers[name.lowercased()] = value }
        // The request's deadline does not cover the body.
        let body = try await Self.collect(reply.body, until: deadline)
        return HTTPReply(status: status, headers: headers, body: Array(body.readableBytesView))
    }

    private static func collect(_ body: HTTPClientResponse.Body, until deadline: NIODeadline) async throws -> ByteBuffer
    {
        try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
            group.addTask {
                do {
                    return try await body.collect(upTo: replyLimit)
                } catch is NIOTooManyBytesError {
                    throw CallFailure(.invalid, "the reply is longer than \(replyLimit >> 20) MB")
                }
            }
            group.addTask {
                try await Task.sleep(for: .nanoseconds(max(0, (deadline - .now()).nanoseconds)))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let bytes = first else { throw HTTPClientError.deadlineExceeded }
            return bytes
        }
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        guard let error = error as? HTTPClientError else { return false }
        return [.deadlineExceeded, .readTimeout, .connectTimeout].contains(error)
    }

    private static func message(_ error: any Error, _ timeout: Duration) -> String {
        guard let known = error as? HTTPClientError else { return String(String(describing: error).prefix(300)) }
        switch known {
        case .deadlineExceeded, .readTimeout:
            return "no whole reply within \(timeout.formatted(.units(allowed: [.minutes, .seconds, .milliseconds])))"
        case .connectTimeout: return "no connection within 15 s"
        case .remoteConnectionClosed: return "the server closed the connection before the reply was whole"
        default: return String(known.description.prefix(300))
        }
    }

    /// The body in buffers of at most 64 kB where pieces allow it, each made when its turn comes: few writes, and no
    /// call holds a copy of its whole body.
    private struct Pieces: AsyncSequence, Sendable {
        let body: [HTTPRequest.Piece]

        struct AsyncIterator: AsyncIteratorProtocol {
            /// Buffers are rounded up to powers of two; from 128 kB on, each would be mapped anew and cleared by the
            /// kernel.
            static let size = 64 << 10
            var rest: ArraySlice<HTTPRequest.Piece>

            mutating func next() async -> ByteBuffer? {
                var buffer: ByteBuffer?
                while let piece = rest.first {
                    let bytes =
                        switch piece {
                        case .bytes(let bytes): bytes
                        case .picture(let picture): picture.base64
                        }
                    if var filled = buffer {
                        guard filled.readableBytes + bytes.count <= Self.size else { break }
                        buffer = nil
                        filled.writeBytes(bytes)
                        buffer = filled
                    } else {
                        var fresh = ByteBufferAllocator().buffer(capacity: Self.size)
                        fresh.writeBytes(bytes)
                        buffer = fresh
                    }
                    rest.removeFirst()
                }
                return buffer
            }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: body[...]) }
    }
}
