package import ExperimentStore
internal import Foundation
internal import Ground
package import VisionLanguage

/// All that decides what a label run asks and of whom, before a store is looked at.
package struct LabelPlan: Sendable {
    /// Where answers come from.
    package enum Answers: Sendable, Equatable {
        /// A model is asked.
        case asked
        /// From a run the store has: the one of this name, or the only one. It decides the questions, too.
        case replayed(String?)
    }

    /// What the run is called.
    package var runName: String
    /// Nil for the only one of the store.
    package var dataset: String?
    /// Nil for all.
    package var splits: [String]?
    /// Which instructions are shown, and how.
    package var selection: SpanSelection
    /// How they are asked about.
    package var settings: RunSettings
    /// The words of the questions.
    package var prompts: PromptSet
    /// Who answers.
    package var identity: ModelIdentity
    /// Where the answers come from.
    package var answers: Answers
    /// Whoever answers looks states up, not pictures: data without pictures will do.
    package var doesWithoutPictures: Bool

    /// A plan by its parts.
    package init(
        runName: String, dataset: String? = nil, splits: [String]? = nil, selection: SpanSelection = SpanSelection(),
        settings: RunSettings, prompts: PromptSet, identity: ModelIdentity, answers: Answers = .asked,
        doesWithoutPictures: Bool = false
    ) {
        self.runName = runName
        self.dataset = dataset
        self.splits = splits
        self.selection = selection
        self.settings = settings
        self.prompts = prompts
        self.identity = identity
        self.answers = answers
        self.doesWithoutPictures = doesWithoutPictures
    }

    /// Finds the dataset in the store, and takes from the store what else the plan leaves to it.
    ///
    /// - Throws: ``LabelError``, ``StoreError``.
    package mutating func settle(in store: ExperimentStore) throws -> DatasetRow {
        if case .replayed(let name) = answers { try adoptRun(named: name, in: store) }
        let dataset = try store.dataset(named: dataset)
        if doesWithoutPictures, try !store.read({ try dataset.hasPictures($0) }) {
            settings.label.pictures.layout = .none
        }
        return dataset
    }

    /// Takes everything that decides the questions from an earlier run.
    private mutating func adoptRun(named name: String?, in store: ExperimentStore) throws {
        let runs = try store.read { try LabelRun.all($0) }.filter { $0.provider != Self.replay }
        let names = runs.map(\.name).joined(separator: ", ")
        let original: LabelRun
        if let name {
            guard let found = runs.first(where: { $0.name == name }) else {
                throw LabelError(.inputMissing, "\(store.path): has no label run \(name) to replay; it has \(names)")
            }
            original = found
        } else {
            guard runs.count == 1 else {
                throw LabelError(
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
        else { throw LabelError(.badInput, "\(store.path): label run \(original.name) was made by another version") }
        settings = stored
        identity = ModelIdentity(provider: original.provider, baseURL: original.baseURL, model: original.model)
        do throws(PromptSet.Problem) {
            prompts = try PromptSet(
                name: analysis.name, analysis: analysis.template, scoring: scoring.template,
                complaint: complaint.template)
        } catch {
            throw LabelError(.badInput, error.description)
        }
    }

    private static let replay = "replay"

    /// The instructions that can be labelled.
    ///
    /// - Throws: ``LabelError`` when there are none, ``StoreError``.
    package func candidates(_ dataset: DatasetRow, in store: ExperimentStore) throws -> [LabelCandidate] {
        let filter = LabelCandidate.Filter(
            datasetID: dataset.id, splits: splits, kinds: settings.label.instructionKinds,
            firstAnnotationOnly: settings.label.firstAnnotationOnly)
        let candidates = try store.read { try LabelCandidate.all(filter, $0) }
        guard !candidates.isEmpty else {
            let kinds = settings.label.instructionKinds.joined(separator: " or ")
            throw LabelError(
                .inputMissing,
                "\(store.path): dataset \(dataset.name) has no \(kinds) instructions"
                    + (splits.map { " in \($0.joined(separator: ", "))" } ?? ""))
        }
        return candidates
    }

    /// The run in the store, made when there is none.
    ///
    /// - Throws: ``LabelError`` where one of this name was made with other settings, ``StoreError``.
    package func openRun(_ dataset: DatasetRow, in store: ExperimentStore) throws -> LabelRun {
        let identity = runIdentity(dataset)
        if let run = try store.write({ try LabelRun.open(identity, $0) }) { return run }
        let other = try store.read { try LabelRun.named(identity.name, $0) }
        throw LabelError(
            .badInput,
            "\(store.path): label run \(identity.name) was made with other settings (\(differences(other))); "
                + "give --run another name, or the settings it was made with")
    }

    private func runIdentity(_ dataset: DatasetRow) -> LabelRun.Identity {
        LabelRun.Identity(
            name: runName, datasetID: dataset.id, annotator: settings.annotator?.name ?? "vlm",
            provider: answers == .asked ? identity.provider : Self.replay, baseURL: identity.baseURL,
            model: identity.model, unit: settings.label.unit.rawValue, settings: settings.json,
            settingsSHA256: settings.hash(identity, prompts), analysis: prompts.analysis.row,
            scoring: prompts.scoring.row, complaint: prompts.complaint.row)
    }

    private func differences(_ other: LabelRun?) -> String {
        guard let other else { return "unknown" }
        var names = RunSettings(json: other.settings).map { settings.differences(from: $0) } ?? ["unknown"]
        if other.model != identity.model || other.baseURL != identity.baseURL { names.append("model") }
        return names.isEmpty ? "prompts or dataset" : names.joined(separator: ", ")
    }
}

extension PromptSet.Prompt {
    /// As the store keeps it.
    var row: PromptRow { PromptRow(name: name, stage: stage, template: text, sha256: sha256) }
}
