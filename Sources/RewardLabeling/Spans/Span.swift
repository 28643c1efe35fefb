package import Episodes
package import ExperimentStore
internal import Ground

/// What is labelled in one go: the transitions an instruction covers, with its words as the goal, as they are shown.
package struct Span: Sendable, Equatable {
    /// The store's numbers.
    package var id: Int64
    /// The store's number of the run.
    package var runID: Int64
    /// The instruction whose stretch is shown.
    package var instructionID: Int64
    /// The store's number of the episode.
    package var episodeID: Int64
    /// Nil for a genuine span.
    package var control: LabelControl?
    /// The goal's words: the instruction's own, or another's where the control is ``LabelControl/mismatched``.
    package var goal: String
    /// Where ``goal`` comes from.
    package var goalInstructionID: Int64
    /// What is shown, action by action.
    package var actions: [ShownAction]
    /// The observations shown, one more than ``actions``, as indices into the episode.
    package var observations: [Int]

    /// An action as it is told to the annotator.
    package struct ShownAction: Sendable, Equatable {
        /// The transition it comes from: the score belongs to it.
        package var t: Int
        /// What was done.
        package var action: Action
        /// The class of the object acted on, nil for navigation.
        package var object: String?

        /// An action by its parts.
        package init(t: Int, action: Action, object: String?) {
            self.t = t
            self.action = action
            self.object = object
        }

        /// `Put Fridge`, `MoveAhead`.
        package var text: String { object.map { "\(action.name) \($0)" } ?? action.name }
    }

    /// A span by its parts.
    package init(
        id: Int64, runID: Int64, instructionID: Int64, episodeID: Int64, control: LabelControl? = nil, goal: String,
        goalInstructionID: Int64, actions: [ShownAction], observations: [Int]
    ) {
        self.id = id
        self.runID = runID
        self.instructionID = instructionID
        self.episodeID = episodeID
        self.control = control
        self.goal = goal
        self.goalInstructionID = goalInstructionID
        self.actions = actions
        self.observations = observations
    }

    /// The span as `control` shows it. Deterministic in the goal and the steps, and so the same in every store of the
    /// data.
    package func showing(_ control: LabelControl) -> Span {
        var shown = self
        shown.control = control
        switch control {
        case .frozen: shown.observations = Array(repeating: observations[0], count: observations.count)
        case .reversed:
            shown.observations.reverse()
            shown.actions.reverse()
        case .shuffled:
            var random = SeededGenerator(
                goal.utf8.reduce(UInt64(observations[0])) { SeededGenerator.mixed($0, UInt64($1)) }, 0x5F1E)
            shown.observations = random.shuffled(observations)
            if shown.observations == observations { shown.observations.reverse() }
        case .mismatched: break
        }
        return shown
    }
}

/// A run of the span's actions that is analysed in one call.
package struct Window: Sendable, Equatable {
    /// From 0.
    package var index: Int
    /// Positions in ``Span/actions``.
    package var actions: Range<Int>
    /// Positions in ``Span/observations`` that are shown.
    package var observations: Range<Int>

    /// A window by its parts.
    package init(index: Int, actions: Range<Int>, observations: Range<Int>) {
        self.index = index
        self.actions = actions
        self.observations = observations
    }
}

/// How a span is cut into windows.
package struct Windowing: Sendable, Equatable {
    /// Actions in a window, the last one may have fewer.
    package var size: Int
    /// Whether a window begins with the picture the one before ended with. Without it, the first action of a later
    /// window is shown by its outcome only.
    package var sharesBoundary: Bool

    /// - Parameter size: At least 1.
    package init(size: Int = 8, sharesBoundary: Bool = true) {
        precondition(size > 0)
        self.size = size
        self.sharesBoundary = sharesBoundary
    }

    /// The windows of a span of `count` actions. Together they have every action once and every observation at least
    /// once.
    package func windows(actionCount count: Int) -> [Window] {
        stride(from: 0, to: count, by: size).enumerated().map { index, start in
            let end = min(start + size, count)
            let first = index == 0 || sharesBoundary ? start : start + 1
            return Window(index: index, actions: start..<end, observations: first..<(end + 1))
        }
    }
}
