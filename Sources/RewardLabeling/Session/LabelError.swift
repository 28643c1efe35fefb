package import Ground

/// Why spans cannot be labelled as asked.
package struct LabelError: ExitCoded, Equatable {
    /// How a stage ends that meets it.
    package var exit: StageExit
    /// What is wrong, where, and what to do.
    package var description: String

    init(_ exit: StageExit, _ description: String) {
        self.exit = exit
        self.description = description
    }
}
