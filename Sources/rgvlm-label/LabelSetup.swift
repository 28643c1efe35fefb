internal import ExperimentStore
internal import Foundation
internal import Ground
internal import RewardLabeling
internal import ScriptedAnnotator
internal import StageSupport
internal import VisionLanguage

/// Options and config put together: what is asked, of whom, and how.
struct LabelSetup {
    let label: Configuration.Label
    let seed: UInt64
    let provider: Configuration.Label.Provider
    let selection: SpanSelection
    private(set) var settings: RunSettings
    private(set) var prompts: PromptSet
    private(set) var identity: ModelIdentity
    /// Nil for the scripted annotator and for replays.
    let api: (any ProviderAPI)?
    let price: PriceTable.Entry?
    /// What the run is called unless the user says so.
    private let runName: String

    /// - Parameter needsKey: Off where nobody is asked.
    init(_ configuration: Configuration, shard: String?, needsKey: Bool = true) throws {
        label = configuration.label
        seed = configuration.seed
        provider = label.provider ?? .scripted
        selection = try Self.selection(label, shard: shard, seed: configuration.seed)
        prompts = try Self.prompts(label)
        let questions = try LabelSettings(label)
        switch provider {
        case .scripted:
            let annotator = try AnnotatorSettings(label.annotator, seed: configuration.seed)
            settings = RunSettings(label: questions, annotator: annotator)
            identity = ScriptedModel.identity(annotator.kind)
            api = nil
            price = nil
        case .replay:
            settings = RunSettings(label: questions)
            identity = ModelIdentity(provider: provider.rawValue, baseURL: "", model: "")
            api = nil
            price = nil
        case .openai, .gemini, .anthropic:
            let server = try ServerChoice(label, provider, needsKey: needsKey)
            api = server.api
            identity = server.identity
            settings = RunSettings(label: questions, provider: server.options.answerSettings)
            price = try Self.price(label, server.identity)
        }
        var named = label
        named.provider = provider
        guard let name = named.runName, Self.isName(name) else {
            throw StageError(
                .usage, "--run \(named.runName ?? ""): use letters, digits, '.', '_' and '-', at most 64")
        }
        runName = name
    }

    // MARK: The store

    /// The instructions that can be labelled.
    func candidates(_ dataset: DatasetRow, in store: ExperimentStore) throws -> [LabelCandidate] {
        let filter = LabelCandidate.Filter(
            datasetID: dataset.id, splits: label.splits, kinds: settings.label.instructionKinds,
            firstAnnotationOnly: settings.label.firstAnnotationOnly)
        var candidates: [LabelCandidate] = []
        try store.read { db in try LabelCandidate.forEach(filter, db) { candidates.append($0) } }
        guard !candidates.isEmpty else {
            throw StageError(
                .inputMissing,
                "\(store.path): dataset \(dataset.name) has no \(settings.label.instructionKinds.joined(separator: " or ")) instructions"
                    + (label.splits.map { " in \($0.joined(separator: ", "))" } ?? ""))
        }
        return candidates
    }

    /// The scripted annotator looks states up, not pictures: data without pictures will do for it.
    mutating func choosePictures(_ dataset: DatasetRow, _ store: ExperimentStore) throws {
        guard provider == .scripted, label.pictures.layout == nil else { return }
        if try !store.read({ try dataset.hasPictures($0) }) {
            settings.label.pictures.layout = .none
        }
    }

    /// Takes everything that decides the questions from an earlier run, for a replay.
    mutating func adoptReplayed(_ store: ExperimentStore) throws {
        guard provider == .replay else { return }
        let runs = try store.read { try LabelRun.all($0) }.filter { $0.provider != "replay" }
        let names = runs.map(\.name).joined(separator: ", ")
        let original: LabelRun
        if let name = label.replayOf {
            guard let found = runs.first(where: { $0.name == name }) else {
                throw StageError(.inputMissing, "\(store.path): has no label run \(name) to replay; it has \(names)")
            }
            original = found
        } else {
            guard runs.count == 1 else {
                throw StageError(
                    .usage,
                    runs.isEmpty
                        ? "\(store.path): has no label run to replay"
                        : "\(store.path): has several label runs; name one with --set label.replay_of=NAME: \(names)")
            }
            original = runs[0]
        }
        let texts = try store.read { try original.prompts($0) }
        guard let stored = RunSettings(json: original.settings), let analysis = texts["analysis"],
            let scoring = texts["scoring"], let complaint = texts["complaint"]
        else { throw StageError(.badInput, "\(store.path): label run \(original.name) was made by another version") }
        settings = stored
        identity = ModelIdentity(provider: original.provider, baseURL: original.baseURL, model: original.model)
        do {
            prompts = try PromptSet(
                name: analysis.name, analysis: analysis.template, scoring: scoring.template,
                complaint: complaint.template)
        } catch {
            throw StageError(.badInput, "\(error)")
        }
    }

    /// What the run is, for the store.
    func runIdentity(_ dataset: DatasetRow) -> LabelRun.Identity {
        func row(_ prompt: PromptSet.Prompt) -> PromptRow {
            PromptRow(name: prompt.name, stage: prompt.stage, template: prompt.text, sha256: prompt.sha256)
        }
        return LabelRun.Identity(
            name: runName, datasetID: dataset.id, annotator: settings.annotator?.kind.rawValue ?? "vlm",
            provider: provider == .replay ? "replay" : identity.provider, baseURL: identity.baseURL,
            model: identity.model, unit: settings.label.unit.rawValue, settings: settings.json,
            settingsSHA256: settings.hash(identity, prompts), analysis: row(prompts.analysis),
            scoring: row(prompts.scoring), complaint: row(prompts.complaint))
    }

    /// The run in the store, made when there is none.
    func openRun(_ dataset: DatasetRow, in store: ExperimentStore) throws -> LabelRun {
        let identity = runIdentity(dataset)
        if let run = try store.write({ try LabelRun.open(identity, $0) }) { return run }
        let other = try store.read { try LabelRun.named(identity.name, $0) }
        throw StageError(
            .badInput,
            "\(store.path): label run \(identity.name) was made with other settings (\(differences(other))); "
                + "give --run another name, or the settings it was made with")
    }

    private func differences(_ other: LabelRun?) -> String {
        guard let other else { return "unknown" }
        var names = RunSettings(json: other.settings).map { settings.differences(from: $0) } ?? ["unknown"]
        if other.model != identity.model || other.baseURL != identity.baseURL { names.append("model") }
        return names.isEmpty ? "prompts or dataset" : names.joined(separator: ", ")
    }

    // MARK: Parts

    private static func selection(
        _ label: Configuration.Label, shard: String?, seed: UInt64
    ) throws -> SpanSelection {
        var selection = SpanSelection(seed: seed)
        selection.limit = label.limit
        selection.controlCount = label.controls
        if let text = shard {
            guard let shard = SpanSelection.Shard(text) else {
                throw StageError(.usage, "--shard \(text): expected i/n, as in 2/8")
            }
            selection.shard = shard
        }
        return selection
    }

    private static func prompts(_ label: Configuration.Label) throws -> PromptSet {
        do {
            return try label.prompts.map { try PromptSet(folder: $0) } ?? PromptSet.standard()
        } catch {
            throw StageError(.inputMissing, "\(error)")
        }
    }

    static func price(_ label: Configuration.Label, _ identity: ModelIdentity) throws -> PriceTable.Entry? {
        do throws(PriceFileError) {
            return try PriceTable(file: label.prices).entry(for: identity)
        } catch {
            throw StageError(error.isMissing ? .inputMissing : .badInput, error.description)
        }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }
}
