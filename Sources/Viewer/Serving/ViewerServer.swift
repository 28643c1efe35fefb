package import Ground
internal import Dispatch
internal import ExperimentStore
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Why the viewer cannot run as asked.
package struct ViewerError: ExitCoded {
    /// What is wrong, and what to do.
    package var description: String
    /// As when a file cannot be written.
    package var exit: StageExit { .cannotWrite }
}

/// Shows a store in a browser: pages over HTTP on 127.0.0.1, for this machine only.
///
/// Only what the store and the frame stores beside it hold is served. The store is read; setting a flag writes to it.
package final class ViewerServer: Sendable {
    /// The address it listens on; there is no other.
    package static let host = "127.0.0.1"

    private enum State {
        case idle
        case running(Server<HTTP1Channel>, Task<Void, any Error>)
        case stopped
    }

    private let port: Int
    private let site: ViewerSite
    private let state = Mutex(State.idle)

    /// - Parameters:
    ///   - store: The store's path.
    ///   - port: 0 for any free one.
    /// - Throws: ``ExperimentStore/StoreError`` where the store cannot be read.
    package init(store: String, port: Int) throws {
        self.port = port
        site = try ViewerSite(store: store)
    }

    /// Serves until the task is cancelled or ``stop()`` is called. A server runs once.
    ///
    /// - Parameter onListening: Called with the port once connections are accepted.
    /// - Throws: ``ViewerError`` where the port cannot be listened on.
    package func run(onListening: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let site = site
        let queue = DispatchQueue(label: "viewer", attributes: .concurrent)
        queue.async { site.warmUp() }
        let server = Server(
            childChannelSetup: HTTP1Channel(
                responder: { request, writer, _ in try await Self.respond(to: request, writer, site, queue) }),
            configuration: ServerConfiguration(address: .hostname(Self.host, port: port), backlog: 256),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "viewer", factory: { _ in SwiftLogNoOpLogHandler() }))
        let task: Task<Void, any Error>? = state.withLock { state in
            guard case .idle = state else { return nil }
            let task = Task { try await server.run() }
            state = .running(server, task)
            return task
        }
        guard let task else { return }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            stop()
        }
        let wasStopped = state.withLock { state in
            defer { state = .stopped }
            if case .stopped = state { return true }
            return false
        }
        if case .failure(let error) = result, !wasStopped {
            throw ViewerError(description: "cannot listen on \(Self.host) port \(port): \(error)")
        }
    }

    /// Ends ``run(onListening:)``, now or when it is called. Returns at once; connections have a second to end.
    package func stop() {
        let running = state.withLock { state in
            defer { state = .stopped }
            return state
        }
        guard case .running(let server, let task) = running else { return }
        Task {
            let deadline = Task {
                try await Task.sleep(for: .seconds(1))
                task.cancel()
            }
            try? await server.shutdownGracefully()
            deadline.cancel()
        }
    }

    // MARK: Connections

    private static func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ site: ViewerSite, _ queue: DispatchQueue
    ) async throws {
        var body: [UInt8] = []
        var isTooLarge =
            request.headers[.contentLength].flatMap { Int($0) }.map { $0 > ViewerRequest.bodyLimit } ?? false
        if !isTooLarge {
            for try await piece in request.body {
                guard body.count + piece.readableBytes <= ViewerRequest.bodyLimit else {
                    isTooLarge = true
                    break
                }
                body += piece.readableBytesView
            }
        }
        let reply: ViewerReply
        if isTooLarge {
            reply = ViewerReply(status: 413, text: "The request is too large.")
        } else {
            let asked = viewerRequest(request, body)
            // Reading blocks, which the tasks' threads must not.
            reply = await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: site.reply(to: asked)) }
            }
        }
        var fields = HTTPFields()
        fields[.contentType] = reply.type
        for header in reply.headers + ViewerReply.security {
            if let name = HTTPField.Name(header.name) { fields[name] = header.value }
        }
        if reply.status != 304 { fields[.contentLength] = "\(reply.body.count)" }
        if isTooLarge { fields[.connection] = "close" }
        let head = HTTPResponse(status: .init(code: reply.status), headerFields: fields)
        if request.method == .head || reply.status == 304 {
            try await writer.writeResponse(head)
        } else {
            try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
        }
    }

    private static func viewerRequest(_ request: Request, _ body: [UInt8]) -> ViewerRequest {
        func header(_ name: String) -> String? {
            // Several fields of one name are joined, so that none of them hides behind another.
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }
        // The first Host is the authority; a second one, which is left among the fields, makes it nobody's.
        return ViewerRequest(
            request.method.rawValue, request.head.path ?? "",
            host: header("host") == nil ? request.head.authority : nil,
            origin: header("origin"), fetchSite: header("sec-fetch-site"), contentType: header("content-type"),
            ifNoneMatch: header("if-none-match"), body: body)
    }
}
