internal import JSON

/// An error as the OpenAI API words it.
struct APIError: Error, Equatable {
    var status: Int
    var message: String
    var type: String
    /// The parameter at fault.
    var param: String?
    var code: String?
    /// Beyond those that every reply has.
    var headers: [Header] = []

    struct Header: Equatable {
        var name: String
        var value: String
    }

    var body: [UInt8] {
        JSONWriter.bytes([
            "error": [
                "message": .string(message), "type": .string(type), "param": JSONValue(param), "code": JSONValue(code),
            ]
        ])
    }

    /// A request that cannot be served as it is.
    static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(status: 400, message: message, type: "invalid_request_error", param: param, code: code)
    }

    static func status(_ status: Int, _ message: String, code: String? = nil) -> APIError {
        let type =
            switch status {
            case 429: "rate_limit_error"
            case 401: "authentication_error"
            case 403: "permission_error"
            case 500...: "server_error"
            default: "invalid_request_error"
            }
        return APIError(status: status, message: message, type: type, code: code)
    }

    /// Too many requests.
    ///
    /// - Parameter wait: Said in `Retry-After`, in whole seconds; nil leaves the header out.
    static func rateLimit(_ message: String, wait: Duration? = nil) -> APIError {
        var error = status(429, message, code: "rate_limit_exceeded")
        if let wait { error.headers = [Header(name: "retry-after", value: "\(wait.wholeSeconds)")] }
        return error
    }

    static let quota = APIError(
        status: 429, message: "You exceeded your current quota, please check your plan and billing details.",
        type: "insufficient_quota", code: "insufficient_quota")
}

extension Duration {
    /// Rounded up.
    var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
    /// Rounded up.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
