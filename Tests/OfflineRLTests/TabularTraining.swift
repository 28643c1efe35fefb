import Episodes
import Foundation
import OfflineRL
import Tensors

/// Updates on all of the data with a learning rate that falls geometrically.
struct TabularTraining {
    var updates = 8000
    var firstRate: Float = 0.1
    var lastRate: Float = 1e-6

    /// How far a table's entry may be from where its loss sends it: a step of AdamW is about the learning rate, and its
    /// first moment carries on for 1 / (1 - beta1) = 10 of them.
    var entryTolerance: Double { 10 * Double(lastRate) }

    /// How far values may be from their fixed point: V and Q are each off by `entryTolerance`, a backup passes the sum
    /// on times `discount`. Numbers up to `magnitude` are rounded to 24 bits at both.
    func valueTolerance(discount: Double, magnitude: Double) -> Double {
        (2 * entryTolerance + 2 * magnitude / 16_777_216) / (1 - discount)
    }

    func callAsFunction(_ learner: TabularLearner, _ data: TabularData) {
        var optimizer = AdamW()
        optimizer.beta2 = 0.99
        optimizer.weightDecay = 0
        // Gradients of rare actions' scores are small.
        optimizer.epsilon = 1e-12
        for update in 0..<updates {
            optimizer.learningRate = firstRate * pow(lastRate / firstRate, Float(update) / Float(updates - 1))
            learner.update(data, optimizer)
        }
    }
}

enum TabularMathematics {
    static func exponential(_ x: Double) -> Double { exp(x) }

    /// The largest difference of two lists at places that count.
    static func distance(_ a: [Float], _ b: [Double], where counts: (Int) -> Bool = { _ in true }) -> Double {
        precondition(a.count == b.count)
        return a.indices.filter(counts).reduce(0) { max($0, abs(Double(a[$1]) - b[$1])) }
    }
}
