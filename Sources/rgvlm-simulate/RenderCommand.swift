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
        try write([("scene-\(number).png", try sheet.png())])
        try report(["scene-\(number).png"], notes: [])
        return .done
    }

    private func renderEpisode(_ id: String, store: String) throws -> StageExit {
        let (release, location) = try root.map { try find(id, in: openRelease($0)) } ?? locate(id, store: store)
        let trajectory = try Trajectory(contentsOf: location.file)
        try trajectory.validate()
        let pictures = EpisodePictures(trajectory, in: try SceneLibrary(release).world(of: trajectory), side: size)
        let files = try pictures.series.files()
        try write(files)
        try report(files.map(\.name), notes: pictures.notes)
        return .done
    }

    /// The trajectory with this key, or this trial's name, in a dataset's folder.
    private func find(_ id: String, in release: Release) throws -> (Release, TrajectoryLocation) {
        let all = release.splits.flatMap { release.trajectories(in: $0).trajectories }
        let matches = all.filter { $0.key == id || $0.key.split(separator: "/").last.map(String.init) == id }
        guard let match = matches.first else {
            throw StageError(.inputMissing, "\(release.dataFolder): has no trajectory \(id)")
        }
        guard matches.count == 1 else {
            throw StageError(.usage, "\(id) is not unique: \(matches.map(\.relativeFile).joined(separator: ", "))")
        }
        return (release, match)
    }

    private func locate(_ id: String, store path: String) throws -> (Release, TrajectoryLocation) {
        let source = try ExperimentStore(path, access: .read).episode(named: id)
        return try find(source.key, in: openRelease(source.root))
    }

    private func report(_ names: [String], notes: [String]) throws {
        for note in notes { common.say(.warning, "note: \(note)") }
        if common.json {
            try printJSON(["folder": [out], "files": names, "notes": notes])
        } else {
            let last = names.suffix(2).joined(separator: " and ")
            try writeToStandardOutput(
                "Wrote \(names.count == 1 ? last : "\(names.count) files, among them \(last),") to \(out).\n")
        }
    }

    private func write(_ files: [(name: String, bytes: [UInt8])]) throws {
        try Folder.make(out)
        for file in files { try AtomicFile.write(file.bytes, to: "\(out)/\(file.name)") }
    }
}
