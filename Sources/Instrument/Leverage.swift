/// How much data leave to choose: the share of training steps in whose context another episode did something else.
///
/// Where it is 0, each context has one action, the value is that action's, all advantages are 0, and every reward gives
/// the policy that cloning gives: nothing about a reward can be found.
package struct Leverage: Sendable, Equatable, Codable {
    /// Pictures that a policy sees at once.
    package var window: Int
    /// Steps of instructions.
    package var steps: Int
    /// Those in contexts in which two episodes chose differently.
    package var contested: Int

    /// A count.
    package init(window: Int, steps: Int, contested: Int) {
        self.window = window
        self.steps = steps
        self.contested = contested
    }

    /// Of all steps.
    package var share: Double { Double(contested) / Double(max(1, steps)) }

    /// The share in whole tenths of a percent, rounded down, so that what is too little does not look like enough.
    package var percent: Double { Double(1000 * contested / max(1, steps)) / 10 }

    /// Below this share data cannot tell rewards apart.
    package static let fewest = 0.1
}

/// Counts ``Leverage``, walk by walk and exactly.
///
/// A context is contested when two of its steps differ in both episode and choice. Of pairs (episode, choice) there are
/// two that differ in both unless all have one episode or all have one choice: so a context keeps its first pair and
/// whether each half was always the same.
package struct LeverageCounter: Sendable {
    private struct Context {
        var episode: Int64
        var choice: UInt16
        var isOneEpisode = true
        var isOneChoice = true
        var steps: UInt32 = 1
    }

    private let window: Int
    private var contexts: [UInt64: Context] = [:]
    private var steps = 0

    /// - Parameter window: Pictures that a policy sees at once.
    package init(window: Int) { self.window = window }

    /// Adds the steps of one of an episode's instructions.
    package mutating func add(_ walk: Walk, episode: Int64) {
        steps += walk.choices.count
        for (t, choice) in walk.choices.enumerated() {
            let key = walk.context(before: t, window: window)
            guard let place = contexts.index(forKey: key) else {
                contexts[key] = Context(episode: episode, choice: choice)
                continue
            }
            contexts.values[place].steps += 1
            if contexts.values[place].episode != episode { contexts.values[place].isOneEpisode = false }
            if contexts.values[place].choice != choice { contexts.values[place].isOneChoice = false }
        }
    }

    /// What was counted.
    package var leverage: Leverage {
        let contested = contexts.values.reduce(0) { sum, context in
            sum + (context.isOneEpisode || context.isOneChoice ? 0 : Int(context.steps))
        }
        return Leverage(window: window, steps: steps, contested: contested)
    }
}
