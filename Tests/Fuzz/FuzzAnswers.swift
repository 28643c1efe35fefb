// What a model or its server sends back; compiled together with the sources it reads (Tests/Fuzz/fuzz.sh).
// The environment variable RGVLM_FUZZ names the reader: scores or replies.

import Ground

@testable import JSON
@testable import RewardLabeling
@testable import VisionLanguage

private let reader = getenv("RGVLM_FUZZ").map { String(cString: $0) } ?? "scores"
private let secret = "sk-0123456789"
private let apis: [any ProviderAPI] = {
    var options = ProviderOptions(baseURL: "http://localhost", model: "m")
    options.key = try? APIKey(secret)
    do {
        return [try OpenAIAPI(options), try GeminiAPI(options), try AnthropicAPI(options)]
    } catch {
        fatalError("\(error)")
    }
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    guard bytes.count > 2 else { return 0 }
    switch reader {
    case "scores":
        fuzzScores(String(decoding: bytes[2...], as: UTF8.self), count: Int(bytes[0] % 16), cut: Int(bytes[1]))
    case "replies": fuzzReply(Array(bytes[2...]), api: Int(bytes[0]), status: Int(bytes[1]))
    default: fatalError("RGVLM_FUZZ=\(reader)")
    }
    return 0
}

/// Scores that are read stand in the answer, and their means are scores too.
private func fuzzScores(_ answer: String, count: Int, cut: Int) {
    guard case .success(let scores) = ScoreParser.parse(answer, count: count) else { return }
    let bytes = Array(answer.utf8)
    precondition(scores.values.count == count && scores.offsets.count == count)
    for (value, offset) in zip(scores.values, scores.offsets) {
        let digits = bytes[offset...].drop { $0 == UInt8(ascii: "-") }.prefix { (0x30...0x39).contains($0) }
        precondition((0...10).contains(value) && String(decoding: digits, as: UTF8.self) == "\(value)")
    }
    var tokens: [TokenLogprob] = []
    var rest = answer[...]
    while !rest.isEmpty {
        let text = String(rest.prefix(1 + (cut &+ tokens.count) % 3))
        rest = rest.dropFirst(text.count)
        let other = TokenLogprob.Alternative(token: String(cut % 13), logprob: -Double(cut) / 64)
        tokens.append(TokenLogprob(token: text, logprob: -Double(tokens.count % 3), top: [other]))
    }
    for mean in ExpectedScores.means(scores, in: answer, tokens: tokens) {
        if let mean { precondition(mean >= 0 && mean <= 10.000001) }
    }
}

/// A reply becomes an answer that says something, or a failure in one line; no key is in what is kept of it.
private func fuzzReply(_ body: [UInt8], api: Int, status: Int) {
    let statuses = [200, 200, 200, 400, 401, 403, 404, 429, 500, 503, 204, 302, 0, -1, 999]
    let prefix = String(decoding: body.prefix(24), as: UTF8.self)
    var reply = HTTPReply(
        status: statuses[status % statuses.count], headers: ["retry-after": prefix, "x-request-id": prefix], body: body)
    if api % 4 == 3 {
        guard let line = BatchLine.Answer(body) else { return }
        guard let answered = line.reply else { return }
        reply = answered
        // What was taken out of the line is a document of its own.
        precondition((try? JSONValue(reply: reply.body)) != nil)
    }
    let hidden = Array(secret.utf8)
    func isClean(_ bytes: [UInt8]) -> Bool {
        bytes.count < hidden.count
            || !(0...(bytes.count - hidden.count)).contains { bytes[$0..<$0 + hidden.count].elementsEqual(hidden) }
    }
    switch apis[api % 4 % 3].decode(reply) {
    case .success(let answer):
        precondition(answer.text.contains { !$0.isWhitespace } && isClean(answer.raw))
        precondition(answer.usage.prompt >= 0 && answer.usage.completion >= 0 && answer.usage.cached >= 0)
        _ = ScoreParser.parse(answer.text, count: 3)
    case .failure(let failure):
        precondition(!failure.message.utf8.contains { $0 < 0x20 || $0 == 0x7F } && isClean(failure.raw))
        precondition(failure.retryAfter.map { $0 >= .zero } ?? true)
        precondition(failure.usage.prompt >= 0 && failure.usage.completion >= 0)
    }
}
