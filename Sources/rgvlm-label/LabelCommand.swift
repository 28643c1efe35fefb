import ArgumentParser

@main
struct LabelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-label",
        abstract: "Asks a vision-language model to analyse and score transitions.",
        discussion: """
            Without a provider the scripted annotator answers: it reads the simulator's state and is not a VLM.
            """,
        subcommands: [
            EstimateCommand.self, RunCommand.self, StatusCommand.self, RetryCommand.self, LintCommand.self,
            ExportBatchCommand.self, ImportBatchCommand.self, MergeCommand.self, ServeCommand.self,
        ])
}
