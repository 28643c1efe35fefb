import ArgumentParser

@main
struct LabelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-label", abstract: "Asks a vision-language model to score transitions.")
}
