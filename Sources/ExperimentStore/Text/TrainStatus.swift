internal import Ground

/// A training run and how far it is, for people and as JSON.
package struct TrainStatus: Encodable, Sendable {
    var run: String
    var status: String
    var step: Int
    var bestStep: Int?
    var algorithm: String
    var preset: String
    var encoder: String
    var parameters: Int
    var seed: String
    var reward: String
    var startedAt: String
    var updatedAt: String
    var message: String?
    var figures: [String: [String: Double]]

    private enum CodingKeys: String, CodingKey {
        case run, status, step, bestStep, algorithm, preset, encoder, parameters, seed, reward, startedAt, updatedAt,
            message,
            figures
    }

    private let latestText: String

    /// - Parameter metrics: The run's figures, in order.
    package init(_ run: TrainRun, _ metrics: [TrainMetricRow]) {
        self.run = run.identity.name
        status = run.status.rawValue
        step = run.step
        bestStep = run.bestStep
        algorithm = run.identity.algorithm
        preset = run.identity.preset
        encoder = run.identity.encoder
        parameters = run.identity.parameters
        seed = String(UInt64(bitPattern: run.identity.seed))
        reward = run.identity.reward.json ?? ""
        startedAt = run.startedAt
        updatedAt = run.updatedAt
        message = run.message
        figures = metrics.latest
        latestText = metrics.latestText
    }

    /// A line about the run, and its latest figures.
    package var text: String {
        "\(run): \(status) after \(step.grouped) updates; \(algorithm), \(preset), \(encoder), seed \(seed), "
            + "\(parameters.grouped) parameters\n" + (message.map { "  \($0)\n" } ?? "") + latestText
    }
}
