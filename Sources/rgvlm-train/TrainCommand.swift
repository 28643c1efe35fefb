import ArgumentParser

@main
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-train",
        abstract: "Trains a language-conditioned policy on a store's transitions.",
        subcommands: [RunCommand.self, CheckCommand.self, StatusCommand.self, EncodeCommand.self],
        defaultSubcommand: RunCommand.self)
}
