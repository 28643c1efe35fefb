internal import HTTPTypes

/// What a request is about.
enum Route: Equatable {
    case chat, models, health, totals, calls
    case wrongPath
    /// With the methods that are allowed.
    case wrongMethod(String)

    init(path: String, method: HTTPRequest.Method) {
        let route: Route
        switch path {
        case "/v1/chat/completions", "/chat/completions": route = .chat
        case "/v1/models", "/models": route = .models
        case "/health": route = .health
        case "/stats": route = .totals
        case "/stats/calls": route = .calls
        default:
            self = .wrongPath
            return
        }
        let isRight = route == .chat ? method == .post : method == .get || method == .head
        self = isRight ? route : .wrongMethod(route == .chat ? "POST" : "GET, HEAD")
    }
}
