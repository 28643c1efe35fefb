package import Foundation

/// What a client knows of time.
package struct ClientClock: Sendable {
    /// Since any fixed moment.
    package var now: @Sendable () -> Duration
    /// Sleeps until then, or throws when the task is cancelled.
    package var sleep: @Sendable (_ until: Duration) async throws -> Void
    /// The time of day.
    package var date: @Sendable () -> Date

    /// A clock by its parts.
    package init(
        now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (_ until: Duration) async throws -> Void,
        date: @escaping @Sendable () -> Date
    ) {
        self.now = now
        self.sleep = sleep
        self.date = date
    }

    /// The machine's own.
    package static func system() -> ClientClock {
        let clock = ContinuousClock()
        let start = clock.now
        return ClientClock(
            now: { clock.now - start }, sleep: { try await clock.sleep(until: start + $0) }, date: { Date() })
    }
}
