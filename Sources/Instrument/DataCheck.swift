package import Episodes

/// What can be said of an experiment before anything is trained: whether its data let a reward choose, whether a reward
/// pays for dawdling, and what a learner with a table makes of each row.
package struct DataCheck: Sendable, Equatable, Codable {
    /// What some rows learn from.
    package struct Selection: Sendable, Equatable, Codable {
        /// Episodes with an instruction to learn from.
        package var episodes: Int
        /// Instructions to learn from.
        package var instructions: Int
        /// Those whose end does not fulfil them.
        package var unfulfilled: Int
        /// Steps of the instructions.
        package var steps: Int
        /// By window, the shortest first.
        package var leverage: [Leverage]
        /// A hash of it all, hexadecimal: equal for equal data only.
        package var content: String

        /// That of a window; nil where it was not counted.
        package func leverage(window: Int) -> Leverage? { leverage.first { $0.window == window } }
    }

    /// What a learner with a table completes.
    package struct Proxy: Sendable, Equatable, Codable {
        /// Pictures that a state consists of.
        package var window: Int
        /// The share of the starts, expected, where actions are drawn by the policy's probabilities.
        package var completed: Double
        /// The same where the likeliest action is always taken.
        package var best: Double
        /// The first observations of fulfilled instructions, each once.
        package var starts: Int
    }

    /// How a policy chooses.
    package enum Acting: String, Sendable, Codable {
        /// By its probabilities.
        case drawn
        /// What is likeliest: a minority's actions count for nothing.
        case best
    }

    /// A row of the experiment.
    package struct Row: Sendable, Equatable, Codable {
        /// As in the experiment.
        package var name: String
        /// As shown.
        package var title: String
        /// Place in ``DataCheck/selections``.
        package var selection: Int
        /// As in `iql`.
        package var algorithm: String
        /// Nil where no reward is generated.
        package var dawdling: Dawdling?
        /// Of ``DataCheck/windows``, in their order.
        package var proxy: [Proxy]
    }

    /// Pictures that the trained policies see.
    package var window: Int
    /// How policies act in the evaluation that comes first.
    package var acting: Acting
    /// Windows of the proxy: none to remember, and the trained one.
    package var windows: [Int]
    /// What rows learn from, each once.
    package var selections: [Selection]
    /// In the order of the experiment.
    package var rows: [Row]
}

extension DataCheck {
    /// The smallest leverage of what rows learn from, with the window that is trained.
    package var leverage: Leverage? {
        selections.compactMap { $0.leverage(window: window) }.min { $0.share < $1.share }
    }

    /// Whether differences between rows can say something of their rewards: some data have leverage.
    package var canTell: Bool {
        selections.contains { ($0.leverage(window: window)?.share ?? 0) >= Leverage.fewest }
    }

    /// The rows as the proxy with the trained window orders them, the best first; equal ones in the experiment's order.
    package var order: [Row] {
        rows.enumerated().sorted { a, b in
            let (first, second) = (completed(a.element) ?? 0, completed(b.element) ?? 0)
            return first != second ? first > second : a.offset < b.offset
        }.map(\.element)
    }

    /// What the proxy with the trained window completes, acting as policies do; nil where it was not tried.
    package func completed(_ row: Row) -> Double? { row.completed(window: window, acting) }

    /// Rows whose reward pays for dawdling.
    package var dawdlers: [Row] { rows.filter { $0.dawdling?.pays ?? false } }
}

extension DataCheck.Row {
    /// What the proxy with a window completes; nil where it was not tried.
    package func completed(window: Int, _ acting: DataCheck.Acting) -> Double? {
        proxy.first { $0.window == window }.map { acting == .best ? $0.best : $0.completed }
    }
}

/// A row of an experiment as a check sees it.
package struct CheckedRow: Sendable, Equatable {
    /// As in the experiment.
    package var name: String
    /// As shown.
    package var title: String
    /// What is learned.
    package var algorithm: Algorithm
    /// How.
    package var iql: IQL
    /// What steps are worth.
    package var reward: RewardMix

    /// - Parameter reward: Not read by cloning that does not weigh.
    package init(name: String, title: String, algorithm: Algorithm, iql: IQL, reward: RewardMix) {
        self.name = name
        self.title = title
        self.algorithm = algorithm
        self.iql = iql
        self.reward = reward
    }

    /// What a learner with a table makes of it.
    func policy(_ problem: TabularProblem, _ series: RewardSeries) -> TabularPolicy {
        switch algorithm {
        case .bc: return .cloning(problem)
        case .filteredBC: return .filteredCloning(problem)
        case .raBC: return .weightedCloning(problem, weights: series.weights)
        case .iql, .ivl:
            let learner = TabularLearner(iql, ends: reward.ends)
            return learner.policy(problem, learner.values(problem, rewards: series.rewards))
        }
    }
}
