/// Scores of a span's states that are computed, not asked for: 0 to 10, any number.
package struct SpanScores: Sendable, Equatable {
    /// Of the state in which the span starts.
    package var start: Double
    /// Of the state after each action.
    package var scores: [Double]

    /// - Parameter scores: As many as the span has actions.
    package init(start: Double, scores: [Double]) {
        self.start = start
        self.scores = scores
    }
}

/// Computes the scores of a span. What it throws that is no `StoreError` leaves the span without scores.
package typealias SpanScorer = @Sendable (Span) async throws -> SpanScores
