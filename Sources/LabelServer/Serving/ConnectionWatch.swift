internal import NIOCore

/// Knows of a connection whether its client is still there and whether what was written last has reached the socket.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias OutboundIn = Any

    private var isInputClosed = false
    private var lastWrite: EventLoopFuture<Void>?

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { isInputClosed = true }
        context.fireUserInboundEventTriggered(event)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        lastWrite = promise.futureResult
        context.write(data, promise: promise)
    }

    /// Whether an answer would still find its client. HTTP clients do not close one direction only: one that has is gone.
    static func isOpen(_ channel: any Channel) async throws -> Bool {
        try await channel.eventLoop.submit {
            channel.isActive && !((try? watch(channel).isInputClosed) ?? true)
        }.get()
    }

    /// Waits until all that was written has been handed to the socket.
    ///
    /// - Throws: Where it could not be.
    static func written(_ channel: any Channel) async throws {
        try await channel.eventLoop.flatSubmit {
            do {
                return try watch(channel).lastWrite ?? channel.eventLoop.makeSucceededVoidFuture()
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }.get()
    }

    private static func watch(_ channel: any Channel) throws -> ConnectionWatch {
        try channel.pipeline.syncOperations.handler(type: ConnectionWatch.self)
    }
}
