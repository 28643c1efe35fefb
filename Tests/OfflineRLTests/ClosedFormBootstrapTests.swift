import Episodes
import Tensors
import Testing

@testable import OfflineRL

/// Where a window ends: fulfilled, or cut off.
@Suite struct ClosedFormBootstrapTests {
    /// A chain of six steps with reward 1 for the last; the window of the first three is cut off, or called terminal.
    private static func learned(cutIsTerminal: Bool, hasRest: Bool = true) -> TabularLearner {
        var data = TabularData(stateCount: 7, actionCount: 2)
        data.append(states: [0, 1, 2, 3], actions: [1, 1, 1], rewards: [0, 0, 0], isTerminal: cutIsTerminal)
        if hasRest {
            data.append(states: [3, 4, 5, 6], actions: [1, 1, 1], rewards: [0, 0, 1], isTerminal: true)
        }
        var iql = IQL()
        iql.discount = 0.5
        iql.polyak = 0.1
        let learner = TabularLearner(iql, stateCount: 7, actionCount: 2, seed: 5)
        TabularTraining()(learner, data)
        return learner
    }

    private static let tolerance = TabularTraining().valueTolerance(discount: 0.5, magnitude: 1)

    @Test func aCutBootstraps() {
        let learner = Self.learned(cutIsTerminal: false)
        let expected = [0.03125, 0.0625, 0.125, 0.25, 0.5, 1]
        #expect(TabularMathematics.distance(Array(learner.vValues.prefix(6)), expected) <= Self.tolerance)
        for (state, value) in expected.enumerated() {
            #expect(abs(Double(learner.q1Values[2 * state + 1]) - value) <= Self.tolerance)
            #expect(abs(Double(learner.q2Values[2 * state + 1]) - value) <= Self.tolerance)
        }
    }

    @Test func aTerminalDoesNot() {
        let learner = Self.learned(cutIsTerminal: true)
        let expected = [0, 0, 0, 0.25, 0.5, 1]
        #expect(TabularMathematics.distance(Array(learner.vValues.prefix(6)), expected) <= Self.tolerance)
    }

    /// The frame after the last step has a V that is read and never learned from there.
    @Test func theLastFrameIsNotLearned() {
        let fresh = TabularLearner(IQL(), stateCount: 7, actionCount: 2, seed: 5).vValues
        for learner in [
            Self.learned(cutIsTerminal: false, hasRest: false), Self.learned(cutIsTerminal: true, hasRest: false),
        ] {
            #expect(learner.vValues[3...].map(\.bitPattern) == fresh[3...].map(\.bitPattern))
        }
        let value = Double(fresh[3])
        let cut = Self.learned(cutIsTerminal: false, hasRest: false)
        #expect(
            TabularMathematics.distance(Array(cut.vValues.prefix(3)), [value / 8, value / 4, value / 2])
                <= Self.tolerance)
    }

    /// Every figure of a loss whose terms are exact in binary.
    @Test func figuresOfOneUpdate() throws {
        var data = TabularData(stateCount: 3, actionCount: 2)
        data.append(states: [0, 1, 2], actions: [0, 1], rewards: [0.25, -1], isTerminal: false)
        data.append(states: [1, 0], actions: [0], rewards: [1], isTerminal: true)
        var iql = IQL()
        iql.discount = 0.5
        iql.expectile = 0.75
        iql.temperature = 0
        let learner = TabularLearner(iql, stateCount: 3, actionCount: 2, seed: 1)
        // The target's Q differ from those that are learned, and its smaller one is not always the first.
        learner.set(q1: [2, 0, 1, -1, 0, 0], q2: [1, 0, 3, 0.5, 0, 0], v: [0.5, 2, 4])
        learner.setOnline(q1: [1, 0, 0, 2, 0, 0], q2: [0, 0, 1, 1, 0, 0])
        let (loss, policyLoss, weights) = learner.computeGradients(data)
        let critic = try #require(loss)
        // y = 0.25 + 0.5 * 2, -1 + 0.5 * 4, 1; online q1 = 1, 2, 0 and q2 = 0, 1, 1.
        #expect(abs(critic.q1 - (0.0625 + 1 + 1) / 3) < 1e-6)
        #expect(abs(critic.q2 - (1.5625 + 0 + 0) / 3) < 1e-6)
        // u = min(2, 1) - 0.5, min(-1, 0.5) - 2, min(1, 3) - 2.
        #expect(abs(critic.v - (0.75 * 0.25 + 0.25 * 9 + 0.25 * 1) / 3) < 1e-6)
        #expect(abs(critic.meanQ - (0 + 1 + 0) / 3) < 1e-6)
        #expect(abs(critic.meanV - (0.5 + 2 + 2) / 3) < 1e-6)
        #expect(abs(critic.meanAdvantage - (0.5 - 3 - 1) / 3) < 1e-6)
        #expect(critic.maximumAdvantage == 0.5)
        #expect(critic.meanWeight == 1 && critic.clipRate == 0 && weights == [1, 1, 1])
        #expect(abs(policyLoss - 0.693147180559945) < 1e-6)
        let gradients = learner.critic.read(learner.critic.gradients, count: learner.critic.layout.valueCount)
        let offsets = learner.critic.layout.parameters.map(\.offset)
        func gradient(_ table: Int, _ row: Int) -> Double { Double(gradients[offsets[table] + row]) }
        // d(mean (q - y)^2) = 2 (q - y) / 3, d(mean w u^2) = -2 w u / 3; a state of two steps gets both.
        for (table, expected) in [
            (0, [-0.5, 0, -2, 2, 0, 0]), (1, [-2.5, 0, 0, 0, 0, 0]), (2, [-0.75, 1.5 + 0.5, 0]),
        ] {
            for (row, value) in expected.enumerated() { #expect(abs(gradient(table, row) - value / 3) < 1e-6) }
        }
    }
}
