internal import JSON
internal import VisionLanguage

extension ServerLedger {
    /// The totals, as `GET /stats` answers them.
    package var totalsJSON: String {
        let totals: JSONValue = [
            "requests": .int(requests), "request_bytes": .int(requestBytes),
            "answers": Self.counts(answers.map { ($0.key, $0.value) }),
            "faults": Self.counts(faults.map { ($0.key.rawValue, $0.value) }),
            "billed_calls": .int(calls.count), "billed_references": .int(references),
            "doubled_references": .int(doubledReferences), "prompt_tokens": .int(usage.prompt),
            "completion_tokens": .int(usage.completion), "pictures": .int(pictures),
            "max_concurrency": .int(maxConcurrency), "unwritten_calls": .int(unwritten),
        ]
        return String(decoding: JSONWriter.bytes(totals), as: UTF8.self)
    }

    /// One line a billed call, as `GET /stats/calls` answers them.
    package var callLines: String { String(decoding: calls.flatMap(\.line), as: UTF8.self) }

    private static func counts(_ counts: [(String, Int)]) -> JSONValue {
        .object(counts.filter { $0.1 != 0 }.sorted { $0.0 < $1.0 }.map { .init($0.0, .int($0.1)) })
    }
}

extension ServerLedger.Call {
    /// With a line feed at the end.
    var line: [UInt8] {
        JSONWriter.bytes([
            "reference": .string(reference), "prompt_tokens": .int(usage.prompt),
            "completion_tokens": .int(usage.completion), "pictures": .int(pictures),
            "fault": JSONValue(fault?.rawValue),
        ]) + [UInt8(ascii: "\n")]
    }
}
