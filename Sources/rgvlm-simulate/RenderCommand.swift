internal import ALFRED
internal import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import Household
internal import Images
internal import Rooms
internal import Simulation
internal import StageSupport

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Pictures of an episode, or of a generated room.",
        discussion: """
            An episode becomes a picture for each observation, a contact sheet and an animation. It is played again in \
            the simulator: what it shows of a real recording is the simulator's drawing, not THOR's picture.
            """)

    @Option(
        help: ArgumentHelp(
            "An episode: its number in the store, its key <task>/<trial>, or the trial's name.", valueName: "id"))
    var episode: String?

    @Option(
        help: ArgumentHelp(
            "The dataset's folder, when the episode is to be found there and not in the store.", valueName: "dir"))
    var root: String?

    @Option(help: ArgumentHelp("A generated room, 1001 and up: views from all over it.", valueName: "number"))
    var scene: Int?

    @Option(help: ArgumentHelp("The folder to write to; it is made when it is missing.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Side of a picture in pixels.", valueName: "pixels"))
    var size = 300

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            guard (16...1024).contains(size) else { throw StageError(.usage, "--size \(size): expected 16 to 1024") }
            let configuration = try common.configuration()
            switch (episode, scene) {
            case (let id?, nil): return try renderEpisode(id, store: configuration.store)
            case (nil, let number?): return try renderRoom(number, seed: configuration.seed)
            default: throw StageError(.usage, "give --episode ID or --scene NUMBER")
            }
        }
    }

    private func renderRoom(_ number: Int, seed: UInt64) throws -> StageExit {
        let scene: HouseScene
        do {
            scene = try SceneGenerator.scene(number: number, seed: seed)
        } catch {
            throw StageError(.usage, "--scene: \(error)")
        }
        guard let sheet = SceneSheet.sheet(scene, title: "scene \(number), seed \(seed)", side: size) else {
            throw StageError(.badInput, "scene \(number) has no place to stand")
        }
        return try write([("scene-\(number).png", try sheet.png())])
    }

    private func renderEpisode(_ id: String, store: String) throws -> StageExit {
        var (root, id) = (root, id)
        if root == nil {
            let source = try ExperimentStore(store, access: .read).episode(named: id)
            (root, id) = (source.root, source.key)
        }
        let release = try openRelease(root)
        let trajectory = try Trajectory(contentsOf: release.trajectory(named: id).file)
        try trajectory.validate()
        let pictures = EpisodePictures(trajectory, in: try SceneLibrary(release).world(of: trajectory), side: size)
        return try write(try pictures.series.files(), notes: pictures.notes)
    }

    private func write(_ files: [(name: String, bytes: [UInt8])], notes: [String] = []) throws -> StageExit {
        try Folder.write(files, to: out)
        let names = files.map(\.name)
        for note in notes { common.say(.warning, "note: \(note)") }
        if common.json {
            try printJSON(["folder": [out], "files": names, "notes": notes])
        } else {
            let last = names.suffix(2).joined(separator: " and ")
            try writeToStandardOutput(
                "Wrote \(names.count == 1 ? last : "\(names.count) files, among them \(last),") to \(out).\n")
        }
        return .done
    }
}
