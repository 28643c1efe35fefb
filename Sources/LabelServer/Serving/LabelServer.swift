internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization
package import VisionLanguage

/// Serves a model as OpenAI chat completions over HTTP, with faults on schedule: `POST /v1/chat/completions`,
/// `GET /v1/models`, `/health`, `/stats` (totals) and `/stats/calls` (one line a billed call).
///
/// The model is asked the texts; pictures are counted for the tokens, not decoded. It answers whatever model was asked
/// for.
package final class LabelServer: Sendable {
    /// Where it listens, and how it behaves.
    package struct Configuration: Sendable {
        /// An address, or `localhost`.
        package var host: String
        /// 0 for any free one.
        package var port: Int
        /// Whether ``host`` may be one that other machines reach.
        package var isOpenToOthers: Bool
        /// The bearer keys that are accepted; with none, no key is asked for. Never shown.
        package var keys: APIKeys
        /// Which calls go wrong.
        package var plan: FaultPlan
        /// Nil for no limit.
        package var requestsPerMinute: Int?
        /// Requests that are answered at a time, nil for no limit.
        package var maxConcurrency: Int?
        /// A file to which each billed call is appended as a line of JSON.
        package var ledgerFile: String?
        /// The longest the model may take.
        package var answerTimeout: Duration
        /// How long requests may go on after a stop.
        package var stopGrace: Duration

        /// As it is, on loopback, without faults, limits or keys.
        package init(
            host: String = "127.0.0.1", port: Int = 0, isOpenToOthers: Bool = false, keys: APIKeys = APIKeys(),
            plan: FaultPlan = FaultPlan(), requestsPerMinute: Int? = nil, maxConcurrency: Int? = nil,
            ledgerFile: String? = nil, answerTimeout: Duration = .seconds(600), stopGrace: Duration = .seconds(5)
        ) {
            self.host = host
            self.port = port
            self.isOpenToOthers = isOpenToOthers
            self.keys = keys
            self.plan = plan
            self.requestsPerMinute = requestsPerMinute
            self.maxConcurrency = maxConcurrency
            self.ledgerFile = ledgerFile
            self.answerTimeout = answerTimeout
            self.stopGrace = stopGrace
        }
    }

    /// The largest body of a request, in bytes.
    package static let bodyLimit = 64 << 20

    private enum State {
        case idle
        case running(Server<HTTP1Channel>, Task<Void, any Error>)
        case stopped
    }

    private let configuration: Configuration
    private let service: ChatService
    private let state = Mutex(State.idle)

    /// - Throws: ``LabelServerError`` for a host that is not allowed, or a ledger that cannot be written.
    package init(_ configuration: Configuration, model: any VisionLanguageModel) throws(LabelServerError) {
        guard configuration.isOpenToOthers || Self.isLoopback(configuration.host) else {
            throw LabelServerError(
                .notLoopback, "\(configuration.host) can be reached from other machines; allow that, or use 127.0.0.1")
        }
        self.configuration = configuration
        service = ChatService(configuration, model: model, ledger: try LedgerKeeper(path: configuration.ledgerFile))
    }

    /// What was counted so far.
    package var ledger: ServerLedger { service.ledger.snapshot }

    /// Serves until the task is cancelled or ``stop()`` is called. Requests under way are answered first, for as long
    /// as the configuration's grace lasts. A server runs once.
    ///
    /// - Parameter onListening: Called with the port once connections are accepted.
    /// - Throws: ``LabelServerError`` where the address cannot be listened on.
    package func run(onListening: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let service = service
        let server = Server(
            childChannelSetup: HTTP1Channel(
                responder: { try await service.respond(to: $0, writer: $1, channel: $2) },
                configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [ConnectionWatch()])),
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 1024),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "label-server", factory: { _ in SwiftLogNoOpLogHandler() }))
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
            if case .stopped = state { return true }
            state = .stopped
            return false
        }
        if case .failure(let error) = result, !wasStopped {
            throw LabelServerError(
                .address, "cannot listen on \(configuration.host) port \(configuration.port): \(error)")
        }
    }

    /// Ends ``run(onListening:)``, now or when it is called. Returns at once.
    package func stop() {
        let running = state.withLock { state in
            defer { state = .stopped }
            return state
        }
        guard case .running(let server, let task) = running else { return }
        let grace = configuration.stopGrace
        Task {
            let deadline = Task {
                try await Task.sleep(for: grace)
                task.cancel()
            }
            try? await server.shutdownGracefully()
            deadline.cancel()
        }
    }

    /// `localhost`, 127.x.x.x or ::1.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }
}
