import ArgumentParser

@main
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-evaluate",
        abstract: "Takes trained policies through tasks in the simulator.",
        subcommands: [RunCommand.self, StatusCommand.self, FramesCommand.self],
        defaultSubcommand: RunCommand.self)
}
