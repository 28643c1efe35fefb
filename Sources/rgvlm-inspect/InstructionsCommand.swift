import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Ground
internal import StageSupport

struct InstructionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instructions",
        abstract: "Lists instructions: primitives, composites and whole tasks with the steps they cover.")

    @Option(help: "Only of this split.")
    var split: String?

    @Option(help: "Only of this kind: primitive, composite or task.")
    var kind: InstructionKind?

    @Option(
        help: ArgumentHelp("Only of episodes of these behaviours, as in expert,noisy, with commas.", valueName: "a,b"))
    var behaviour: String?

    @Option(help: ArgumentHelp("Only of this episode: its number, key or trial.", valueName: "id"))
    var episode: String?

    @Option(help: ArgumentHelp("Only those that contain this text.", valueName: "text"))
    var containing: String?

    @Option(help: "How many to show; 0 shows all.")
    var limit = 20

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    enum InstructionKind: String, CaseIterable, ExpressibleByArgument, Sendable {
        case primitive, composite, task
    }

    struct Listing: Encodable {
        var total: Int
        var instructions: [InstructionQuery.Match]
    }

    func validate() throws {
        if limit < 0 { throw ValidationError("--limit \(limit): expected 0 or more.") }
    }

    func run() async throws {
        try await runStage {
            let store = try ExperimentStore(try common.configuration().store, access: .read)
            let query = try query(store)
            let listing = try store.read { Listing(total: try query.count($0), instructions: try query.fetch($0)) }
            if common.json {
                try printJSON(listing)
            } else {
                let shown = "\(listing.instructions.count.grouped) of \(listing.total.grouped) instructions"
                try writeToStandardOutput(listing.instructions.table.text + "\n\(shown)\n")
            }
            return .done
        }
    }

    private func query(_ store: ExperimentStore) throws -> InstructionQuery {
        var query = InstructionQuery()
        if let split {
            let known = try store.read { try DatasetSummary.splitNames($0) }
            guard known.contains(split) else {
                throw StageError(
                    .inputMissing, "\(store.path): has no split \(split); it has \(known.joined(separator: ", "))")
            }
        }
        query.split = split
        query.kind = kind.flatMap { Instruction.Kind(rawValue: $0.rawValue) }
        query.behaviours = try chosenBehaviours(behaviour)
        query.containing = containing
        query.limit = limit == 0 ? nil : limit
        query.episode = try episode.map { try store.episode(named: $0).id }
        return query
    }
}
