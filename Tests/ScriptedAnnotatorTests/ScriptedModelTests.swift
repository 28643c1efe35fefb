import Episodes
import RewardLabeling
import ScriptedAnnotator
@testable import Simulation
import Synchronization
import TestSupport
import Testing
import VisionLanguage

@testable import ALFRED
@testable import ScriptedAnnotator

@Suite struct ScriptedModelTests {
    private struct NotFound: Error {}

    private func request(
        _ reference: String, maxTokens: Int = 1024, logprobs: Int? = nil, pictures: Int = 2
    ) -> VLMRequest {
        let picture = EncodedPicture(file: [1, 2, 3], mediaType: .png, width: 8, height: 8)
        return VLMRequest(
            parts: [.text(String(repeating: "abcd", count: 25))] + (0..<pictures).map { _ in .picture(picture) },
            sampling: VLMRequest.Sampling(maxTokens: maxTokens, topLogprobs: logprobs), reference: reference)
    }

    /// Queries by span id, in a dataset on disk.
    private func withDataset(
        _ body: (TruthLibrary, [Int64: ScriptedQuery], [ScriptedEpisode]) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let episodes = try Array(ScriptedEpisode.all.get().prefix(6))
        var queries: [Int64: ScriptedQuery] = [:]
        for (number, episode) in episodes.enumerated() {
            // One setup has three policies: their keys differ here.
            let key = "train/task-\(episode.trajectory.scene.number)/\(episode.policy.rawValue)\(number)"
            try TrajectoryFolder.write(
                episode.trajectory,
                to: TrajectoryLocation(
                    split: "train", key: String(key.dropFirst(6)), folder: "\(folder.path)/\(key)"))
            var query = episode.query(try episode.goal(.task), span: Int64(number))
            query.root = folder.path
            query.episodeKey = key
            query.goal.episodeKey = key
            queries[Int64(number)] = query
        }
        try await body(TruthLibrary(capacity: 4, threads: 2), queries, episodes)
    }

    private func model(
        _ settings: AnnotatorSettings, _ queries: [Int64: ScriptedQuery], _ truths: TruthLibrary
    ) -> ScriptedModel {
        ScriptedModel(
            settings,
            resolve: { reference in
                guard var query = queries[reference.spanID] else { throw NotFound() }
                query.reference = reference
                query.stage = reference.stage
                return query
            }, truths: truths)
    }

    /// From the files comes what the states in memory give, however many ask at once.
    @Test func answersComeFromTheDataset() async throws {
        try await withDataset { truths, queries, episodes in
            let model = model(AnnotatorSettings(wrongScores: 0), queries, truths)
            #expect(model.identity == ModelIdentity(provider: "scripted", baseURL: "in-process", model: "scripted"))
            let answers = try await withThrowingTaskGroup(of: (Int64, String).self) { group in
                for number in 0..<256 {
                    let id = Int64(number % 6)
                    let request = request("r1-s\(id)-p2-w0-n0-a0")
                    group.addTask { (id, try await model.answer(request, timeout: .seconds(60)).get().text) }
                }
                return try await group.reduce(into: [Int64: Set<String>]()) { $0[$1.0, default: []].insert($1.1) }
            }
            for (number, episode) in episodes.enumerated() {
                let goal = try episode.goal(.task)
                let scores = ScriptedAnnotator(AnnotatorSettings(wrongScores: 0))
                    .scores(for: episode.query(goal, span: Int64(number)), truth: episode.truth, goal: goal)
                #expect(answers[Int64(number)] == [ScriptedAnnotator.text(scores)])
            }
        }
    }

