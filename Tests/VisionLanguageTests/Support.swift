import Foundation
import Synchronization

@testable import VisionLanguage

/// Time that passes only when nobody has anything left to do.
final class TestClock: Sendable {
    private struct Sleeper {
        var until: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var nextID = 0
        var activity = 0
    }

    private let state = Mutex(State())

    var now: Duration {
        state.withLock { state in
            state.activity += 1
            return state.now
        }
    }

    func sleep(until: Duration) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let end = state.withLock { state -> Result<Void, any Error>? in
                    state.activity += 1
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if until <= state.now { return .success(()) }
                    state.sleepers[id] = Sleeper(until: until, continuation: continuation)
                    return nil
                }
                if let end { continuation.resume(with: end) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    var client: ClientClock {
        ClientClock(
            now: { self.now }, sleep: { try await self.sleep(until: $0) },
            date: { Date(timeIntervalSince1970: 1e9 + self.now.seconds) })
    }

    /// Runs `body`; whenever nothing has happened for a moment, the clock goes on to the next sleeper.
    func run<R: Sendable>(_ body: () async throws -> R) async rethrows -> R {
        let driver = Task {
            var seen = -1
            while !Task.isCancelled {
                try? await Task.sleep(for: .microseconds(500))
                let activity = state.withLock { $0.activity }
                if activity == seen { advance() }
                seen = activity
            }
        }
        defer { driver.cancel() }
        return try await body()
    }

    private func advance() {
        let due = state.withLock { state -> [Sleeper] in
            guard let next = state.sleepers.values.map(\.until).min() else { return [] }
            state.now = max(state.now, next)
            state.activity += 1
            let ids = state.sleepers.filter { $0.value.until <= state.now }.keys
            return ids.compactMap { state.sleepers.removeValue(forKey: $0) }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}

/// A model that answers by script, and remembers what it was asked when.
final class FakeModel: VisionLanguageModel {
    struct Call: Sendable, Equatable {
        var reference: String
        /// How often this reference was asked before.
        var attempt: Int
        var at: Duration
    }

    let identity = ModelIdentity(provider: "fake", baseURL: "none", model: "fake-1")
    private let clock: TestClock
    private let script: @Sendable (Call) -> (Duration, Result<VLMAnswer, CallFailure>)
    private let state = Mutex((calls: [Call](), inFlight: 0, mostInFlight: 0))

    init(_ clock: TestClock, _ script: @escaping @Sendable (Call) -> (Duration, Result<VLMAnswer, CallFailure>)) {
        self.clock = clock
        self.script = script
    }

    var calls: [Call] { state.withLock { $0.calls } }
    var mostInFlight: Int { state.withLock { $0.mostInFlight } }

    func answer(_ request: VLMRequest, timeout: Duration) async -> Result<VLMAnswer, CallFailure> {
        let now = clock.now
        let call = state.withLock { state in
            let attempt = state.calls.count { $0.reference == request.reference }
            let call = Call(reference: request.reference, attempt: attempt, at: now)
            state.calls.append(call)
            state.inFlight += 1
            state.mostInFlight = max(state.mostInFlight, state.inFlight)
            return call
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        let (duration, result) = script(call)
        if duration > .zero {
            do {
                try await clock.sleep(until: now + duration)
            } catch {
                return .failure(CallFailure(.transport, "cancelled"))
            }
        }
        return result
    }
}

let testUsage = TokenUsage(prompt: 100, completion: 10)
func answered(_ text: String = "ok") -> Result<VLMAnswer, CallFailure> {
    .success(VLMAnswer(text: text, usage: testUsage))
}
func failed(
    _ kind: CallFailure.Kind, _ status: Int? = nil, retryAfter: Duration? = nil, isServerDown: Bool = false,
    isQuota: Bool = false, usage: TokenUsage = TokenUsage()
) -> Result<VLMAnswer, CallFailure> {
    .failure(
        CallFailure(
            kind, "\(kind)", status: status, retryAfter: retryAfter, isQuota: isQuota, isServerDown: isServerDown,
            usage: usage))
}

let testPictures = [
    EncodedPicture(file: (0..<100).map { UInt8($0) }, mediaType: .jpeg, width: 300, height: 300),
    EncodedPicture(file: (0..<77).map { UInt8(255 - $0) }, mediaType: .png, width: 30, height: 20),
]

let testSchema = JSONSchema(
    name: "scores_v1",
    json: """
        {"type":"object","additionalProperties":false,"required":["why","score"],"properties":{"why":{"type":"string"},\
        "score":{"type":"integer","enum":[0,1,2]},"kind":{"type":["string","null"],"enum":["b","a"]},\
        "all":{"type":"array","items":{"type":"number"}}}}
        """)

func testRequest(_ reference: String = "r1-s1", format: VLMRequest.AnswerFormat = .text) -> VLMRequest {
    VLMRequest(
        system: "You judge.",
        parts: [.text("Before \"x\"\n\\:"), .picture(testPictures[0]), .text("After"), .picture(testPictures[1])],
        format: format, sampling: .init(temperature: 0, seed: 7, maxTokens: 256, topLogprobs: 5),
        reference: reference)
}

/// JSON as Foundation reads it, to compare by value.
func parsed(_ bytes: [UInt8]) throws -> NSObject? {
    try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed]) as? NSObject
}
func parsed(_ text: String) throws -> NSObject? { try parsed(Array(text.utf8)) }

func reply(_ body: String, headers: [String: String] = [:]) -> HTTPReply {
    reply(200, body, headers: headers)
}

func reply(_ status: Int, _ body: String, headers: [String: String] = [:]) -> HTTPReply {
    HTTPReply(status: status, headers: headers, body: Array(body.utf8))
}

extension Result {
    var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
    var value: Success? { try? get() }
}
