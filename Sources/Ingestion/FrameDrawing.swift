internal import ALFRED
internal import Household
internal import Images
internal import Simulation

/// Draws the observations of a trajectory in the size of the frame store: twice as large and averaged, so that thin
/// things do not flicker.
final class FrameDrawing {
    private let side: Int
    private let painter: Renderer

    init(side: Int) {
        self.side = side
        painter = Renderer(width: 2 * side, height: 2 * side)
    }

    /// The observations that are as recorded: all, or those before the simulator refuses an action.
    func frames(of trajectory: Trajectory, in world: World) -> [RGBImage] {
        let episode = SimulatedEpisode(trajectory, in: world, side: 2 * side, drawing: painter)
        return episode.frames.prefix(episode.faithfulCount).map {
            RGBImage(width: 2 * side, height: 2 * side, pixels: $0).resized(width: side, height: side)
        }
    }
}
