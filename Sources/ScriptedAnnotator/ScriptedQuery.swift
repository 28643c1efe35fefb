package import Episodes
package import ExperimentStore
package import RewardLabeling

/// What the scripted annotator is asked, in terms of the dataset: it looks the state up where a VLM would look at
/// pictures.
package struct ScriptedQuery: Sendable, Equatable {
    /// What a goal asks for, step by step, in symbols.
    package struct Goal: Sendable, Hashable {
        /// The episode the goal's words were written for, relative to ``ScriptedQuery/root``: another one than the
        /// episode shown where goals are swapped.
        package var episodeKey: String
        /// What the words cover.
        package var kind: Instruction.Kind
        /// The sub-tasks of that episode which the words cover.
        package var subTasks: Range<Int>

        /// A goal by its parts.
        package init(episodeKey: String, kind: Instruction.Kind, subTasks: Range<Int>) {
            self.episodeKey = episodeKey
            self.kind = kind
            self.subTasks = subTasks
        }
    }

    /// The dataset's folder of split folders, and the episode shown.
    package var root: String
    /// The episode shown, relative to ``root``.
    package var episodeKey: String
    /// Which question.
    package var stage: LabelStage
    /// Which call it is: of it, window, sample and asking make the annotator's errors.
    package var reference: CallReference
    /// What is to be judged by.
    package var goal: Goal
    /// The same in words.
    package var goalText: String
    /// Actions and observations shown: of the window for an analysis, of all that is to be scored for a scoring.
    package var actions: [Span.ShownAction]
    /// As indices into the episode; one more than ``actions``.
    package var observations: [Int]
    /// The number of the first action in the span, from 1.
    package var firstStep: Int

    /// A number for what is shown and what it is to be judged by, the same in every store (FNV-1a).
    var subject: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        for text in [episodeKey, goal.episodeKey, goal.kind.rawValue, goalText] { add(text) }
        add("\(goal.subTasks)")
        add("\(firstStep)")
        for observation in observations { add("\(observation)") }
        return hash
    }

    /// - Parameter firstStep: The number of the first action in the span, from 1.
    package init(
        root: String, episodeKey: String, stage: LabelStage, reference: CallReference, goal: Goal,
        goalText: String, actions: [Span.ShownAction], observations: [Int], firstStep: Int = 1
    ) {
        self.root = root
        self.episodeKey = episodeKey
        self.stage = stage
        self.reference = reference
        self.goal = goal
        self.goalText = goalText
        self.actions = actions
        self.observations = observations
        self.firstStep = firstStep
    }
}
