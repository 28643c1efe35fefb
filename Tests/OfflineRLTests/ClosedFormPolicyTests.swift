import Episodes
import Foundation
import OfflineRL
import Tensors
import Testing

/// What advantage-weighted regression extracts, against its closed form.
@Suite struct ClosedFormPolicyTests {
    /// With values at their fixed point the policy is the behaviour's shares times the weights.
    @Test(arguments: ClosedFormValueTests.problems, [(1, 100), (3, 1.5), (0, 100)] as [(Float, Float)])
    func policyIsTheWeightedBehaviour(problem: (Int, Bool), extraction: (Float, Float)) {
        let problem = TabularProblem(seed: problem.0, isStochastic: problem.1)
        let (discount, expectile) = (ClosedFormValueTests.discount, 0.9)
        let (temperature, limit) = (Double(extraction.0), Double(extraction.1))
        let learner = ClosedFormValueTests.learned(
            problem, expectile: Float(expectile), temperature: extraction.0, limit: extraction.1)
        let model = TabularModel(problem.data)
        let value = model.expectileValue(expectile, discount: discount)
        let expected = model.weightedPolicy(value, discount: discount, temperature: temperature, limit: limit)
        // An advantage is off by both its values' errors, the logarithm of a ratio of weights by that of two
        // advantages; so is that of a ratio of probabilities by two logits. Probabilities are of single precision: 1e-6
        // is left to them.
        let training = TabularTraining()
        let tolerance =
            temperature * 4 * ClosedFormValueTests.tolerance + 2 * training.entryTolerance
        var isOther = false
        for state in 0..<problem.stateCount {
            for (action, probability) in learner.probabilities(state).enumerated() {
                let pair = state * problem.actionCount + action
                if problem.isCovered[pair] {
                    #expect(abs(probability - expected[pair]) <= tolerance * expected[pair] + 1e-6)
                    let share = model.actions(state, model.rewards).first { $0.action == action }?.share ?? 0
                    isOther = isOther || abs(log(share / expected[pair])) > 10 * tolerance
                } else {
                    #expect(probability < 1e-6)
                }
            }
        }
        #expect(isOther == (temperature > 0))
    }

    /// exp(0) = 1: the same bytes as without a critic.
    @Test(arguments: ClosedFormValueTests.problems)
    func temperatureZeroIsBehaviourCloning(seed: Int, isStochastic: Bool) {
        let problem = TabularProblem(seed: seed, isStochastic: isStochastic)
        func policy(temperature: Float, hasCritic: Bool) -> [UInt32] {
            var iql = IQL()
            iql.temperature = temperature
            let learner = TabularLearner(
                iql, stateCount: problem.stateCount, actionCount: problem.actionCount, seed: 3,
                algorithm: hasCritic ? .iql : .bc)
            for _ in 0..<50 { learner.update(problem.data, AdamW()) }
            return learner.logitValues.map(\.bitPattern)
        }
        let cloned = policy(temperature: 0, hasCritic: false)
        #expect(policy(temperature: 0, hasCritic: true) == cloned)
        #expect(policy(temperature: 1, hasCritic: true) != cloned)
    }
}
