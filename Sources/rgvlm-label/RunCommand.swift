import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import RewardLabeling
internal import StageSupport
internal import VisionLanguage

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Asks for the scores of all spans that have none.",
        discussion: """
            A run that was stopped or killed goes on with the same command; nothing that was answered is asked again. \
            Exit code 75 means that the budget is used up, 69 that the server cannot be reached or refuses, 66 that \
            some spans could not be shown.
            """)

    @OptionGroup(title: "What to label")
    var options: LabelOptions

    @OptionGroup(title: "Pace")
    var pace: PaceOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            limitAllocatorArenas()
            let interruption = Interruption()
            return try await Labelling(options, pace, common).label(common, interruption)
        }
    }
}

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Asks again for the spans that failed.")

    @Option(
        help: ArgumentHelp(
            "Only spans that failed so: transport, http, refusal, truncation, invalid.", valueName: "kind,..."))
    var kind: String?

    @OptionGroup(title: "What to label")
    var options: LabelOptions

    @OptionGroup(title: "Pace")
    var pace: PaceOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let kinds = kind?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            if let unknown = kinds?.first(where: { LabelFailure(rawValue: $0) == nil }) {
                let known = LabelFailure.allCases.map(\.rawValue).joined(separator: ", ")
                throw StageError(.usage, "--kind \(unknown): expected some of \(known)")
            }
            let interruption = Interruption()
            let labelling = try Labelling(options, pace, common, isRetry: true)
            let count = try labelling.session.requeue(kinds?.compactMap { LabelFailure(rawValue: $0) })
            common.say(.info, "\(count.grouped) failed spans are asked again")
            return try await labelling.label(common, interruption)
        }
    }
}
