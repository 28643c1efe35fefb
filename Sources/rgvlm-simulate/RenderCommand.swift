internal import ALFRED
internal import ArgumentParser
internal import Foundation
internal import Household
internal import Images
internal import StageSupport

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Pictures of an episode or of a generated room.")

    @Option(help: ArgumentHelp("A generated scene, 1001 and up: views from all over the room.", valueName: "number"))
    var scene: Int?

    @Option(help: ArgumentHelp("The folder to write to; it is made when it is missing.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Side of a picture (default: 300).", valueName: "pixels"))
    var size = 300

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            guard (16...1024).contains(size) else { throw StageError(.usage, "--size \(size): expected 16 to 1024") }
            guard let number = scene else { throw StageError(.usage, "give --episode ID or --scene NUMBER") }
            let seed = try common.configuration().seed
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
            return .done
        }
    }

    private func write(_ files: [(name: String, bytes: [UInt8])]) throws {
        do {
            try TrajectoryFolder.makeFolders(out)
            for file in files { try TrajectoryFolder.writeFile(file.bytes, to: "\(out)/\(file.name)") }
        } catch {
            throw StageError(.cannotWrite, "\(error)")
        }
    }
}
