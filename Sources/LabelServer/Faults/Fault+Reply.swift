extension Fault {
    /// What is answered in place of a completion; nil for faults that need one, or none at all.
    var reply: Reply? {
        switch kind {
        case .rateLimit: Reply(.rateLimit("Rate limit reached."))
        case .rateLimitAfter: Reply(.rateLimit("Rate limit reached.", wait: duration))
        case .rateLimitAfterMilliseconds:
            {
                var error = APIError.rateLimit("Rate limit reached.")
                error.headers = [.init(name: "retry-after-ms", value: "\(duration.wholeMilliseconds)")]
                return Reply(error)
            }()
        case .quota: Reply(.quota)
        case .internalError: Reply(.status(500, "The server had an error while processing your request."))
        case .unavailable: Reply(.status(503, "The engine is currently overloaded, please try again later."))
        case .garbageText:
            Reply(type: "text/html", body: Array("<html><body><h1>It works!</h1></body></html>\n".utf8))
        case .garbageJSON: Reply(json: #"{"status":"ok","data":[]}"#)
        case .garbageEmpty: Reply(body: [])
        case .slow, .cutHead, .cutBody, .refusal, .truncation: nil
        }
    }
}
