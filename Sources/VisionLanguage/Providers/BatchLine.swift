internal import JSON

/// Lines of OpenAI's batch files, which `vllm run-batch` reads and writes too.
package enum BatchLine {
    /// A request as a line, newline included.
    ///
    /// - Parameter customID: 1 to 64 letters, digits, `-` and `_`.
    package static func request(customID: String, _ request: HTTPRequest) -> [UInt8] {
        var line = Array(#"{"custom_id":"\#(customID)","method":"POST","url":"/v1/chat/completions","body":"#.utf8)
        line += request.bytes
        line += Array("}\n".utf8)
        return line
    }

    /// An answer.
    ///
    /// The usual form is `{"custom_id": ..., "response": {"status_code": 200, "body": {...}}, "error": null}`; older
    /// versions of vLLM put the completion itself into `response`.
    package struct Answer: Sendable {
        /// As it was given with the request.
        package var customID: String
        /// As an HTTP reply; nil where the request expired or was cancelled before it was run.
        package var reply: HTTPReply?

        /// Nil for what is no such line.
        package init?(_ line: [UInt8]) {
            guard line.count <= 64 << 20, let object = try? JSONValue(reply: line),
                let id = object["custom_id"]?.string
            else { return nil }
            customID = id
            if let response = object["response"], response.members != nil {
                if let body = response["body"] {
                    reply = HTTPReply(status: response["status_code"]?.int ?? 200, body: JSONWriter.bytes(body))
                } else if response["choices"] != nil {
                    reply = HTTPReply(status: 200, body: JSONWriter.bytes(response))
                } else {
                    return nil
                }
                return
            }
            guard let error = object["error"], !error.isNull else { return nil }
            if let code = error["code"]?.string, code == "batch_expired" || code == "batch_cancelled" { return }
            reply = HTTPReply(status: 500, body: JSONWriter.bytes(.object([.init("error", error)])))
        }
    }
}
