/// Windows of a finite decision process, packed as a `WindowBatch` is: window w has one state more than steps, and its
/// states begin at `stepOffsets[w] + w`.
struct TabularData {
    let stateCount: Int
    let actionCount: Int
    private(set) var stepOffsets = [0]
    private(set) var states: [Int] = []
    private(set) var actions: [Int32] = []
    private(set) var rewards: [Float] = []
    private(set) var terminals: [Float] = []
    /// Per step: the rows of V(s_t) and V(s_{t+1}) among the windows' states.
    private(set) var valueRows: [Int32] = []
    private(set) var nextValueRows: [Int32] = []

    init(stateCount: Int, actionCount: Int) {
        self.stateCount = stateCount
        self.actionCount = actionCount
    }

    var stepCount: Int { actions.count }
    var windowCount: Int { stepOffsets.count - 1 }

    /// Adds a window of `actions.count + 1` states. One that is cut off is not terminal: it bootstraps.
    mutating func append(states: [Int], actions: [Int], rewards: [Float], isTerminal: Bool) {
        precondition(states.count == actions.count + 1 && rewards.count == actions.count && !actions.isEmpty)
        for step in actions.indices {
            let row = Int32(self.states.count + step)
            valueRows.append(row)
            nextValueRows.append(row + 1)
            terminals.append(isTerminal && step == actions.count - 1 ? 1 : 0)
        }
        self.states += states
        self.actions += actions.map { Int32($0) }
        self.rewards += rewards
        stepOffsets.append(self.actions.count)
    }

    /// Adds a trajectory in windows of at most `limit` steps, all but the last of which are cut off.
    mutating func append(
        states: [Int], actions: [Int], rewards: [Float], isTerminal: Bool, limit: Int
    ) {
        for first in stride(from: 0, to: actions.count, by: limit) {
            let end = min(first + limit, actions.count)
            append(
                states: Array(states[first...end]), actions: Array(actions[first..<end]),
                rewards: Array(rewards[first..<end]), isTerminal: isTerminal && end == actions.count)
        }
    }

    func state(_ step: Int) -> Int { states[Int(valueRows[step])] }
    func nextState(_ step: Int) -> Int { states[Int(nextValueRows[step])] }
    /// The row of a step's state and action in tables of both.
    func pair(_ step: Int) -> Int { state(step) * actionCount + Int(actions[step]) }
}
