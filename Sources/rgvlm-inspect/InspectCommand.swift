import ArgumentParser
internal import Episodes
internal import StageSupport

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

/// The behaviours that `--behaviour` lists; nil where it is not given.
func chosenBehaviours(_ list: String?) throws -> [Behaviour]? {
    try list.map { try Behaviour.named(NameList.parse($0, option: "--behaviour", example: "expert,noisy")) }
}
