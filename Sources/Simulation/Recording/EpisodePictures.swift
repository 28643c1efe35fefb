internal import Ground
package import ALFRED
package import Household
package import Images

/// An episode played again, with a picture of every observation.
package struct EpisodePictures {
    /// One an observation, with what follows it.
    package let series: PictureSeries
    /// Actions that did not do what the recording says.
    package let notes: [String]

    /// - Parameter side: Pixels of a picture's side.
    package init(_ trajectory: Trajectory, in start: World, side: Int) {
        let drawing = FrameDrawing(side: side)
        let drawn = SimulatedEpisode(trajectory, in: start, drawing: drawing, by: drawing.makeRenderer())
        var captions = (trajectory.plan?.lowActions ?? []).enumerated().map { index, low in
            let object = low.targetObjectID.flatMap { ObjectType(objectID: $0)?.rawValue } ?? ""
            let failed = drawn.divergences[index] == nil ? "" : " (refused)"
            return ["\(index) \(low.action.releaseName)\(failed)", object]
        }
        captions.append(["\(captions.count) end", ""])
        let goal = trajectory.annotations.first?.taskDescription ?? trajectory.taskType ?? ""
        series = PictureSeries(
            drawn.frames, captions: captions,
            title: "\(trajectory.taskID): \(TextTable.printable(goal))")
        notes = drawn.divergences.sorted { $0.key < $1.key }.map { "action \($0.key) was refused: \($0.value.message)" }
    }
}
