internal import ALFRED
internal import Ground
internal import Household
internal import Rooms

/// Describes an episode in differently worded sentences: one for the goal, one for every sub-goal. What a sentence says
/// of places is true of the episode.
struct AnnotationGrammar {
    let task: HouseTask
    let objects: [SceneObject]

    /// Annotations that differ in every wording that has alternatives.
    ///
    /// - Parameters:
    ///   - subgoals: The episode's, in order.
    ///   - lowActions: Tells whether the agent walked at all on its way.
    ///   - count: Number of annotations, at least 1.
    func annotations(
        _ subgoals: [RecordedSubgoal], _ lowActions: [LowAction], count: Int, random: inout SeededGenerator
    ) -> [Annotation] {
        let goals = random.shuffled(Array(goalTemplates.indices))
        let bases = subgoals.map { _ in random.below(60) }
        let names = random.below(6)
        return (0..<count).map { number in
            let speaker = Speaker(number: number + names)
            let steps = zip(subgoals, bases).map { subgoal, base in
                sentence(subgoal, lowActions, variant: base + number, speaker, mentionsPlace: (base + number) % 3 != 0)
            }
            return Annotation(
                taskDescription: goalSentence(goals[number % goals.count], speaker), stepDescriptions: steps,
                votes: [1, 1], assignmentID: nil)
        }
    }

    /// Uses one name for each type throughout an annotation.
    struct Speaker {
        let number: Int

        func name(_ type: ObjectType) -> String {
            let names = Wording.names(of: type)
            return names[number % names.count]
        }
    }

    // MARK: The goal

    private struct Words {
        /// With "a".
        var object, destination, movable, lamp: String
        /// "in" or "on".
        var into: String
        var intoMovable: String
    }

    private func type(_ name: String) -> ObjectType? { ObjectType(rawValue: name) }

    private func goalSentence(_ template: Int, _ speaker: Speaker) -> String {
        let goal = task.goal
        let carried = type(goal.targetName)
        let place = type(goal.parentTarget)
        let movable = type(goal.movableTarget)
        func named(_ type: ObjectType?) -> String { type.map(speaker.name) ?? "" }
        let words = Words(
            object: named(carried), destination: named(place), movable: named(movable),
            lamp: named(type(goal.toggleTarget)),
            into: place.map(Wording.isInside) ?? false ? "in" : "on",
            intoMovable: movable.map(Wording.isInside) ?? false ? "in" : "on")
        return Wording.capitalized(goalTemplates[template](words)) + "."
    }

    private var goalTemplates: [(Words) -> String] {
        func a(_ name: String) -> String { Wording.indefinite(name) }
        switch task.type {
        case .simple:
            return [
                { "put \(a($0.object)) \($0.into) the \($0.destination)" },
                { "move \(a($0.object)) so that it is \($0.into) the \($0.destination)" },
                { "find \(a($0.object)) and leave it \($0.into) the \($0.destination)" },
                { "place \(a($0.object)) \($0.into) the \($0.destination)" },
                {
                    "bring \(a($0.object)) to the \($0.destination) and "
                        + ($0.into == "in" ? "put it inside" : "set it down there")
                },
                { "take \(a($0.object)) and put it away \($0.into) the \($0.destination)" },
            ]
        case .two:
            return [
                {
                    "take \(a($0.object)), leave it \($0.into) the \($0.destination), and do the same with a second one"
                },
                { "put \(a($0.object)) and then another one \($0.into) the \($0.destination)" },
                { "gather \(a($0.object)) and a second one \($0.into) the \($0.destination)" },
                { "bring \(a($0.object)) to the \($0.destination), and then one more" },
                { "leave \(a($0.object)) \($0.into) the \($0.destination) together with another of its kind" },
            ]
        case .light:
            return [
                { "look at \(a($0.object)) in the light of the \($0.lamp)" },
                { "examine \(a($0.object)) by the \($0.lamp)" },
                { "hold \(a($0.object)) up to the lit \($0.lamp)" },
                { "inspect \(a($0.object)) under the \($0.lamp)" },
                { "carry \(a($0.object)) to the \($0.lamp) and switch the light on" },
            ]
        case .clean:
            return [
                { "put a clean \($0.object) \($0.into) the \($0.destination)" },
                { "wash \(a($0.object)) and put it \($0.into) the \($0.destination)" },
                { "rinse \(a($0.object)), then leave it \($0.into) the \($0.destination)" },
                { "clean \(a($0.object)) and place it \($0.into) the \($0.destination)" },
                { "place a rinsed \($0.object) \($0.into) the \($0.destination)" },
            ]
        case .heat:
            return [
                { "put a hot \($0.object) \($0.into) the \($0.destination)" },
                { "heat \(a($0.object)) and put it \($0.into) the \($0.destination)" },
                { "warm up \(a($0.object)), then place it \($0.into) the \($0.destination)" },
                { "microwave \(a($0.object)) and leave it \($0.into) the \($0.destination)" },
                { "place a heated \($0.object) \($0.into) the \($0.destination)" },
            ]
        case .cool:
            return [
                { "put a cold \($0.object) \($0.into) the \($0.destination)" },
                { "chill \(a($0.object)) and put it \($0.into) the \($0.destination)" },
                { "cool \(a($0.object)) in the fridge, then place it \($0.into) the \($0.destination)" },
                { "refrigerate \(a($0.object)) and leave it \($0.into) the \($0.destination)" },
                { "place a chilled \($0.object) \($0.into) the \($0.destination)" },
            ]
        case .movable:
            return [
                {
                    "put \(a($0.object)) \($0.intoMovable) \(a($0.movable)) and both of them \($0.into) the "
                        + $0.destination
                },
                { "put \(a($0.movable)) with \(a($0.object)) \($0.intoMovable) it \($0.into) the \($0.destination)" },
                {
                    "bring \(a($0.object)) \($0.intoMovable) \(a($0.movable)) to the \($0.destination) and leave it "
                        + "there"
                },
                {
                    "place \(a($0.object)) \($0.intoMovable) \(a($0.movable)), then put the \($0.movable) \($0.into) "
                        + "the \($0.destination)"
                },
                { "set \(a($0.movable)) holding \(a($0.object)) \($0.into) the \($0.destination)" },
            ]
        }
    }
}
