internal import ALFRED
internal import ArgumentParser
internal import Foundation
internal import Ground
internal import Household
internal import Images
internal import Rooms
internal import Simulation
internal import StageSupport

struct PlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Step by hand in the terminal.",
        discussion: "Reads commands from stdin, a line each; \"help\" lists them.")

    @Option(help: ArgumentHelp("A generated scene, 1001 and up.", valueName: "number"))
    var scene = 1001

    @Option(help: ArgumentHelp("Width of the picture in characters; 0 shows none.", valueName: "columns"))
    var columns = 100

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            guard (0...300).contains(columns) else {
                throw StageError(.usage, "--columns \(columns): expected 0 to 300")
            }
            var session = PlaySession(try world(), Renderer())
            try show(session, PlaySession.help)
            while !session.hasEnded {
                if isatty(0) == 1 { try writeToStandardOutput("> ") }
                guard let line = readLine() else { break }
                let answer = session.perform(line)
                if !session.hasEnded { try show(session, answer) }
            }
            return .done
        }
    }

    private func world() throws -> World {
        let seed = try common.configuration().seed
        do {
            let scene = try SceneGenerator.scene(number: scene, seed: seed)
            let cells = scene.grid.cells
            let cell = cells[cells.count / 2]
            return World(scene, agent: AgentPose(x: cell.x, z: cell.y, heading: 0, horizon: 30))
        } catch {
            throw StageError(.usage, "--scene: \(error)")
        }
    }

    private func show(_ session: PlaySession, _ answer: String) throws {
        if columns > 0 { try writeToStandardOutput(session.picture(columns: columns)) }
        try writeToStandardOutput(session.status + answer)
    }
}
