/// What a test tells the fake stages, as JSON in the file that RGVLM_FAKE names; read anew by each process.
package struct Fake: Codable, Sendable {
    /// Of a training run.
    package var updates = 10
    /// Seconds an update.
    package var pause = 0.0
    /// Runs, or stages as in `label run`, that end half-way with an exit code.
    package var fail: [String: Int32] = [:]
    package var failEvaluation: [String: Int32] = [:]
    /// Runs that were begun with other settings.
    package var other: Set<String> = []
    /// Runs that do not end when they are told to.
    package var stubborn: Set<String> = []
    /// Runs that go on after half of their updates only when they are no longer among these.
    package var hold: Set<String> = []
    /// Sub-tasks of ten that a run completes; 5 where nothing is said.
    package var completed: [String: Int] = [:]
    /// Whether spans wait for their answers.
    package var isPending = false

    package init() {}
}

/// Something a stage did: a line in the pipe that RGVLM_FAKE_EVENTS names, and in the file beside the store.
package struct FakeEvent: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable { case start, half, signal, restart, settings, end }
    package var kind: Kind
    package var pid: Int32
    /// A run, or the stage and its command, as in `label run`.
    package var what: String
    /// As in `rgvlm-train`.
    package var program: String
    package var text: String

    package init(_ kind: Kind, pid: Int32, what: String, program: String, text: String) {
        self.kind = kind
        self.pid = pid
        self.what = what
        self.program = program
        self.text = text
    }
}
