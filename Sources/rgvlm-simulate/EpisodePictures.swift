internal import ALFRED
internal import Household
internal import Images
internal import Simulation
internal import StageSupport

/// An episode played again, with a picture of every observation.
struct EpisodePictures {
    let pictures: [RGBImage]
    /// What each observation is followed by.
    private let captions: [[String]]
    private let title: String
    /// Actions that did not do what the recording says.
    let notes: [String]

    init(_ trajectory: Trajectory, in start: World, side: Int) {
        let drawing = FrameDrawing(side: side)
        let drawn = SimulatedEpisode(trajectory, in: start, drawing: drawing, by: drawing.makeRenderer())
        pictures = drawn.frames
        var captions = (trajectory.plan?.lowActions ?? []).enumerated().map { index, low in
            let object = low.targetObjectID.flatMap { ObjectType(objectID: $0)?.rawValue } ?? ""
            let failed = drawn.divergences[index] == nil ? "" : " (refused)"
            return ["\(index) \(low.action.releaseName)\(failed)", object]
        }
        captions.append(["\(captions.count) end", ""])
        self.captions = captions
        let goal = trajectory.annotations.first?.taskDescription ?? trajectory.taskType ?? ""
        title = "\(trajectory.taskID): \(TextTable.printable(goal))"
        notes = drawn.divergences.sorted { $0.key < $1.key }.map { "action \($0.key) was refused: \($0.value.message)" }
    }

    /// The pictures by number, the sheet, and the animation.
    func files() throws -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        for (index, picture) in pictures.enumerated() {
            let digits = String(index)
            let name = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
            files.append(("\(name).png", try picture.png()))
        }
        let cells = zip(pictures, captions).map { picture, captions in
            ContactSheet.Cell(picture.resized(width: 150, height: 150), captions: captions)
        }
        for (index, sheet) in ContactSheet(title: title, columns: 8).sheets(cells).enumerated() {
            files.append((index == 0 ? "sheet.png" : "sheet-\(index + 1).png", try sheet.png()))
        }
        files.append(("animation.png", try AnimatedPNG.encode(pictures, milliseconds: 200)))
        return files
    }
}
