internal import ALFRED
internal import Episodes
internal import ExperimentStore
internal import Ground
package import RewardLabeling
internal import Rooms

/// Stands in for a vision-language model: judges the simulator's states at the observations shown, and errs at set
/// rates.
///
/// Every choice is drawn from the settings' seed and what is asked, so that the same question gets the same answer on
/// every machine, in every store and shard, and asking again with a complaint draws anew.
package struct ScriptedAnnotator: Sendable {
    /// How it answers and errs.
    package let settings: AnnotatorSettings
    /// What the `constant` annotator always says.
    package static let constantScore = 7

    /// An annotator with these settings.
    package init(_ settings: AnnotatorSettings = AnnotatorSettings()) { self.settings = settings }

    /// Answers one call.
    ///
    /// - Parameters:
    ///   - truth: Of the episode shown; nil will do for settings that do not need it.
    ///   - goal: What is asked for; nil will do where `truth` may be nil.
    package func answer(_ query: ScriptedQuery, truth: EpisodeTruth?, goal: ScriptedGoal?) -> ScriptedAnswer {
        reply(to: query, truth: truth, goal: goal, topLogprobs: nil).answer
    }

    /// Answers one call, with as many alternatives of each token as asked for.
    package func reply(
        to query: ScriptedQuery, truth: EpisodeTruth?, goal: ScriptedGoal?, topLogprobs: Int?
    ) -> ScriptedReply {
        var random = generator(query, purpose: 1)
        let draw = random.fraction()
        if draw < settings.refusals {
            return ScriptedReply(answer: .refusal(FaultyAnswer.refusal(&random)), logprobs: [])
        }
        let isTruncated = draw < settings.refusals + settings.truncations
        let isMalformed = draw < settings.refusals + settings.truncations + settings.malformed
        if query.stage == .analysis {
            let text = analysis(of: query, truth, goal)
            return reply(text, isTruncated: isTruncated, topLogprobs, &random)
        }
        let scores = scores(for: query, truth: truth, goal: goal)
        if isMalformed, !isTruncated {
            return reply(FaultyAnswer.malformed(scores, &random), isTruncated: false, topLogprobs, &random)
        }
        let text = Self.text(scores)
        if !isTruncated, let topLogprobs {
            return ScriptedReply(
                answer: .text(text), logprobs: AnswerTokens.ofScores(scores, top: topLogprobs))
        }
        return reply(text, isTruncated: isTruncated, topLogprobs, &random)
    }

    private func reply(
        _ text: String, isTruncated: Bool, _ topLogprobs: Int?, _ random: inout SeededGenerator
    ) -> ScriptedReply {
        guard isTruncated else {
            return ScriptedReply(
                answer: .text(text), logprobs: topLogprobs.map { AnswerTokens.ofText(text, top: $0) } ?? [])
        }
        return ScriptedReply(
            answer: .truncated(String(text.prefix(random.below(max(1, text.count))))), logprobs: [])
    }

    /// The form that a scoring has.
    static func text(_ scores: [Int]) -> String {
        "{\"scores\":[" + scores.map(String.init).joined(separator: ",") + "]}"
    }

    private func generator(_ query: ScriptedQuery, purpose: UInt64) -> SeededGenerator {
        let reference = query.reference
        return SeededGenerator(
            settings.seed, purpose, query.subject, UInt64(reference.stage.rawValue),
            UInt64(bitPattern: Int64(reference.window)), UInt64(bitPattern: Int64(reference.sample)),
            UInt64(bitPattern: Int64(reference.ask)))
    }

    // MARK: Scores

    /// The scores of every action shown, errors included.
    package func scores(for query: ScriptedQuery, truth: EpisodeTruth?, goal: ScriptedGoal?) -> [Int] {
        var random = generator(query, purpose: 2)
        switch settings.kind {
        case .constant: return query.actions.map { _ in Self.constantScore }
        case .random: return query.actions.map { _ in random.below(11) }
        // The distance is computed, not asked for; who asks all the same gets scripted scores.
        case .scripted, .reversedTime, .goalBlind, .distance: break
        }
        var scores = judgements(of: query, truth, goal).map(\.score)
        if settings.kind == .reversedTime { scores.reverse() }
        return scores.map { score in
            let isWrong = random.fraction() < settings.wrongScores
            let other = random.below(11)
            return compressed(isWrong ? other : score)
        }
    }

    private func compressed(_ score: Int) -> Int {
        let distance = Double(10 - score) * (1 - min(1, max(0, settings.compression)))
        return 10 - Int(distance.rounded())
    }

    /// What a rater without errors says of every action shown.
    func judgements(
        of query: ScriptedQuery, _ truth: EpisodeTruth?, _ goal: ScriptedGoal?
    ) -> [Judgement] {
        guard let truth, let goal else { return query.actions.map { _ in Judgement(.neutral, 3) } }
        let facts = query.observations.map { truth.facts[min(max(0, $0), truth.facts.count - 1)] }
        // Where a window does not begin with the picture before its first action, nothing can be said of that action.
        let missing = max(0, query.actions.count + 1 - facts.count)
        func judgements(_ judge: (Int, Span.ShownAction) -> Judgement) -> [Judgement] {
            query.actions.enumerated().map { index, action in
                index < missing ? Judgement(.neutral, 3) : judge(index - missing, action)
            }
        }
        if settings.kind == .goalBlind { return judgements { Self.goalBlind($1, facts[$0], facts[$0 + 1]) } }
        let room = truth.room(for: goal)
        let standings = facts.map(room.standing(of:))
        return judgements { Judgement($1, from: facts[$0], to: facts[$0 + 1], standings[$0], standings[$0 + 1]) }
    }

    /// Whatever has an effect is well done.
    private static func goalBlind(
        _ action: Span.ShownAction, _ before: StateFacts, _ after: StateFacts
    ) -> Judgement {
        switch ActionEffect(action, from: before, to: after) {
        case .none: Judgement(.unchanged, action.action.isInteraction ? 1 : 2)
        case .other: Judgement(.contradicted, 1)
        case .asNamed: Judgement(.helped, action.action.isInteraction ? 9 : action.action == .moveAhead ? 8 : 7)
        }
    }

    // MARK: Analyses

    private func analysis(of query: ScriptedQuery, _ truth: EpisodeTruth?, _ goal: ScriptedGoal?) -> String {
        var random = generator(query, purpose: 3)
        let shown = settings.needsTruth ? truth : nil
        return AnalysisText(
            query, judgements: judgements(of: query, shown, goal), truth: shown, goal: goal,
            isGoalBlind: settings.kind == .goalBlind
        ).text(&random)
    }
}
