/// How far a goal is in one state.
struct Standing: Sendable, Equatable {
    /// Sub-goals done, in order.
    var completed = 0
    /// What the last sub-goal done had opened is shut again.
    var isTidy = true
    /// The goal is reached.
    var isDone = false
    /// Of the sub-goal under way, without the way to it: 0...1.
    var phase = 0.0
    /// What the whole way to it counts: 0...1.
    var approachWeight = 0.0
    /// Actions to where the sub-goal under way can be worked on; nil without a way.
    var distance: Double?
    /// The object that the way leads to is on screen.
    var isInView = false
    /// Index of the sub-goal under way; nil when all are done.
    var current: Int?
    /// What the sub-goal under way is about is in the room.
    var isPossible = true
    /// The object or place under way.
    var focus: Int?
    /// The objects that the goal's things are taken for.
    var binding: [Int?] = []
    /// What is treated is in its appliance.
    var isInAppliance = false

    /// Actions that count as nowhere near.
    static let farAway = 80.0
    /// What an open door takes from a sub-goal that is otherwise done.
    static let untidiness = 0.1
    /// What everything short of completing a sub-goal can add up to.
    static let unfinished = 0.85

    /// Of the sub-goal under way: 0..<1.
    var part: Double {
        let nearness = distance.map { 1 - min($0, Self.farAway) / Self.farAway } ?? 0
        return Self.unfinished * min(1, phase + approachWeight * nearness)
    }

    /// Of the whole goal: 0...1.
    func progress(of count: Int) -> Double {
        if isDone { return 1 }
        let done = Double(completed) - (isTidy ? 0 : Self.untidiness)
        return max(0, min(1, (done + (current == nil ? 0 : part)) / Double(max(count, 1))))
    }
}
