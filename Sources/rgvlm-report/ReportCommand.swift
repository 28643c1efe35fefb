import ArgumentParser

@main
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-report", abstract: "Tables, figures and pages of an experiment.",
        subcommands: [MakeCommand.self, TableCommand.self], defaultSubcommand: MakeCommand.self)
}
