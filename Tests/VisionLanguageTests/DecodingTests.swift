import Foundation
import Ground
import Testing

@testable import VisionLanguage

private let key = "sk-0123456789abcdef"
private func openAI() throws -> OpenAIAPI {
    try OpenAIAPI(
        ProviderOptions(
            baseURL: "https://h", model: "m", key: APIKey(key), extraHeaders: ["X-A": "Bearer hidden-value"]))
}
private func gemini() throws -> GeminiAPI {
    try GeminiAPI(ProviderOptions(baseURL: "https://h", model: "m", key: APIKey(key)))
}
private func anthropic() throws -> AnthropicAPI {
    try AnthropicAPI(ProviderOptions(baseURL: "https://h", model: "m", key: APIKey(key)))
}
private func all() throws -> [any ProviderAPI] { [try openAI(), try gemini(), try anthropic()] }

private func completion(
    message: String = #"{"role":"assistant","content":"7"}"#, finish: String = #""stop""#, more: String = ""
) -> String {
    """
    {"id":"c1","object":"chat.completion","model":"m-2024","system_fingerprint":"fp","choices":[{"index":0,
    "finish_reason":\(finish),"message":\(message)\(more)}],"usage":{"prompt_tokens":100,"completion_tokens":10,
    "total_tokens":110,"prompt_tokens_details":{"cached_tokens":60}}}
    """
}
private func candidate(_ parts: String = #"[{"text":"7"}]"#, finish: String = #""STOP""#, more: String = "") -> String {
    """
    {"candidates":[{"content":{"role":"model","parts":\(parts)},"finishReason":\(finish)\(more)}],"modelVersion":"g-1",
    "responseId":"c1","usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":4,
    "thoughtsTokenCount":6,"totalTokenCount":110}}
    """
}
private func message(
    _ content: String = #"[{"type":"text","text":"7"}]"#, stop: String = #""end_turn""#, more: String = ""
) -> String {
    """
    {"id":"c1","type":"message","role":"assistant","model":"a-1","content":\(content),"stop_reason":\(stop)\(more),
    "usage":{"input_tokens":30,"cache_creation_input_tokens":10,"cache_read_input_tokens":60,"output_tokens":10}}
    """
}
private let usage = TokenUsage(prompt: 100, cached: 60, completion: 10)

@Suite struct DecodingTests {
    @Test func completeAnswers() throws {
        let logprobs = """
            ,"logprobs":{"content":[{"token":"7","logprob":-0.1,"bytes":[55],
            "top_logprobs":[{"token":"7","logprob":-0.1},
            {"token":"8","logprob":-2.5},{"token":"9","logprob":null}]}]}
            """
        let tokens = [
            TokenLogprob(
                token: "7", logprob: -0.1, top: [.init(token: "7", logprob: -0.1), .init(token: "8", logprob: -2.5)])
        ]
        let open = try #require(try openAI().decode(reply(completion(more: logprobs))).value)
        #expect(
            open
                == VLMAnswer(
                    text: "7", model: "m-2024", fingerprint: "fp", finishReason: "stop", id: "c1", usage: usage,
                    logprobs: tokens, raw: Array(completion(more: logprobs).utf8)))

        let result = """
            ,"logprobsResult":{"chosenCandidates":[{"token":"7","tokenId":3,"logProbability":-0.1}],"topCandidates":[
            {"candidates":[{"token":"7","logProbability":-0.1},{"token":"8","logProbability":-2.5}]}]}
            """
        let parts = #"[{"text":"hm","thought":true},{"text":"7"},{"text":" "}]"#
        let google = try #require(try gemini().decode(reply(candidate(parts, more: result))).value)
        #expect(google.text == "7 " && google.model == "g-1" && google.id == "c1" && google.finishReason == "STOP")
        #expect(google.usage == usage && google.logprobs == tokens)

