internal import Episodes
internal import Mustache

// Fields are looked up by name: Mustache's way through `Mirror` took a seventh of a run's time.

extension PromptSet {
    /// What the analysis template may use.
    struct AnalysisFields: MustacheParent {
        struct Action: MustacheParent {
            var number, from, to: Int
            var text: String

            func child(named name: String) -> Any? {
                switch name {
                case "number": number
                case "from": from
                case "to": to
                case "text": text
                default: nil
                }
            }
        }
        var goal: String
        /// `all of it`, or `part 2 of 3`.
        var part: String
        var actions: [Action]
        var first: Int
        var firstAction: String
        var pictureCount: Int

        func child(named name: String) -> Any? {
            switch name {
            case "goal": goal
            case "part": part
            case "actions": actions
            case "first": first
            case "firstAction": firstAction
            case "pictureCount": pictureCount
            default: nil
            }
        }
    }

    /// What the scoring template may use.
    struct ScoringFields: MustacheParent {
        struct Action: MustacheParent {
            var number: Int
            var text: String

            func child(named name: String) -> Any? {
                switch name {
                case "number": number
                case "text": text
                default: nil
                }
            }
        }
        var goal: String
        var count: Int
        var analyses: String
        var actions: [Action]
        /// Placeholders for the numbers: `n1, n2, n3`.
        var example: String

        func child(named name: String) -> Any? {
            switch name {
            case "goal": goal
            case "count": count
            case "analyses": analyses
            case "actions": actions
            case "example": example
            default: nil
            }
        }
    }

    /// What the complaint template may use.
    struct ComplaintFields: MustacheParent {
        var answer: String
        var problem: String

        func child(named name: String) -> Any? {
            switch name {
            case "answer": answer
            case "problem": problem
            default: nil
            }
        }
    }
}