    @Test func tokensAreCounted() async throws {
        try await withDataset { truths, queries, _ in
            let model = model(AnnotatorSettings(), queries, truths)
            let answer = try await model.answer(
                request("r1-s0-p2-w0-n0-a0-0123456789ab", logprobs: 5), timeout: .seconds(60)
            ).get()
            #expect(answer.usage.prompt == 25 + 2 * 85)
            #expect(answer.usage.completion == (answer.text.utf8.count + 3) / 4)
            #expect(answer.logprobs?.map(\.token).joined() == answer.text)
            #expect(answer.raw == Array(answer.text.utf8))
            let plain = try await model.answer(request("r1-s0-p2-w0-n0-a0"), timeout: .seconds(60)).get()
            #expect(plain.logprobs == nil && plain.text == answer.text)
            let cut = await model.answer(request("r1-s0-p1-w0-n0-a0", maxTokens: 10), timeout: .seconds(60))
            guard case .failure(let failure) = cut else {
                Issue.record("longer than it may be")
                return
            }
            #expect(failure.kind == .truncation && failure.usage.completion == 10)
            #expect(failure.text?.isEmpty == false && failure.text?.utf8.count ?? 99 <= 40)
        }
    }

    @Test func failuresAreOfTheirKinds() async throws {
        try await withDataset { truths, queries, _ in
            func failure(
                _ settings: AnnotatorSettings, _ reference: String, _ queries: [Int64: ScriptedQuery]
            ) async -> CallFailure? {
                let result = await model(settings, queries, truths).answer(request(reference), timeout: .seconds(60))
                if case .failure(let failure) = result { return failure }
                return nil
            }
            let known = "r1-s0-p2-w0-n0-a0"
            let refusal = await failure(AnnotatorSettings(refusals: 1), known, queries)
            #expect(refusal?.kind == .refusal && refusal?.usage.prompt == 195)
            let truncation = await failure(AnnotatorSettings(truncations: 1), known, queries)
            #expect(truncation?.kind == .truncation)
            for reference in ["r1-s99-p2-w0-n0-a0", "", "hello"] {
                let unknown = await failure(AnnotatorSettings(), reference, queries)
                #expect(unknown?.kind == .http && unknown?.status == 400, "\(reference)")
            }
            for key in ["train/gone/gone", "../../etc", "/etc", "train//x"] {
                var changed = queries
                changed[0]?.episodeKey = key
                let missing = await failure(AnnotatorSettings(), known, changed)
                #expect(missing?.kind == .http && missing?.status == 400, "\(key)")
                for kind in [AnnotatorSettings.Kind.constant, .random] {
                    #expect(await failure(AnnotatorSettings(kind: kind), known, changed) == nil)
                }
            }
        }
    }

    // MARK: The cache

    private final class Log: Sendable {
        private let keys = Mutex([Int]())
        func note(_ key: Int) { keys.withLock { $0.append(key) } }
        var all: [Int] { keys.withLock { $0 } }
    }

    @Test func everyValueIsMadeOnce() async throws {
        let cache = OnceCache<Int, Int>(capacity: 8)
        let made = Log()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<256 {
                group.addTask {
                    let key = number % 8
                    let value = try await cache.value(for: key) { finish in
                        made.note(key)
                        Task {
                            await Task.yield()
                            finish(.success(key * 10))
                        }
                    }
                    return value == key * 10
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(made.all.sorted() == Array(0..<8))
    }

    @Test func theLeastRecentlyUsedGoFirst() async throws {
        let cache = OnceCache<Int, Int>(capacity: 3)
        let made = Log()
        func ask(_ key: Int) async throws {
            _ = try await cache.value(for: key) { finish in
                made.note(key)
                finish(.success(key))
            }
        }
        for key in [1, 2, 3, 1, 4, 1, 3, 2] { try await ask(key) }
        #expect(made.all == [1, 2, 3, 4, 2])
        #expect(cache.count == 3)
        let failing = OnceCache<Int, Int>(capacity: 2)
        for _ in 0..<2 {
            await #expect(throws: ScriptedError("no")) {
                try await failing.value(for: 1) { finish in
                    made.note(100)
                    finish(.failure(ScriptedError("no")))
                }
            }
        }
        #expect(made.all.count { $0 == 100 } == 1)
    }
}
