/// A sentence and the stretch of an episode it describes.
package struct Instruction: Sendable, Equatable, GoalSpan {
    /// How much of the episode an instruction covers.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// One annotated sub-task.
        case primitive
        /// Two or more consecutive primitives; their sentences joined.
        case composite
        /// The whole episode under its goal sentence.
        case task
    }

    /// How much of the episode it covers.
    package var kind: Kind
    /// Index of the annotation whose words these are.
    package var annotation: Int
    /// The sub-tasks covered. A primitive covers one, or two where its annotator wrote one sentence for both.
    package var subTasks: Range<Int>
    /// The transitions covered; not empty.
    package var steps: Range<Int>
    /// The sentence or sentences, white space tidied.
    package var text: String
    /// Whether the span ends with what the text asks for. Episodes of lesser behaviours may fail.
    package var isFulfilled: Bool

    package init(
        kind: Kind, annotation: Int, subTasks: Range<Int>, steps: Range<Int>, text: String, isFulfilled: Bool = true
    ) {
        self.kind = kind
        self.annotation = annotation
        self.subTasks = subTasks
        self.steps = steps
        self.text = text
        self.isFulfilled = isFulfilled
    }

    /// What one annotation yields.
    package struct Labels: Sendable, Equatable {
        /// The task first, then primitives, then composites.
        package var instructions: [Instruction]
        /// Whether the step sentences belong to the sub-goals. When not, only the task instruction is made.
        package var isAligned: Bool
    }

    /// The instructions of one annotation: the task, a primitive for each sub-task and a composite for each run of two
    /// or more.
    ///
    /// Sentences belong to sub-goals one to one; those of navigation are dropped, as SPRINT does. Where there is one
    /// sentence fewer than sub-goals, the last sentence describes the last two, as ALFRED's own preprocessing has it.
    ///
    /// - Parameters:
    ///   - subgoals: The recorded sub-goals, at least one.
    ///   - goal: The sentence for the whole task.
    ///   - sentences: The step sentences.
    ///   - annotation: The annotation's index.
    ///   - done: By sub-task whether it is done, for an episode that was asked for all of them: what was never begun
    ///     has no steps and makes no primitive, and a composite that reaches beyond the episode ends with it. Whether
    ///     the task is fulfilled is not looked at. Nil where all are done.
    package static func labels(
        subgoals: [Subgoal], goal: String, sentences: [String], annotation: Int, done: [Bool]? = nil
    ) -> Labels {
        var labels = allLabels(subgoals: subgoals, goal: goal, sentences: sentences, annotation: annotation)
        guard let done else { return labels }
        func isBegun(_ instruction: Instruction) -> Bool { !instruction.steps.isEmpty }
        labels.instructions = labels.instructions.filter(isBegun).map { instruction in
            var instruction = instruction
            if instruction.kind != .task { instruction.isFulfilled = done[instruction.subTasks].allSatisfy { $0 } }
            return instruction
        }
        return labels
    }

    private static func allLabels(
        subgoals: [Subgoal], goal: String, sentences: [String], annotation: Int
    ) -> Labels {
        let subTasks = SubTask.merging(subgoals)
        guard let first = subTasks.first, let last = subTasks.last else {
            return Labels(instructions: [], isAligned: sentences.isEmpty)
        }
        let whole = Instruction(
            kind: .task, annotation: annotation, subTasks: 0..<subTasks.count,
            steps: first.steps.lowerBound..<last.steps.upperBound, text: tidied(goal))
        guard let primitives = primitives(subgoals, subTasks, sentences, annotation) else {
            return Labels(instructions: [whole], isAligned: false)
        }
        var instructions = [whole] + primitives
        for start in primitives.indices {
            var text = sentence(primitives[start].text)
            for end in primitives.indices where end > start {
                text += " " + sentence(primitives[end].text)
                instructions.append(
                    Instruction(
                        kind: .composite, annotation: annotation,
                        subTasks: primitives[start].subTasks.lowerBound..<primitives[end].subTasks.upperBound,
                        steps: primitives[start].steps.lowerBound..<primitives[end].steps.upperBound, text: text))
            }
        }
        return Labels(instructions: instructions, isAligned: true)
    }

    private static func primitives(
        _ subgoals: [Subgoal], _ subTasks: [SubTask], _ sentences: [String], _ annotation: Int
    ) -> [Instruction]? {
        let missing = subgoals.count - sentences.count
        guard missing == 0 || (missing == 1 && !sentences.isEmpty) else { return nil }
        var primitives: [Instruction] = []
        for (index, subTask) in subTasks.enumerated() {
            let lastSubgoal = subTask.subgoals.upperBound - 1
            let sentence = min(lastSubgoal, sentences.count - 1)
            let shared = missing == 1 && lastSubgoal == subgoals.count - 1
            if shared, let previous = primitives.last, subTasks[index - 1].subgoals.upperBound - 1 == sentence {
                // The sub-task before ends with the sub-goal that shares this sentence: one primitive for both.
                primitives[primitives.count - 1].subTasks = previous.subTasks.lowerBound..<(index + 1)
                primitives[primitives.count - 1].steps = previous.steps.lowerBound..<subTask.steps.upperBound
            } else {
                primitives.append(
                    Instruction(
                        kind: .primitive, annotation: annotation, subTasks: index..<(index + 1),
                        steps: subTask.steps, text: tidied(sentences[sentence])))
            }
        }
        return primitives
    }

    /// The text with runs of white space as one space and none at the ends.
    static func tidied(_ text: String) -> String {
        var previous = UInt8(ascii: " ")
        let isTidy = text.utf8.allSatisfy { byte in
            defer { previous = byte }
            return byte > 0x20 && byte < 0x80 || (byte == 0x20 && previous != 0x20)
        }
        if isTidy, previous != UInt8(ascii: " ") { return text }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// A text that ends like a sentence, so that joined ones do not run into each other.
    private static func sentence(_ text: String) -> String {
        guard let last = text.last, !".!?".contains(last) else { return text }
        return text + "."
    }
}
