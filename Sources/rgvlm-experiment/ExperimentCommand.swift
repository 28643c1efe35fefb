import ArgumentParser

@main
struct ExperimentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-experiment",
        abstract: "An experiment as a whole: from its data to its report, here or on a cluster.",
        discussion: """
            An experiment is a YAML file with rows and seeds: see Pipelines/demo.yaml. Its steps are processes of the \
            other stages, which \
            skip what is done and go on where they were stopped or killed; so does the same command here.
            """,
        subcommands: [
            PlanCommand.self, RunCommand.self, ReproduceCommand.self,
        ])
}
