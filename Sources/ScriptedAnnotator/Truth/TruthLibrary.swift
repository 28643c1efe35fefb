internal import ALFRED
internal import Foundation
internal import Rooms
internal import Simulation
internal import Synchronization

/// Makes the states and goals of a dataset's episodes when they are asked for, once each, and keeps the latest.
package final class TruthLibrary: Sendable {
    private struct Key: Hashable {
        var root: String
        var episode: String
    }

    private struct GoalKey: Hashable {
        var root: String
        var goal: ScriptedQuery.Goal
    }

    private let truths: OnceCache<Key, EpisodeTruth>
    private let goals: OnceCache<GoalKey, ScriptedGoal>
    private let workers: TruthWorkers
    private let scenes = Mutex<[String: Result<SceneLibrary, ALFREDError>]>([:])

    /// - Parameters:
    ///   - capacity: Episodes kept; each takes about half a megabyte.
    ///   - threads: At work at the same time; nil for one a core.
    package init(capacity: Int = 128, threads: Int? = nil) {
        truths = OnceCache(capacity: capacity)
        goals = OnceCache(capacity: capacity * 32)
        workers = TruthWorkers(count: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    /// The states of an episode.
    ///
    /// - Parameters:
    ///   - root: The dataset's folder of split folders.
    ///   - key: Of the episode's folder, relative to `root`: `<split>/<task>/<trial>`.
    /// - Throws: ``ScriptedError`` when it cannot be read or its scene cannot be made.
    package func truth(root: String, key: String) async throws(ScriptedError) -> EpisodeTruth {
        try await truths.value(for: Key(root: root, episode: key)) { [workers] finish in
            workers.run { [weak self] tools in
                finish(
                    Self.outcome { () throws(ScriptedError) in
                        let trajectory = try Self.trajectory(root, key, tools)
                        guard trajectory.plan != nil else { throw ScriptedError("episode \(key) has no plan") }
                        guard let self else { throw ScriptedError("the library is gone") }
                        let world = try Self.located(key) { () throws(ALFREDError) in
                            try self.scenes(of: root).get().world(of: trajectory)
                        }
                        return EpisodeTruth(trajectory, in: world, renderer: tools.renderer)
                    })
            }
        }
    }

    /// What an instruction asks for; its episode is read, not simulated.
    package func goal(_ goal: ScriptedQuery.Goal, root: String) async throws(ScriptedError) -> ScriptedGoal {
        try await goals.value(for: GoalKey(root: root, goal: goal)) { [workers] finish in
            workers.run { tools in
                finish(
                    Self.outcome { () throws(ScriptedError) in
                        try ScriptedGoal(goal, in: try Self.trajectory(root, goal.episodeKey, tools))
                    })
            }
        }
    }

    private static func outcome<Value>(
        _ make: () throws(ScriptedError) -> Value
    ) -> Result<Value, ScriptedError> {
        do throws(ScriptedError) { return .success(try make()) } catch { return .failure(error) }
    }

    private static func located<Value>(
        _ key: String, _ make: () throws(ALFREDError) -> Value
    ) throws(ScriptedError) -> Value {
        do throws(ALFREDError) { return try make() } catch { throw ScriptedError("episode \(key): \(error)") }
    }

    private static func trajectory(
        _ root: String, _ key: String, _ tools: TruthWorkers.Tools
    ) throws(ScriptedError) -> Trajectory {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw ScriptedError("\"\(key)\" is no episode of a dataset")
        }
        return try located(key) { () throws(ALFREDError) in
            try tools.trajectory("\(root)/\(key)/\(TrajectoryLocation.fileName)")
        }
    }

    private func scenes(of root: String) -> Result<SceneLibrary, ALFREDError> {
        scenes.withLock { scenes in
            if let known = scenes[root] { return known }
            let made: Result<SceneLibrary, ALFREDError>
            do throws(ALFREDError) {
                made = .success(SceneLibrary(try Release(root: root)))
            } catch {
                made = .failure(error)
            }
            scenes[root] = made
            return made
        }
    }
}
