internal import Foundation
internal import Synchronization

/// Computes the features of one episode after the other. Holds buffers: one a thread.
protocol EpisodeEncoding: AnyObject {
    /// The float16 features of the episode's frames, in their order.
    func features(of episode: EpisodeFrames) throws -> [Float16]
}

/// Hands each task an encoding that no other task uses.
final class EncodingPool: Sendable {
    /// An encoding is moved in and out under the lock; only one task has it at a time.
    private struct Idle: @unchecked Sendable {
        var encodings: [any EpisodeEncoding] = []
    }

    private let make: @Sendable () throws -> any EpisodeEncoding
    private let idle = Mutex(Idle())

    init(_ make: @escaping @Sendable () throws -> any EpisodeEncoding) { self.make = make }

    func features(of episode: EpisodeFrames) throws -> [Float16] {
        let taken = idle.withLock { Idle(encodings: $0.encodings.popLast().map { [$0] } ?? []) }
        let encoding = try taken.encodings.first ?? make()
        let returned = Idle(encodings: [encoding])
        defer { idle.withLock { $0.encodings += returned.encodings } }
        return try encoding.features(of: episode)
    }
}
