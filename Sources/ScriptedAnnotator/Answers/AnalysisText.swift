internal import ALFRED
internal import Episodes
internal import Ground
internal import Household
internal import RewardLabeling
internal import Rooms

/// A first-stage answer: a line a step, and a sentence about the goal.
struct AnalysisText {
    private let query: ScriptedQuery
    private let judgements: [Judgement]
    private let truth: EpisodeTruth?
    private let goal: ScriptedGoal?
    private let isGoalBlind: Bool

    /// - Parameter truth: Nil for an annotator that does not look.
    init(
        _ query: ScriptedQuery, judgements: [Judgement], truth: EpisodeTruth?, goal: ScriptedGoal?, isGoalBlind: Bool
    ) {
        self.query = query
        self.judgements = judgements
        self.truth = truth
        self.goal = goal
        self.isGoalBlind = isGoalBlind
    }

    func text(_ random: inout SeededGenerator) -> String {
        let missing = max(0, query.actions.count + 1 - query.observations.count)
        var lines: [String] = []
        for (index, action) in query.actions.enumerated() {
            let first = index - missing
            var parts: [String] = []
            if let truth, first >= 0 {
                parts.append(
                    change(
                        action, state(query.observations[first], truth), state(query.observations[first + 1], truth),
                        &random))
            } else {
                parts.append(one(of: ["The action is carried out.", "The view before and after is alike."], &random))
            }
            if truth != nil, !isGoalBlind, let remark = remark(judgements[index], &random) { parts.append(remark) }
            lines.append("- Step \(query.firstStep + index) (\(action.text)): \(parts.joined(separator: " "))")
        }
        lines.append(closing(&random))
        return lines.joined(separator: "\n")
    }

    private func state(_ observation: Int, _ truth: EpisodeTruth) -> StateFacts {
        truth.facts[min(max(0, observation), truth.facts.count - 1)]
    }

    private func one(of texts: [String], _ random: inout SeededGenerator) -> String { texts[random.below(texts.count)] }

    // MARK: What is seen

    private func change(
        _ action: Span.ShownAction, _ before: StateFacts, _ after: StateFacts, _ random: inout SeededGenerator
    ) -> String {
        switch ActionEffect(action, from: before, to: after) {
        case .none:
            return one(
                of: ["Nothing changes between the two views.", "Both views are the same; the action had no effect."],
                &random)
        case .other:
            return one(
                of: [
                    "What the views show is not what this action does.",
                    "The change between the views does not fit the action.",
                ], &random)
        case .asNamed: break
        }
        let object = Self.words(action.object ?? "object")
        switch action.action {
        case .moveAhead:
            return one(of: ["The robot moves forward a little.", "The robot takes a step ahead."], &random)
        case .rotateLeft: return one(of: ["The view turns to the left.", "The robot turns left."], &random)
        case .rotateRight: return one(of: ["The view turns to the right.", "The robot turns right."], &random)
        case .lookUp: return "The view tilts up."
        case .lookDown: return "The view tilts down."
        case .pickup:
            let source = after.world.held.flatMap(before.world.parent(of:)).map { name($0, before) }
            return source.map { "The \(object) leaves the \($0) and is now in the robot's hand." }
                ?? "The \(object) is now in the robot's hand."
        case .put:
            let held = before.world.held.map { name($0, before) } ?? "held object"
            return "The \(held) leaves the hand and is now at the \(object)."
        case .open: return one(of: ["The \(object) is open now.", "The \(object) opens."], &random)
        case .close: return one(of: ["The \(object) is closed now.", "The \(object) closes."], &random)
        case .toggleOn: return one(of: ["The \(object) is switched on.", "The \(object) is running now."], &random)
        case .toggleOff: return "The \(object) is switched off."
        case .slice: return one(of: ["The \(object) is cut into pieces.", "The \(object) is sliced."], &random)
        }
    }

    private func name(_ object: Int, _ facts: StateFacts) -> String {
        Self.words(facts.world.scene.objects[object].type.rawValue)
    }

    /// `CounterTop` as `counter top`, `TVStand` as `tv stand`.
    static func words(_ name: String) -> String {
        let characters = Array(name)
        var text = ""
        for (index, character) in characters.enumerated() {
            if index > 0, character.isUppercase {
                let endsWord = characters[index - 1].isLowercase
                let beginsWord = index + 1 < characters.count && characters[index + 1].isLowercase
                if endsWord || beginsWord { text.append(" ") }
            }
            text += character.lowercased()
        }
        return text
    }

    // MARK: What it means

    private func remark(_ judgement: Judgement, _ random: inout SeededGenerator) -> String? {
        let part = judgement.subGoal.flatMap(phrase) ?? "the task"
        switch judgement.reason {
        case .goalReached: return "This completes the task."
        case .subGoalReached: return one(of: ["This finishes \(part).", "With this, \(part) is done."], &random)
        case .tidied: return "It leaves things closed after the work is done."
        case .treated: return "This is the decisive part of \(part)."
        case .helped: return one(of: ["This is needed for \(part).", "It prepares \(part)."], &random)
        case .arrived: return "What is needed for \(part) is right in front of the robot."
        case .nearer: return one(of: ["It comes closer to \(part).", "This shortens the way to \(part)."], &random)
        case .broughtIntoView: return "What matters for \(part) comes into view."
        case .turnedTowards: return "It turns towards \(part)."
        case .neutral, .neutralInView:
            return one(of: ["This neither helps nor harms.", "Not much is gained."], &random)
        case .unchanged: return nil
        case .contradicted: return "The action did not bring this about."
        case .farther: return one(of: ["It leads away from \(part).", "This lengthens the way to \(part)."], &random)
        case .hindered: return "This makes \(part) harder."
        case .undone: return "This undoes what was achieved."
        case .irrelevant: return "What the task asks for is not here."
        }
    }

    private func phrase(_ index: Int) -> String? {
        guard let goal, goal.subGoals.indices.contains(index) else { return nil }
        let subGoal = goal.subGoals[index]
        let object = subGoal.object.map { Self.words(goal.things[$0].type) } ?? "place"
        let place = subGoal.place.map { Self.words(goal.things[$0].type) }
        switch subGoal.kind {
        case .pickup: return "picking up the \(object)"
        case .put: return "putting the \(object) down" + (place.map { " at the \($0)" } ?? "")
        case .clean: return "washing the \(object)"
        case .heat: return "heating the \(object)"
        case .cool: return "cooling the \(object)"
        case .toggle: return "switching the \(object) on"
        case .slice: return "slicing the \(object)"
        case .open: return "opening the \(object)"
        case .close: return "closing the \(object)"
        case .goto: return "reaching the place"
        }
    }

    private func closing(_ random: inout SeededGenerator) -> String {
        let reasons = judgements.map(\.reason)
        guard truth != nil, !isGoalBlind else { return "Overall, the robot works on the task \"\(query.goalText)\"." }
        let outcome =
            if reasons.contains(.goalReached) {
                "is completed in this segment"
            } else if reasons.allSatisfy({ $0 == .irrelevant || $0 == .unchanged || $0 == .contradicted }) {
                "is not advanced in this segment"
            } else if judgements.contains(where: { $0.score >= 9 }) {
                "is partly completed in this segment"
            } else if judgements.contains(where: { $0.score >= 6 }) {
                one(of: ["advances in this segment", "gets closer in this segment"], &random)
            } else {
                "hardly advances in this segment"
            }
        return "Overall, the task \"\(query.goalText)\" \(outcome)."
    }
}