        let blocks = #"[{"type":"thinking","thinking":"hm"},{"type":"text","text":"7"},{"type":"text","text":"8"}]"#
        let claude = try #require(try anthropic().decode(reply(message(blocks), headers: ["request-id": "x"])).value)
        #expect(claude.text == "78" && claude.model == "a-1" && claude.id == "c1" && claude.usage == usage)
    }

    @Test func contentsInParts() throws {
        let content =
            #"{"content":[{"type":"text","text":"a"},"b",{"type":"reasoning","text":"no"},{"type":"image_url"}]}"#
        #expect(try openAI().decode(reply(completion(message: content))).value?.text == "ab")
    }

    static let openAIEndings: [(String, CallFailure.Kind)] = [
        (completion(message: #"{"content":null,"refusal":"I cannot"}"#), .refusal),
        (completion(message: #"{"content":[{"type":"refusal","refusal":"no"}]}"#), .refusal),
        (completion(message: #"{"content":"part"}"#, finish: #""content_filter""#), .refusal),
        (completion(finish: #""length""#), .truncation),
        (
            completion(message: #"{"content":null,"reasoning_content":"long thought"}"#, finish: #""length""#),
            .truncation
        ),
        (completion(message: #"{"content":""}"#, finish: #""length""#), .truncation),
        (completion(message: #"{"content":""}"#), .invalid), (completion(message: #"{"content":" \n"}"#), .invalid),
        (completion(message: #"{"content":null,"reasoning_content":"8"}"#), .invalid),
        (completion(message: "{}"), .invalid), (completion(message: "null"), .invalid),
        (completion(message: #"{"content":7}"#), .invalid), (completion(finish: #""tool_calls""#), .invalid),
        (completion(finish: #""error""#), .invalid), (completion(finish: "null"), .invalid),
        (completion(finish: "7"), .invalid), (#"{"choices":[]}"#, .invalid), (#"{"choices":null}"#, .invalid),
        (#"{"choices":{"0":1}}"#, .invalid), (#"{"object":"chat.completion"}"#, .invalid),
        (#"{"error":{"code":429,"message":"slow down"}}"#, .invalid), (#"{"error":"x","choices":[]}"#, .invalid),
    ]

    @Test(arguments: openAIEndings) func openAIEnding(body: String, kind: CallFailure.Kind) throws {
        try check(openAI(), body, kind)
    }

    static let geminiEndings: [(String, CallFailure.Kind)] =
        [
            "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
        ].map { (candidate(finish: "\"\($0)\""), .refusal) } + [
            (candidate("[]", finish: #""SAFETY""#), .refusal),
            (#"{"promptFeedback":{"blockReason":"OTHER","blockReasonMessage":"why"}}"#, .refusal),
            (#"{"promptFeedback":{"blockReason":"SAFETY"},"candidates":[]}"#, .refusal),
            (candidate(finish: #""MAX_TOKENS""#), .truncation),
            (candidate("[]", finish: #""MAX_TOKENS""#), .truncation),
            (#"{"candidates":[{"finishReason":"MAX_TOKENS","index":0}]}"#, .truncation),
            (candidate("[]"), .invalid), (candidate(#"[{"text":"  "}]"#), .invalid),
            (candidate(#"[{"text":"7","thought":true}]"#), .invalid), (candidate(finish: #""OTHER""#), .invalid),
            (candidate(finish: #""LANGUAGE""#), .invalid), (candidate(finish: #""SOMETHING_NEW""#), .invalid),
            (candidate(finish: "null"), .invalid), (#"{"candidates":[]}"#, .invalid), ("{}", .invalid),
            (#"{"error":{"code":503,"status":"UNAVAILABLE"}}"#, .invalid),
        ]

    @Test(arguments: geminiEndings) func geminiEnding(body: String, kind: CallFailure.Kind) throws {
        try check(gemini(), body, kind)
    }

    static let anthropicEndings: [(String, CallFailure.Kind)] = [
        (message(stop: #""refusal""#), .refusal), (message("[]", stop: #""refusal""#), .refusal),
        (message(stop: #""max_tokens""#), .truncation), (message("[]", stop: #""max_tokens""#), .truncation),
        (message(stop: #""model_context_window_exceeded""#), .truncation), (message("[]"), .invalid),
        (message(#"[{"type":"thinking","thinking":"7"}]"#), .invalid), (message(stop: #""tool_use""#), .invalid),
        (message(stop: #""pause_turn""#), .invalid), (message(stop: "null"), .invalid),
        (#"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#, .invalid),
        (#"{"stop_reason":"end_turn"}"#, .invalid),
    ]

    @Test(arguments: anthropicEndings) func anthropicEnding(body: String, kind: CallFailure.Kind) throws {
        try check(anthropic(), body, kind)
    }

    /// No ending but a complete one becomes an answer; what it cost is kept.
    private func check(_ api: some ProviderAPI, _ body: String, _ kind: CallFailure.Kind) throws {
        let failure = try #require(api.decode(reply(body)).failure)
        #expect(failure.kind == kind)
        #expect(failure.status == 200 && failure.raw == Array(body.utf8) && !failure.message.isEmpty)
        #expect(failure.usage == (body.contains("c1") ? usage : TokenUsage()))
        #expect(!failure.isQuota && !failure.isServerDown)
    }

    @Test(arguments: [
        "", "OK", "<html>502</html>", "[]", "7", "null", "\u{0}", "{\"choices\":", "data: {\"choices\":[]}\n\n",
        String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
    ])
    func garbageIsInvalid(_ body: String) throws {
        for api in try all() { #expect(api.decode(reply(body)).failure?.kind == .invalid) }
    }

    /// Bytes of good replies changed at random never crash the readers.
    @Test func damagedRepliesAreSurvived() throws {
        var random = SplitMix64(seed: 3)
        let bodies = [completion(), candidate(), message()]
        for (api, body) in zip(try all(), bodies) {
            for _ in 0..<3000 {
                var bytes = Array(body.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[place] = .random(in: 0...255, using: &random)
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(contentsOf: bytes.suffix(3), at: place)
                    }
                }
                let result = api.decode(HTTPReply(status: 200, body: bytes))
                #expect(result.value != nil || result.failure?.kind != .transport)
            }
        }
    }

    @Test func absurdCountsAreBounded() throws {
        for number in ["1e300", "-5", "9223372036854775807", "\"7\"", "1e999", "null"] {
            let body =
                #"{"choices":[{"finish_reason":"stop","message":{"content":"7"}}],"usage":{"prompt_tokens":"#
                + number + #","completion_tokens":"# + number + "}}"
            let usage = try #require(try openAI().decode(reply(body)).value).usage
            #expect(usage.prompt >= 0 && usage.prompt <= 1_000_000_000_000)
            _ = usage + usage
        }
    }

    // MARK: HTTP errors

    @Test func statusesAndMessages() throws {
        let bodies = [
            #"{"error":{"message":"WORDS","type":"t","code":"c"}}"#, #"{"error":"WORDS"}"#, #"{"message":"WORDS"}"#,
            #"{"detail":"WORDS"}"#, #"{"detail":[{"msg":"WORDS","loc":["body"]}]}"#,
            #"[{"error":{"message":"WORDS"}}]"#,
            #"{"errors":[{"message":"WORDS"}]}"#, "WORDS",
        ]
        for api in try all() {
            for status in [300, 400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529] {
                for body in bodies {
                    let failure = try #require(api.decode(reply(status, body)).failure)
                    #expect(failure.kind == .http && failure.status == status)
                    #expect(failure.message == "HTTP \(status): WORDS")
                    #expect(failure.isServerDown == [401, 403, 404].contains(status))
                    #expect(!failure.isQuota && failure.retryAfter == nil && failure.shouldRetry == nil)
                }
                #expect(api.decode(reply(status, "")).failure?.message == "HTTP \(status)")
                #expect(api.decode(reply(status, "<html><script>x</script>")).failure?.message == "HTTP \(status)")
            }
        }
    }

    @Test func longAndHostileMessagesAreTamed() throws {
        let body = #"{"error":{"message":"\u001b[31mred\r\nline\u202e\u0007\#(String(repeating: "x", count: 1000))"}}"#
        let message = try #require(try openAI().decode(reply(500, body)).failure).message
        #expect(message.hasPrefix("HTTP 500: [31mred linexxx") || message.hasPrefix("HTTP 500: [31mred line x"))
        #expect(message.count <= 310)
        #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202E}" && $0.value != 0x7F })
    }

    @Test(arguments: [
        (429, #"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#),
        (429, #"{"error":{"message":"m","code":"billing_hard_limit_reached"}}"#), (402, #"{"error":{"message":"m"}}"#),
        (
            400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to"}}"#
        ),
        (
            429,
            #"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"m","details":["#
                + #"{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":["#
                + #"{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},"#
                + #"{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"35s"}]}}"#
        ),
    ])
    func quotaErrors(status: Int, body: String) throws {
        for api in try all() { #expect(api.decode(reply(status, body)).failure?.isQuota == true) }
    }

    @Test(arguments: [
        (429, #"{"error":{"type":"tokens","code":"rate_limit_exceeded","message":"m"}}"#),
        (
            429,
            #"{"error":{"code":429,"details":[{"@type":"x/google.rpc.QuotaFailure","#
                + #""violations":[{"quotaId":"GenerateRequestsPerMinute"}]}]}}"#
        ),
    ])
    func ratesAreNoQuota(status: Int, body: String) throws {
        for api in try all() { #expect(api.decode(reply(status, body)).failure?.isQuota == false) }
    }

    @Test(arguments: [
        (
            400,
            #"{"error":{"code":"content_filter","message":"m","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#
        ),
        (400, #"{"error":{"code":"content_policy_violation","message":"m"}}"#),
        (403, #"{"error":{"code":403,"message":"flagged","metadata":{"reasons":["x"]}}}"#),
    ])
    func filtersAreRefusals(status: Int, body: String) throws {
        let failure = try #require(try openAI().decode(reply(status, body)).failure)
        #expect(failure.kind == .refusal && failure.status == status && !failure.isServerDown)
    }

    @Test func shouldRetryIsRead() throws {
        for (text, value) in [("true", true), ("false", false), ("maybe", nil)] as [(String, Bool?)] {
            let failure = try openAI().decode(reply(429, "", headers: ["x-should-retry": text])).failure
            #expect(failure?.shouldRetry == value)
        }
    }

    // MARK: Secrets

    /// ERL-VLM's client prints the key with every retry; servers echo keys in 401s.
    @Test(arguments: [200, 400, 401, 500]) func keysAreCutOutOfEverything(_ status: Int) throws {
        for api in try all() {
            for body in [
                #"{"error":{"message":"Incorrect API key provided: \#(key)\#(key). Header hidden-value"}}"#,
                "Bearer \(key)", #"{"id":"\#(key)","model":"\#(key)"}"#,
                #"{"error":"\#(key.map { "\\u00" + String($0.asciiValue!, radix: 16) }.joined())"}"#,
            ] {
                let failure = try #require(
                    api.decode(reply(status, body, headers: ["x-request-id": "abc"])).failure)
                var dumped = ""
                dump(failure, to: &dumped)
                for text in [
                    failure.message, failure.description, dumped, String(decoding: failure.raw, as: UTF8.self),
                ] {
                    #expect(!text.contains(key))
                }
                if api is OpenAIAPI { #expect(!dumped.contains("hidden-value")) }
            }
        }
    }

    @Test func shortPlaceholdersAreNotCutOut() throws {
        let api = try OpenAIAPI(ProviderOptions(baseURL: "https://h", model: "m", key: APIKey("EMPTY")))
        #expect(api.decode(reply(500, "EMPTY reply")).failure?.message == "HTTP 500: EMPTY reply")
    }

    @Test func nothingShowsOptionsKeys() throws {
        let options = ProviderOptions(
            baseURL: "https://h?x=\(key)", model: "m", key: try APIKey(key), extraHeaders: ["X-Key": "other-secret"])
        var texts = ["\(options)", String(reflecting: options), String(describing: Optional(options))]
        for value in [options, try openAI(), try gemini(), try anthropic(), try APIKey(key), [try APIKey(key)]] as [Any]
        {
            var dumped = ""
            dump(value, to: &dumped)
            texts += [dumped, "\(value)", String(reflecting: value)]
        }
        for text in texts {
            #expect(!text.contains(key) && !text.contains("other-secret") && !text.contains("hidden-value"))
        }
    }
}
