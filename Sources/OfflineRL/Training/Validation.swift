internal import Episodes
internal import Networks
internal import Tensors

/// How well a learner does on windows it has not seen, without a simulator.
package struct ValidationMetrics: Sendable, Equatable {
    /// Figures by name, in a fixed order.
    package var figures: [(name: String, value: Double)] = []

    package static func == (a: ValidationMetrics, b: ValidationMetrics) -> Bool {
        a.figures.elementsEqual(b.figures) { $0.name == $1.name && $0.value == $1.value }
    }

    package subscript(name: String) -> Double? { figures.first { $0.name == name }?.value }
}

/// Sums over batches from which ``ValidationMetrics`` are made.
struct ValidationSums {
    private var steps = 0
    private var interactions = 0
    private var sums: [String: Double] = [:]
    private var correctActions = 0
    private var correctObjects = 0
    /// By action: true positives, predicted, actual.
    private var counts = [(hits: Int, predicted: Int, actual: Int)](
        repeating: (0, 0, 0), count: NetworkShape.actionCount)

    private var hasBaselines = false
    private var lastActions = 0
    private var frequentActions = 0
    private var frequentObjects = 0

    /// What guessing without looking scores: the training set's most frequent action, the action before (at first the
    /// most frequent), its most frequent object.
    mutating func addBaselines(_ batch: WindowBatch, _ objects: [Int32], _ guess: TrainingSet.MostFrequent) {
        hasBaselines = true
        for window in 0..<batch.windowCount {
            var last = guess.action
            for step in Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1]) {
                if batch.actions[step] == last { lastActions += 1 }
                if batch.actions[step] == guess.action { frequentActions += 1 }
                last = batch.actions[step]
            }
        }
        for object in objects where object == guess.object { frequentObjects += 1 }
    }

    mutating func add(_ predictedActions: [Int], _ actions: [Int32], _ predictedObjects: [Int], _ objects: [Int32]) {
        for (predicted, actual) in zip(predictedActions, actions) {
            counts[predicted].predicted += 1
            counts[Int(actual)].actual += 1
            if predicted == Int(actual) {
                counts[predicted].hits += 1
                correctActions += 1
            }
        }
        for (predicted, actual) in zip(predictedObjects, objects) where predicted == Int(actual) { correctObjects += 1 }
        steps += actions.count
        interactions += objects.count
    }

    mutating func add(_ metrics: UpdateMetrics) {
        func add(_ name: String, _ value: Double, _ weight: Int) { sums[name, default: 0] += value * Double(weight) }
        add("loss/action", metrics.actionLoss, metrics.steps)
        add("loss/object", metrics.objectLoss, metrics.interactions)
        guard let critic = metrics.critic else { return }
        for (name, value) in critic.named { add(name, value, metrics.steps) }
    }

    var metrics: ValidationMetrics {
        var result = ValidationMetrics()
        let stepCount = Double(max(steps, 1))
        let interactionCount = Double(max(interactions, 1))
        result.figures.append(("action/exact", Double(correctActions) / stepCount))
        // The mean over the actions that occur or are predicted, as macro F1 is defined.
        let scores = counts.filter { $0.predicted + $0.actual > 0 }.map {
            2 * Double($0.hits) / Double($0.predicted + $0.actual)
        }
        result.figures.append(("action/f1", scores.reduce(0, +) / Double(max(scores.count, 1))))
        if interactions > 0 { result.figures.append(("object/precision", Double(correctObjects) / interactionCount)) }
        if hasBaselines {
            result.figures.append(("baseline/frequent_action", Double(frequentActions) / stepCount))
            result.figures.append(("baseline/last_action", Double(lastActions) / stepCount))
            if interactions > 0 {
                result.figures.append(("baseline/frequent_object", Double(frequentObjects) / interactionCount))
            }
        }
        for (name, sum) in sums.sorted(by: { $0.key < $1.key }) {
            result.figures.append((name, sum / (name == "loss/object" ? interactionCount : stepCount)))
        }
        return result
    }
}

extension IQL.CriticLoss {
    /// Figures by name as they are logged.
    var named: [(String, Double)] {
        let figures = [
            ("loss/q1", q1), ("loss/q2", q2), ("loss/v", v), ("mean/q", meanQ), ("mean/v", meanV),
            ("mean/advantage", meanAdvantage), ("mean/weight", meanWeight), ("clip_rate", clipRate),
        ]
        return hasQ ? figures : figures.filter { !["loss/q1", "loss/q2", "mean/q"].contains($0.0) }
    }
}

extension UpdateMetrics {
    var named: [(String, Double)] {
        [("loss/action", actionLoss), ("loss/object", objectLoss)] + (critic?.named ?? [])
    }
}

extension Learner {
    /// Figures over all batches of `sampler`.
    ///
    /// - Parameters:
    ///   - guess: The training set's most frequent action and object, for the baselines.
    ///   - shouldStop: Asked after each batch; nil is returned once it says so.
    package func validate(
        _ sampler: WindowSampler, guess: TrainingSet.MostFrequent? = nil, shouldStop: () -> Bool = { false }
    ) -> ValidationMetrics? {
        var sums = ValidationSums()
        var batch = sampler.makeBatch()
        for number in sampler.numbers {
            sampler.fill(&batch, number: number)
            let metrics = evaluate(batch) { output, objectSteps in
                let objects = output.objects.map { tape.read($0) } ?? []
                let actualObjects = objectSteps.map { batch.objects[Int($0)] }
                if let guess { sums.addBaselines(batch, actualObjects, guess) }
                sums.add(
                    Self.choices(tape.read(output.actions), NetworkShape.actionCount), batch.actions,
                    Self.choices(objects, NetworkShape.objectClassCount), actualObjects)
            }
            sums.add(metrics)
            if shouldStop() { return nil }
        }
        return sums.metrics
    }

    /// The best of each row, never the first, which is padding or no object.
    static func choices(_ scores: [Float], _ columns: Int) -> [Int] {
        (0..<scores.count / columns).map { row in
            var best = 1
            for column in 2..<columns where scores[row * columns + column] > scores[row * columns + best] {
                best = column
            }
            return best
        }
    }
}
