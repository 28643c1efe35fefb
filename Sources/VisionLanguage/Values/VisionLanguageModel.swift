/// Whoever answers questions about pictures: a server, the scripted annotator, or the answers of an earlier run.
package protocol VisionLanguageModel: Sendable {
    var identity: ModelIdentity { get }

    /// Asks once. Retries, rates and budgets are the client's business.
    ///
    /// - Parameter timeout: The longest the answer may take.
    func answer(_ request: VLMRequest, timeout: Duration) async -> Result<VLMAnswer, CallFailure>
}
