internal import Episodes
internal import ExperimentStore
package import Ground
internal import Networks

/// Weights that a run begins with, of a run of behaviour cloning that is done: rows that share one learn no words and
/// frames anew.
struct PolicyStart {
    /// What the settings say of it.
    let start: LearningSettings.Start
    private let checkpoint: Checkpoint

    /// Looks a run up.
    ///
    /// - Parameter datasetID: Of the run that begins.
    /// - Throws: ``PolicyStartError`` for a run that is not done, or not one of cloning on the same dataset;
    ///   ``CheckpointError`` for a checkpoint that is damaged; `StoreError`.
    init(_ name: String, datasetID: Int64, in store: ExperimentStore) throws {
        func fail(_ message: String) -> PolicyStartError { PolicyStartError(run: name, message: message) }
        guard let run = try store.read({ try TrainRun.named(name, $0) }) else {
            throw fail("\(store.path) holds no such run; rgvlm-train status lists those there are")
        }
        guard let algorithm = Algorithm(rawValue: run.identity.algorithm), !algorithm.hasCritic else {
            throw fail("is a run of \(run.identity.algorithm); behaviour cloning (bc, filtered-bc) can be begun with")
        }
        guard run.status == .done else {
            throw fail("is \(run.status.rawValue) after \(run.step.grouped) updates; train it to its end first")
        }
        guard run.identity.datasetID == datasetID else { throw fail("has learned from another dataset") }
        let folder = RunFolder.path(store: store.path, run: name)
        guard let checkpoint = try RunFolder.acting(folder) else { throw fail("has no checkpoint in \(folder)") }
        self.checkpoint = checkpoint
        start = LearningSettings.Start(
            run: name, step: checkpoint.description.step, sha256: checkpoint.modelSHA256.hex)
    }

    /// Puts the policy's weights into a learner that has made no update.
    ///
    /// - Parameter own: What the run that begins is.
    /// - Throws: ``PolicyStartError`` where the two do not fit each other, ``CheckpointError``.
    func load(into learner: Learner, of own: CheckpointDescription) throws {
        let its = checkpoint.description
        func check(_ what: String, _ its: String, _ own: String) throws(PolicyStartError) {
            guard its != own else { return }
            throw PolicyStartError(
                run: start.run, message: "has \(what) \(its), this run \(own); they must be the same")
        }
        try check("the encoder", its.settings.encoder, own.settings.encoder)
        try check("the preset", its.network.preset, own.network.preset)
        try check("windows of", "\(its.settings.window) steps", "\(own.settings.window) steps")
        guard its.vocabulary == own.vocabulary else {
            throw PolicyStartError(
                run: start.run,
                message: "knows other words (\(its.vocabulary.count), this run \(own.vocabulary.count)); take the same "
                    + "splits")
        }
        var (network, ownNetwork) = (its.network, own.network)
        (network.dropout, ownNetwork.dropout) = (0, 0)
        try check("networks of", "\(network)", "\(ownNetwork)")
        try checkpoint.loadPolicy(into: learner)
    }
}

/// Why a run cannot begin with another's policy.
package struct PolicyStartError: ExitCoded, Equatable {
    /// The run that was to be begun with.
    package var run: String
    /// What is wrong with it and what to do about it.
    package var message: String

    /// One line: the setting, the run and what is wrong.
    package var description: String { "train.start: \(run) \(message)" }
    package var exit: StageExit { .badInput }
}
