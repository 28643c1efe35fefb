internal import Foundation
internal import JSON

/// What the replies of all providers have in common: bodies that may be anything, and errors with a status.
struct ReplyReader: Sendable {
    let redaction: Redaction

    init(_ options: ProviderOptions) { redaction = Redaction(options) }

    /// The document of a successful reply, without secrets, or what the reply is instead.
    func document(_ reply: HTTPReply) -> Result<(JSONValue, raw: [UInt8]), CallFailure> {
        let raw = redaction.clean(reply.body)
        guard (200..<300).contains(reply.status) else { return .failure(httpFailure(reply, raw: raw)) }
        func invalid(_ message: String) -> Result<(JSONValue, raw: [UInt8]), CallFailure> {
            .failure(
                CallFailure(
                    .invalid, redaction.message(message), status: reply.status, id: Self.callID(reply.headers), raw: raw
                ))
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(reply: raw)
        } catch {
            return invalid("the reply is not JSON: \(error)")
        }
        guard value.members != nil else { return invalid("the reply is not a JSON object") }
        if let error = value["error"], !error.isNull {
            return invalid("the reply holds an error: \(Self.message(value) ?? "without a message")")
        }
        return .success((value, raw))
    }

    static func callID(_ headers: [String: String]) -> String? {
        (headers["x-request-id"] ?? headers["request-id"]).map { Redaction.oneLine($0, limit: 200) }
    }

    /// A name out of a reply, fit to be shown.
    static func name(_ value: JSONValue?) -> String? {
        value?.string.map { Redaction.oneLine($0, limit: 200) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    // MARK: Errors with a status

    private func httpFailure(_ reply: HTTPReply, raw: [UInt8]) -> CallFailure {
        let document = (try? JSONValue(reply: raw)).map { document in
            // Gemini wraps errors into an array where streams are allowed.
            if case .array(let items) = document, let first = items.first { first } else { document }
        }
        let said = document.flatMap(Self.message) ?? Self.plainText(raw)
        let error = document?["error"]
        let marks = [error?["code"], error?["type"], error?["status"], document?["code"], document?["type"]]
            .compactMap { $0?.string }
        let words = said.map { ": \(redaction.message($0))" } ?? ""
        var failure = CallFailure(
            .http, "HTTP \(reply.status)\(words)", status: reply.status,
            retryAfter: RetryAfter.read(
                headers: reply.headers, error: error, message: said ?? "", now: Date()),
            shouldRetry: Self.shouldRetry(reply.headers), id: Self.callID(reply.headers), raw: raw)
        if Self.isFiltered(status: reply.status, error: error, marks: marks) {
            failure.kind = .refusal
            return failure
        }
        failure.isQuota = Self.isQuota(status: reply.status, error: error, marks: marks, message: said ?? "")
        failure.isServerDown = [401, 403, 404].contains(reply.status)
        return failure
    }

    private static func shouldRetry(_ headers: [String: String]) -> Bool? {
        switch headers["x-should-retry"]?.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// Azure and OpenAI answer 400 where a filter stops the question, OpenRouter 403.
    private static func isFiltered(status: Int, error: JSONValue?, marks: [String]) -> Bool {
        if status == 400 {
            return marks.contains { ["content_filter", "content_policy_violation"].contains($0) }
                || error?["innererror"]?["code"]?.string == "ResponsibleAIPolicyViolation"
        }
        return status == 403 && error?["metadata"]?["reasons"]?.array != nil
    }

    private static func isQuota(status: Int, error: JSONValue?, marks: [String], message: String) -> Bool {
        if status == 402 { return true }
        let names = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error"]
        if marks.contains(where: names.contains) { return true }
        let violations = (error?["details"]?.array ?? []).flatMap { $0["violations"]?.array ?? [] }
        if violations.contains(where: { $0["quotaId"]?.string?.contains("PerDay") ?? false }) { return true }
        return status == 400 && message.contains("credit balance is too low")
    }

    /// The error's words in the forms that servers use.
    private static func message(_ document: JSONValue) -> String? {
        let error = document["error"]
        let candidates = [
            error?["message"], error, document["message"], document["detail"],
            document["errors"]?.array?.first?["message"],
            document["errors"]?.array?.first,
        ]
        if let text = candidates.lazy.compactMap({ $0?.string }).first(where: { !$0.isEmpty }) {
            return text
        }
        // FastAPI lists what is wrong with the body.
        let details = (document["detail"]?.array ?? []).compactMap { $0["msg"]?.string }
        return details.isEmpty ? nil : details.joined(separator: "; ")
    }

    /// A body that is no JSON, unless it is a web page.
    private static func plainText(_ raw: [UInt8]) -> String? {
        let text = String(decoding: raw.prefix(2000), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty || "<{[".contains(text[text.startIndex]) ? nil : text
    }
}

/// What all providers' answers have in common once their parts are found.
struct ReplyParts {
    enum Ending {
        case complete
        /// With what the server gives as reason.
        case refusal(String)
        case truncation(String)
        case invalid(String)
    }

    var text = ""
    var ending: Ending
    var finishReason: String?
    var model: String?
    var fingerprint: String?
    var id: String?
    var usage = TokenUsage()
    var logprobs: [TokenLogprob]?

    func result(status: Int, raw: [UInt8], redaction: Redaction) -> Result<VLMAnswer, CallFailure> {
        func failed(_ kind: CallFailure.Kind, _ message: String) -> Result<VLMAnswer, CallFailure> {
            .failure(
                CallFailure(
                    kind, redaction.message(message), status: status, usage: usage, text: text.isEmpty ? nil : text,
                    model: model, id: id, raw: raw))
        }
        switch ending {
        case .refusal(let reason): return failed(.refusal, reason)
        case .truncation(let reason): return failed(.truncation, reason)
        case .invalid(let reason): return failed(.invalid, reason)
        case .complete:
            guard text.contains(where: { !$0.isWhitespace }) else { return failed(.invalid, "the answer is empty") }
            return .success(
                VLMAnswer(
                    text: text, model: model, fingerprint: fingerprint, finishReason: finishReason, id: id,
                    usage: usage, logprobs: logprobs, raw: raw))
        }
    }
}

extension JSONValue {
    /// A document that a server sent: its slips cost no answer that was paid for.
    init(reply bytes: [UInt8]) throws(JSONError) {
        try self.init(parsing: bytes, [.halfPairs, .brokenText, .hugeNumbers])
    }

    /// A count of tokens: 0 for what is none, and never so many that sums of counts could overflow.
    var count: Int { double.map { Int(min(max(0, $0), 1e12)) } ?? 0 }
}
