/// An episode with all that learning reads of it, as a store gives it.
package struct TrainingEpisode: Sendable, Equatable {
    /// An instruction with its number in the store.
    package struct NumberedInstruction: Sendable, Equatable {
        /// The instruction's number.
        package var id: Int64
        /// What it says, and of which steps.
        package var instruction: Instruction

        /// - Parameter id: The number in the store.
        package init(id: Int64, _ instruction: Instruction) {
            self.id = id
            self.instruction = instruction
        }
    }

    /// What a sub-task does, and where.
    package struct SubTask: Sendable, Equatable {
        /// What it does.
        package var kind: SubTaskKind
        /// The transitions that serve it; empty for one that was asked for and never begun.
        package var steps: Range<Int>
        /// Whether it is done after them.
        package var isDone: Bool

        /// - Parameter steps: The transitions that serve it.
        package init(kind: SubTaskKind, steps: Range<Int>, isDone: Bool = true) {
            self.kind = kind
            self.steps = steps
            self.isDone = isDone
        }
    }

    /// The episode's number in the store.
    package var id: Int64
    /// `[L]`, by step.
    package var actions: [Action]
    /// `[L]`, by step: ``ObjectClass/noObject`` for navigation and for classes outside the list.
    package var objectClasses: [ObjectClass]
    /// `[L + 1]`, by observation: its record in the frame store, or nil.
    package var records: [Int?]
    /// In order; instructions refer to them by index.
    package var subTasks: [SubTask]
    /// Those of the kinds asked for, of annotations in the split, in the order of their ids.
    package var instructions: [NumberedInstruction]
    /// What a label run says of the episode: genuine spans only, no controls; by annotation and id.
    package var scored: [ScoredSpan]

    /// - Parameter records: One more than actions.
    package init(
        id: Int64, actions: [Action] = [], objectClasses: [ObjectClass] = [], records: [Int?], subTasks: [SubTask] = [],
        instructions: [NumberedInstruction], scored: [ScoredSpan] = []
    ) {
        self.id = id
        self.actions = actions
        self.objectClasses = objectClasses
        self.records = records
        self.subTasks = subTasks
        self.instructions = instructions
        self.scored = scored
    }
}

extension TrainingEpisode {
    /// Which of the instructions are learned from, and how many are not because a frame of theirs is not there.
    package struct Choice: Sendable, Equatable {
        /// Those learned from, in the order of the episode.
        package var instructions: [NumberedInstruction] = []
        /// How many lack a frame.
        package var withoutFrames = 0
    }

    /// The instructions that are learned from: all whose frames lie among the first `recordCount` records of the frame
    /// store, the observation after their last step included.
    ///
    /// - Parameter fulfilledOnly: Leaves out those that are not fulfilled, for filtered cloning.
    package func choice(fulfilledOnly: Bool, recordCount: Int) -> Choice {
        var choice = Choice()
        for candidate in instructions where candidate.instruction.isFulfilled || !fulfilledOnly {
            let steps = candidate.instruction.steps
            let hasFrames = records[steps.lowerBound...steps.upperBound].allSatisfy { record in
                record.map { (0..<recordCount).contains($0) } ?? false
            }
            if hasFrames { choice.instructions.append(candidate) } else { choice.withoutFrames += 1 }
        }
        return choice
    }
}
