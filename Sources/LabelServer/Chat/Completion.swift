internal import VisionLanguage

/// A completion as the API words it, whole or as server-sent events.
struct Completion {
    var id: String
    /// Seconds since 1970.
    var created: Int64
    var model: String
    var fingerprint: String?
    var content: String?
    var refusal: String?
    var finishReason: String
    /// Nil where none were asked for or the model has none.
    var logprobs: [TokenLogprob]?
    var usage: TokenUsage

    var body: [UInt8] {
        var json = JSONWriter()
        head(&json, object: "chat.completion")
        json.raw(#","choices":[{"index":0,"message":{"role":"assistant","content":"#)
        message(&json)
        json.raw(#"},"logprobs":"#)
        logprobs(&json)
        json.raw(#","finish_reason":"#)
        json.string(finishReason)
        json.raw(#"}],"usage":"#)
        usage(&json)
        json.raw("}")
        return json.bytes
    }

    /// One chunk with the whole message, one with the usage where it is asked for, and the mark of the end.
    func events(includesUsage: Bool) -> [UInt8] {
        var json = JSONWriter()
        json.raw("data: ")
        head(&json, object: "chat.completion.chunk")
        json.raw(#","choices":[{"index":0,"delta":{"role":"assistant","content":"#)
        message(&json)
        json.raw(#"},"logprobs":"#)
        logprobs(&json)
        json.raw(#","finish_reason":"#)
        json.string(finishReason)
        json.raw("}]")
        if includesUsage { json.raw(#","usage":null"#) }
        json.raw("}\n\n")
        if includesUsage {
            json.raw("data: ")
            head(&json, object: "chat.completion.chunk")
            json.raw(#","choices":[],"usage":"#)
            usage(&json)
            json.raw("}\n\n")
        }
        json.raw("data: [DONE]\n\n")
        return json.bytes
    }

    private func head(_ json: inout JSONWriter, object: String) {
        json.raw(#"{"id":"#)
        json.string(id)
        json.raw(#","object":""# + object + #"","created":\#(created),"model":"#)
        json.string(model)
        json.raw(#","system_fingerprint":"#)
        json.string(fingerprint)
    }

    private func message(_ json: inout JSONWriter) {
        json.string(content)
        json.raw(#","refusal":"#)
        json.string(refusal)
    }

    private func logprobs(_ json: inout JSONWriter) {
        guard let logprobs else { return json.raw("null") }
        json.raw(#"{"content":"#)
        json.array(logprobs) { json, token in
            Self.token(&json, token.token, token.logprob)
            json.raw(#","top_logprobs":"#)
            json.array(token.top) { json, alternative in
                Self.token(&json, alternative.token, alternative.logprob)
                json.raw("}")
            }
            json.raw("}")
        }
        json.raw(#","refusal":null}"#)
    }

    private static func token(_ json: inout JSONWriter, _ token: String, _ logprob: Double) {
        json.raw(#"{"token":"#)
        json.string(token)
        json.raw(#","logprob":"#)
        json.number(logprob)
        json.raw(#","bytes":"#)
        json.array(token.utf8) { $0.raw("\($1)") }
    }

    private func usage(_ json: inout JSONWriter) {
        json.raw(
            #"{"prompt_tokens":\#(usage.prompt),"completion_tokens":\#(usage.completion),"#
                + #""total_tokens":\#(usage.prompt + usage.completion),"#
                + #""prompt_tokens_details":{"cached_tokens":\#(usage.cached)}}"#)
    }
}
