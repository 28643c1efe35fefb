internal import VisionLanguage

extension ServerLedger {
    /// The totals, as `GET /stats` answers them.
    package var totalsJSON: String {
        var json = JSONWriter()
        json.raw(#"{"requests":\#(requests),"request_bytes":\#(requestBytes),"answers":{"#)
        Self.fields(&json, answers.map { ($0.key, $0.value) })
        json.raw(#"},"faults":{"#)
        Self.fields(&json, faults.map { ($0.key.rawValue, $0.value) })
        json.raw(
            #"},"billed_calls":\#(calls.count),"billed_references":\#(references),"#
                + #""doubled_references":\#(doubledReferences),"prompt_tokens":\#(usage.prompt),"#
                + #""completion_tokens":\#(usage.completion),"pictures":\#(pictures),"#
                + #""max_concurrency":\#(maxConcurrency),"unwritten_calls":\#(unwritten)}"#)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// One line a billed call, as `GET /stats/calls` answers them.
    package var callLines: String {
        var json = JSONWriter()
        for call in calls { call.line(&json) }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func fields(_ json: inout JSONWriter, _ counts: [(String, Int)]) {
        var isFirst = true
        for (name, count) in counts.sorted(by: { $0.0 < $1.0 }) where count != 0 {
            if !isFirst { json.raw(",") }
            isFirst = false
            json.string(name)
            json.raw(":\(count)")
        }
    }
}

extension ServerLedger.Call {
    /// With a line feed at the end.
    func line(_ json: inout JSONWriter) {
        json.raw(#"{"reference":"#)
        json.string(reference)
        json.raw(
            #","prompt_tokens":\#(usage.prompt),"completion_tokens":\#(usage.completion),"pictures":\#(pictures),"fault":"#
        )
        json.string(fault?.rawValue)
        json.raw("}\n")
    }
}
