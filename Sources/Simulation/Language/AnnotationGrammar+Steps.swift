internal import ALFRED
internal import Episodes
internal import Household

extension AnnotationGrammar {
    /// One sentence about a sub-goal.
    ///
    /// - Parameters:
    ///   - variant: Chooses the wording; neighbours differ.
    ///   - mentionsPlace: Whether to say where things are, if that is known.
    func sentence(
        _ subgoal: RecordedSubgoal, _ lowActions: [LowAction], variant: Int, _ speaker: Speaker, mentionsPlace: Bool
    ) -> String {
        let choices =
            subgoal.kind == .goto
            ? ways(subgoal, lowActions, speaker, mentionsPlace) : deeds(subgoal, speaker, mentionsPlace)
        return Wording.capitalized(choices[variant % choices.count]) + "."
    }

    private func name(_ object: Int?, _ speaker: Speaker) -> String {
        object.map { speaker.name(objects[$0].type) } ?? "thing"
    }

    // MARK: Going somewhere

    private func ways(
        _ subgoal: RecordedSubgoal, _ lowActions: [LowAction], _ speaker: Speaker, _ mentionsPlace: Bool
    ) -> [String] {
        let actions = lowActions[subgoal.start..<subgoal.end]
        let isWalk = actions.contains { $0.action == .moveAhead }
        guard let object = subgoal.object else {
            return isWalk
                ? ["walk around the room", "move through the room", "wander about", "walk to another part of the room"]
                : ["look around", "turn and look around", "have a look around the room"]
        }
        var goal = "the " + name(object, speaker)
        if mentionsPlace, let landmark = subgoal.landmark {
            goal += " to the \(landmark.side == .left ? "left" : "right") of the \(name(landmark.object, speaker))"
        }
        guard isWalk else {
            return [
                "turn to face \(goal)", "turn so that you look at \(goal)", "look at \(goal)", "face \(goal)",
            ]
        }
        let turns: [String]
        switch subgoal.turn {
        case .left: turns = ["turn left and ", "turn to the left and ", ""]
        case .right: turns = ["turn right and ", "turn to the right and ", ""]
        case .around: turns = ["turn around and ", "make a U-turn and ", ""]
        case nil: turns = [""]
        }
        let moves = ["go to", "walk to", "head over to", "move to", "walk over to", "make your way to"]
        // In this order neighbours differ in the move and, where there is one, in the turn.
        return moves.indices.map { turns[$0 % turns.count] + moves[$0] + " " + goal }
    }

    // MARK: Doing something

    private func deeds(_ subgoal: RecordedSubgoal, _ speaker: Speaker, _ mentionsPlace: Bool) -> [String] {
        let object = "the " + name(subgoal.object, speaker)
        let place = subgoal.receptacle.map { "the " + name($0, speaker) } ?? "it"
        let isInside = subgoal.receptacle.map { Wording.isInside(objects[$0].type) } ?? false
        let source = mentionsPlace ? subgoal.source : nil
        switch subgoal.kind {
        case .pickup:
            guard let source else {
                return [
                    "pick up \(object)", "take \(object)", "pick \(object) up", "grab \(object)",
                    "get hold of \(object)",
                ]
            }
            let from = "the " + name(source, speaker)
            let out = Wording.isInside(objects[source].type) ? "out of" : "from"
            return [
                "pick up \(object) from \(from)", "take \(object) \(out) \(from)",
                "grab \(object) that is \(out == "from" ? "on" : "in") \(from)", "get \(object) \(out) \(from)",
            ]
        case .put:
            let into = isInside ? "in" : "on"
            return [
                "put \(object) \(into) \(place)", "place \(object) \(into) \(place)",
                "set \(object) down \(into) \(place)", "leave \(object) \(into) \(place)",
                isInside ? "put \(object) inside \(place)" : "lay \(object) on \(place)",
            ]
        case .slice:
            let at =
                source.map { " \(Wording.isInside(objects[$0].type) ? "in" : "on") the " + name($0, speaker) } ?? ""
            return [
                "slice \(object)\(at)", "cut \(object)\(at) into pieces", "use the knife to cut up \(object)\(at)",
                "cut \(object)\(at) into slices",
            ]
        case .clean:
            return [
                "wash \(object) in \(place)", "rinse \(object) under the faucet and take it again",
                "clean \(object) in \(place), then pick it up", "run water over \(object) in \(place)",
            ]
        case .heat:
            return [
                "heat \(object) in \(place) and take it out", "warm up \(object) in \(place)",
                "cook \(object) in \(place), then take it out",
                "put \(object) in \(place), run it, and take \(object) back",
            ]
        case .cool:
            return [
                "chill \(object) in \(place) and take it out", "cool \(object) down in \(place)",
                "put \(object) in \(place) to get cold, then take it back",
                "let \(object) cool in \(place) for a moment",
            ]
        case .toggle:
            return ["turn on \(object)", "switch \(object) on", "switch on \(object)", "turn \(object) on"]
        case .open: return ["open \(object)", "open up \(object)", "pull \(object) open"]
        case .close: return ["close \(object)", "shut \(object)", "push \(object) closed"]
        case .goto, .noOp: return ["stop here", "stay here", "wait here"]
        }
    }
}
