public import Foundation

/// What a client knows of time.
public struct ClientClock: Sendable {
    /// Since any fixed moment.
    public var now: @Sendable () -> Duration
    /// Sleeps until then, or throws when the task is cancelled.
    public var sleep: @Sendable (_ until: Duration) async throws -> Void
    public var date: @Sendable () -> Date

    public init(
        now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (_ until: Duration) async throws -> Void,
        date: @escaping @Sendable () -> Date
    ) {
        self.now = now
        self.sleep = sleep
        self.date = date
    }

    public static func system() -> ClientClock {
        let clock = ContinuousClock()
        let start = clock.now
        return ClientClock(
            now: { clock.now - start }, sleep: { try await clock.sleep(until: start + $0) }, date: { Date() })
    }
}
