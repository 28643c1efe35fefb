internal import ArgumentParser

@main
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-simulate",
        abstract: "Household scenes without Unity: make datasets, replay real ones, look and play.",
        subcommands: [
            GenerateCommand.self, GradeCommand.self, ReplayCommand.self, RenderCommand.self, PlayCommand.self,
        ])
}
