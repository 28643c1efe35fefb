internal import Episodes

/// What the simulator has refused since an action succeeded last: actions with what they were about. Nothing has
/// changed since, so they would be refused again; a policy that sees the same picture would take them again, for ever.
struct RefusedActions: Sendable, Equatable {
    private struct Pair: Hashable {
        var action: Action
        var target: Int?
    }

    private var pairs: Set<Pair> = []

    /// Whether an action on an object, or on none, is masked.
    func contains(_ action: Action, _ target: Int?) -> Bool {
        !pairs.isEmpty && pairs.contains(Pair(action: action, target: target))
    }

    /// Takes note of an action: one that is refused is masked, one that succeeds clears the mask.
    mutating func note(_ action: Action, _ target: Int?, isRefused: Bool) {
        if isRefused {
            pairs.insert(Pair(action: action, target: target))
        } else if !pairs.isEmpty {
            pairs.removeAll()
        }
    }
}
