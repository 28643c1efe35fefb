import Episodes
import OfflineRL
import Testing

/// Tables learned by IQL against the fixed points of what its losses ask for, in double precision.
@Suite struct ClosedFormValueTests {
    static let discount = 0.9
    static let problems = [(1, false), (2, true), (3, false), (4, true), (5, true), (6, false)]

    static func learned(
        _ problem: TabularProblem, expectile: Float, _ training: TabularTraining = TabularTraining(),
        temperature: Float = 1, limit: Float = 100
    ) -> TabularLearner {
        var iql = IQL()
        iql.discount = Float(discount)
        iql.expectile = expectile
        iql.polyak = 0.1
        iql.temperature = temperature
        iql.weightLimit = limit
        let learner = TabularLearner(
            iql, stateCount: problem.stateCount, actionCount: problem.actionCount, seed: 7)
        training(learner, problem.data)
        return learner
    }

    /// Values of rewards up to 1.
    static var tolerance: Double { TabularTraining().valueTolerance(discount: discount, magnitude: 1 / (1 - discount)) }

    @Test(arguments: problems)
    func expectileOneHalfGivesTheBehavioursValues(seed: Int, isStochastic: Bool) {
        let problem = TabularProblem(seed: seed, isStochastic: isStochastic)
        let model = TabularModel(problem.data)
        let value = model.behaviourValue(discount: Self.discount)
        let learner = Self.learned(problem, expectile: 0.5)
        Self.expect(learner, problem, near: value, within: Self.tolerance)
        // It is another value than the best one.
        let best = model.optimalValue(discount: Self.discount)
        #expect(zip(best, value).contains { $0 - $1 > 50 * Self.tolerance })
    }

    @Test(arguments: problems, [0.7, 0.9, 0.99, 0.999] as [Float])
    func expectilesGiveTheirOwnFixedPoint(problem: (Int, Bool), expectile: Float) {
        let problem = TabularProblem(seed: problem.0, isStochastic: problem.1)
        let value = TabularModel(problem.data).expectileValue(Double(expectile), discount: Self.discount)
        Self.expect(Self.learned(problem, expectile: expectile), problem, near: value, within: Self.tolerance)
    }

    /// Towards 1 the values become the best ones of the data's actions, though another action would be better: never
    /// above them, and below by no more than the expectile's distance from 1 allows.
    @Test(arguments: problems)
    func expectilesTowardsOneGiveTheBestOfTheDatasActions(seed: Int, isStochastic: Bool) {
        let problem = TabularProblem(seed: seed, isStochastic: isStochastic)
        let model = TabularModel(problem.data)
        let best = model.optimalValue(discount: Self.discount)
        for expectile in [0.99, 0.999, 0.9999, 0.99999] as [Float] {
            let values = Self.learned(problem, expectile: expectile).vValues.map { Double($0) }
            let loss = model.expectileLoss(Double(expectile), discount: Self.discount)
            for (value, best) in zip(values, best) {
                #expect(value <= best + Self.tolerance && value >= best - loss - Self.tolerance)
            }
            #expect(expectile < 0.9999 || loss < 0.05)
        }
        let unrestricted = problem.unrestrictedValue(discount: Self.discount)
        #expect(zip(unrestricted, best).contains { $0 - $1 > 0.5 })
    }

    /// Nothing ever looks at an action that the data lack: its entries keep their first bytes.
    @Test(arguments: problems)
    func otherActionsAreNeverTouched(seed: Int, isStochastic: Bool) {
        let problem = TabularProblem(seed: seed, isStochastic: isStochastic)
        var training = TabularTraining()
        training.updates = 2
        let before = TabularLearner(IQL(), stateCount: problem.stateCount, actionCount: problem.actionCount, seed: 7)
        let after = Self.learned(problem, expectile: 0.9, training)
        for pair in problem.isCovered.indices {
            #expect((before.q1Values[pair] == after.q1Values[pair]) == !problem.isCovered[pair])
            #expect((before.q2Values[pair] == after.q2Values[pair]) == !problem.isCovered[pair])
        }
    }

    private static func expect(
        _ learner: TabularLearner, _ problem: TabularProblem, near value: [Double], within tolerance: Double
    ) {
        let q = TabularModel(problem.data).q(value, discount: discount)
        let distance = (
            v: TabularMathematics.distance(learner.vValues, value),
            q1: TabularMathematics.distance(learner.q1Values, q) { problem.isCovered[$0] },
            q2: TabularMathematics.distance(learner.q2Values, q) { problem.isCovered[$0] }
        )
        #expect(distance.v <= tolerance && distance.q1 <= tolerance && distance.q2 <= tolerance)
    }
}
