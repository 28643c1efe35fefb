package import ALFRED
package import Household
package import Images

/// A recorded episode drawn by the simulator: its actions carried out in the world it began in.
package struct SimulatedEpisode: Sendable {
    /// A frame for each observation.
    package let frames: [RGBImage]
    /// Actions that were refused although the record has them succeed, by index. What is drawn after the first of them
    /// may differ from what was recorded.
    package let divergences: [Int: ActionError]

    /// Observations before the first action that did not go as recorded.
    package var faithfulCount: Int { divergences.keys.min().map { $0 + 1 } ?? frames.count }

    /// Draws a trajectory from the world it began in (``SceneLibrary/world(of:)``).
    ///
    /// - Parameter renderer: Of the drawing (``FrameDrawing/makeRenderer()``).
    package init(_ trajectory: Trajectory, in world: World, drawing: FrameDrawing, by renderer: Renderer) {
        var replay = RecordedReplay(trajectory, in: world, renderer: renderer)
        var frames = [drawing.frame(of: world, by: renderer)]
        var divergences: [Int: ActionError] = [:]
        while let step = replay.next() {
            if step.isDivergence { divergences[step.index] = step.refusal }
            frames.append(drawing.frame(of: replay.world, by: renderer))
        }
        self.frames = frames
        self.divergences = divergences
    }
}
