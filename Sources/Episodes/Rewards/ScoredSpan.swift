/// What a label run says of the steps of one instruction.
package struct ScoredSpan: Sendable, Equatable {
    /// The instruction's number in the store.
    package var instructionID: Int64
    /// The index of the instruction's annotation.
    package var annotation: Int
    /// The instruction's kind.
    package var kind: Instruction.Kind
    /// The transitions that the instruction covers.
    package var steps: Range<Int>
    /// By step 0 to 10, or nil: whole numbers of a VLM, any of a reward model.
    package var scores: [Float?]
    /// Of the state in which the span starts, where scores are values of states; nil counts as 0.
    package var start: Float?

    /// - Parameter scores: As many as `steps`.
    package init(
        instructionID: Int64, annotation: Int, kind: Instruction.Kind, steps: Range<Int>, scores: [Float?],
        start: Float? = nil
    ) {
        self.instructionID = instructionID
        self.annotation = annotation
        self.kind = kind
        self.steps = steps
        self.scores = scores
        self.start = start
    }

    /// The place in `spans` of the one whose scores an instruction has: its own; else that of the task of its
    /// annotation; else the first task that covers its steps. Nil where no span has them.
    package static func place(of wanted: TrainingEpisode.NumberedInstruction, in spans: [ScoredSpan]) -> Int? {
        let instruction = wanted.instruction
        func isTask(_ span: ScoredSpan) -> Bool {
            span.kind == .task && span.steps.lowerBound <= instruction.steps.lowerBound
                && span.steps.upperBound >= instruction.steps.upperBound
        }
        return spans.firstIndex { $0.instructionID == wanted.id }
            ?? spans.firstIndex { isTask($0) && $0.annotation == instruction.annotation }
            ?? spans.firstIndex(where: isTask)
    }
}
