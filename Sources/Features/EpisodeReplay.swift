internal import ALFRED
internal import ExperimentStore
internal import Household
internal import Rooms
internal import Simulation

/// Carries out recorded episodes in the simulator. One a thread.
final class EpisodeReplay {
    private let root: String
    private let scenes: SceneLibrary
    private let reader: JSONReader
    private let file = FileBytes()
    /// Draws, and decides what the agent sees.
    let renderer: Renderer

    /// - Parameters:
    ///   - root: The folder that episodes' paths are relative to.
    ///   - side: Pixels of a side of what is drawn.
    init(root: String, scenes: SceneLibrary, side: Int) throws(ALFREDError) {
        self.root = root
        self.scenes = scenes
        reader = try JSONReader()
        renderer = Renderer(width: side, height: side)
    }

    /// Calls `body` with the world at each observation that has a frame, in their order.
    ///
    /// - Throws: ``EncodingError`` for an episode that cannot be read or made, or of which the simulator refuses an
    ///   action before the last frame: what follows would not be what was recorded.
    func forEachFrame(of episode: EpisodeFrames, _ body: (FrameRow, World) -> Void) throws(EncodingError) {
        let trajectory = try trajectory(of: episode)
        var replay: RecordedReplay
        do {
            replay = RecordedReplay(trajectory, in: try scenes.world(of: trajectory), renderer: renderer)
        } catch {
            throw EncodingError(.badInput, "\(episode.key): its scene cannot be made: \(error)")
        }
        for frame in episode.frames {
            guard (replay.position...replay.actions.count).contains(frame.t) else {
                throw EncodingError(
                    .badInput,
                    "\(episode.key): has no observation \(frame.t); the file has changed since it was ingested")
            }
            while replay.position < frame.t, let step = replay.next() {
                guard step.isDivergence, let refusal = step.refusal else { continue }
                throw EncodingError(
                    .badInput,
                    "\(episode.key): the simulator refuses action \(step.index), so that observation \(frame.t) cannot "
                        + "be drawn: \(refusal.message)")
            }
            body(frame, replay.world)
        }
    }

    private func trajectory(of episode: EpisodeFrames) throws(EncodingError) -> Trajectory {
        do {
            try file.load("\(root)/\(episode.episode.sourcePath)", limit: Trajectory.byteLimit)
            let trajectory = try Trajectory(file, reader: reader)
            try trajectory.validate()
            return trajectory
        } catch {
            throw EncodingError(
                error.code == .unreadable ? .missing : .badInput,
                "\(error.inFile("\(root)/\(episode.episode.sourcePath)")); if the data has moved, ingest it again "
                    + "from there"
            )
        }
    }
}
