package import ALFRED
package import Household
internal import Rooms

/// A recorded episode drawn by the simulator: its actions carried out in the world it began in.
package struct SimulatedEpisode: Sendable {
    /// A frame for each observation, red, green and blue, row by row.
    package let frames: [[UInt8]]
    /// Actions that did not go as recorded: refused ones that the record has succeed, by index. What is drawn after the
    /// first of them may differ from what was recorded.
    package let failures: [Int: ActionError]

    /// Observations before the first action that did not go as recorded.
    package var faithfulCount: Int { failures.keys.min().map { $0 + 1 } ?? frames.count }

    /// - Parameters:
    ///   - world: At the start (``SceneLibrary/world(of:)``).
    ///   - side: Width and height of the frames in pixels.
    ///   - drawing: A renderer of that size to use, nil for one of its own.
    ///   - sight: Any renderer, nil for one of its own.
    package init(
        _ trajectory: Trajectory, in world: World, side: Int, drawing: Renderer? = nil, sight: Renderer? = nil
    ) {
        let painter = drawing ?? Renderer(width: side, height: side)
        let sight = sight ?? painter
        let recorded = ReplayCheck.recordedSuccess(trajectory)
        var world = world
        var frames: [[UInt8]] = []
        var failures: [Int: ActionError] = [:]
        func draw() {
            painter.render(world)
            frames.append(painter.rgbPixels)
        }
        draw()
        for (index, low) in (trajectory.plan?.lowActions ?? []).enumerated() {
            let target = low.targetObjectID.flatMap(world.scene.index(ofID:))
            do throws(ActionError) {
                try world.step(low.action, target: target, sight: sight)
            } catch {
                if recorded?[index] != false { failures[index] = error }
            }
            draw()
        }
        self.frames = frames
        self.failures = failures
    }
}
