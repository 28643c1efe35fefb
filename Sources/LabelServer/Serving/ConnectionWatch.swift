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

    /// An answer that is about to be written. It knows what became of it even when the connection is gone by then.
    struct Delivery: Sendable {
        fileprivate let eventLoop: any EventLoop
        fileprivate let watch: NIOLoopBound<ConnectionWatch>

        /// Waits until all that was written has been handed to the socket.
        ///
        /// - Throws: Where it could not be.
        func finish() async throws {
            try await eventLoop.flatSubmit {
                watch.value.lastWrite ?? eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
            }.get()
        }
    }

    /// Nil where no answer would find its client any more. HTTP clients do not close one direction only: one that has
    /// is gone.
    static func delivery(on channel: any Channel) async throws -> Delivery? {
        try await channel.eventLoop.submit {
            guard channel.isActive,
                let watch = try? channel.pipeline.syncOperations.handler(type: ConnectionWatch.self),
                !watch.isInputClosed
            else { return nil }
            watch.lastWrite = nil
            return Delivery(eventLoop: channel.eventLoop, watch: NIOLoopBound(watch, eventLoop: channel.eventLoop))
        }.get()
    }
}
