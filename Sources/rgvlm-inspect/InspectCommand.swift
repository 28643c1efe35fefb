import ArgumentParser

@main
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-inspect",
        abstract: "Shows what a store holds.",
        subcommands: [
            SummaryCommand.self, EpisodeCommand.self, InstructionsCommand.self, LabelsCommand.self, VerifyCommand.self,
            ExportCommand.self, ServeCommand.self,
        ])
}
