import Testing

@testable import Viewer

@Suite struct RequestTests {
    @Test(arguments: [
        ("/", Route.episodes), ("/labels", .labels), ("/episodes/12", .episode(12)),
        ("/episodes/12/0", .transition(12, t: 0)),
        ("/episodes/12/flag", .episodeFlag(12)), ("/episodes/12/7/flag", .transitionFlag(12, t: 7)),
        ("/frames/12/0.png", .frame(12, t: 0)), ("/rollouts/3", .rollout(3)), ("/style.css", .asset(.style)),
        ("/keys.js", .asset(.keys)), ("/icon.svg", .asset(.icon)),
        ("/episodes/9223372036854775807", .episode(.max)),
    ])
    func routes(path: String, route: Route) {
        #expect(Route(path: path) == route)
    }

    @Test(arguments: [
        "", "episodes", "/episodes", "/episodes/", "//", "/episodes//", "/episodes/1/", "/episodes/-1", "/episodes/+1",
        "/episodes/0", "/episodes/01", "/episodes/1.0", "/episodes/1e3", "/episodes/ 1", "/episodes/%31", "/episodes/٣",
        "/episodes/9223372036854775808", "/episodes/99999999999999999999999", "/episodes/1/-1",
        "/episodes/1/2147483648",
        "/episodes/1/00", "/episodes/1/2/3", "/episodes/flag", "/episodes/1/flag/flag", "/episodes/../../etc/passwd",
        "/episodes/1/../../../etc/passwd", "/..", "/../x", "/frames/1/0", "/frames/1/0.png.png", "/frames/1/.png",
        "/frames/1/..png", "/frames/../style.css", "/frames/1/0.PNG", "/style.css/", "/Style.css", "/rollouts/x",
        "/labels/1", "http://evil/", "*", "/real.sqlite", "/\u{0}", "/episodes/1\u{301}",
    ])
    func nothingElseIsThere(path: String) {
        #expect(Route(path: path) == nil)
    }

    @Test func routesOfRandomTextLeadNowhereOrBack() {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "/", "episodes", "frames", "1", "0", "-", ".", "..", "%2e", "flag", ".png", "labels", "\\", " ", "é",
        ]
        for _ in 0..<20_000 {
            let path = (0..<Int.random(in: 0...7, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            switch Route(path: path) {
            case nil: break
            case .episodes: #expect(path == "/")
            case .labels: #expect(path == "/labels")
            case .episode(let id): #expect(path == "/episodes/\(id)")
            case .transition(let id, let t): #expect(path == "/episodes/\(id)/\(t)")
            case .episodeFlag(let id): #expect(path == "/episodes/\(id)/flag")
            case .transitionFlag(let id, let t): #expect(path == "/episodes/\(id)/\(t)/flag")
            case .frame(let id, let t): #expect(path == "/frames/\(id)/\(t).png")
            case .rollout(let id): #expect(path == "/rollouts/\(id)")
            case .asset(let asset): #expect(path == "/" + asset.rawValue)
            }
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "127.0.0.1:8080", "LOCALHOST:1", "localhost:65535"])
    func loopbackNamesAreAnswered(host: String) {
        #expect(RequestGuard.isLoopback(host: host))
    }

    @Test(arguments: [
        nil, "", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2",
        "localhost:", "localhost:x", "localhost:80:80", "localhost@evil.example", "evil.example@localhost", "[::1]:80",
        "localhost, evil.example", " localhost", "0.0.0.0", "localhost:123456",
    ])
    func otherNamesAreNot(host: String?) {
        #expect(!RequestGuard.isLoopback(host: host))
    }

    @Test(arguments: [
        ("http://localhost:80", nil, true), (nil, "same-origin", true), ("http://LOCALHOST:80", "same-origin", true),
        (nil, nil, false), ("null", nil, false), ("http://localhost", nil, false), ("https://localhost:80", nil, false),
        ("http://evil.example", nil, false), ("http://localhost:80", "cross-site", false),
        ("http://evil.example", "same-origin", false), (nil, "same-site", false), (nil, "none", false),
        ("http://localhost:80.evil.example", nil, false), ("", nil, false),
    ])
    func formsComeFromTheSamePlace(origin: String?, site: String?, isSame: Bool) {
        let request = ViewerRequest("POST", "/", host: "localhost:80", origin: origin, fetchSite: site)
        #expect(RequestGuard.isSameOrigin(request) == isSame)
    }

    @Test func tokensAreComparedWhole() {
        #expect(RequestGuard.areEqual("abc", "abc") && RequestGuard.areEqual("", ""))
        #expect(
            !RequestGuard.areEqual("abc", "abd") && !RequestGuard.areEqual("abc", "ab")
                && !RequestGuard.areEqual("", "a"))
    }

    @Test func targetsAreTakenApart() {
        let request = ViewerRequest("GET", "/a/b?c=d?e", host: nil)
        #expect(request.path == "/a/b" && request.query == "c=d?e")
        #expect(ViewerRequest("GET", "/a", host: nil).query == "" && ViewerRequest("GET", "/?", host: nil).query == "")
    }

    @Test func fieldsSurviveTheirEncoding() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<20).compactMap { _ in Unicode.Scalar(UInt32.random(in: 1...0x2FFFF, using: &random)) }))
            let encoded = FormFields.encoded(text)
            #expect(encoded.utf8.allSatisfy { (33..<127).contains($0) && $0 != 38 && $0 != 61 && $0 != 34 })
            #expect(FormFields("x=1&y=\(encoded)&z")["y"].map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test func fieldsThatMakeNoSenseAreLeftOut() {
        let fields = FormFields("a=1&a=2&b=%zz&c=%ff&d=&=e&%61b=x+y&f=%4")
        #expect(fields["a"] == "1" && fields["b"] == "%zz" && fields["c"] == nil && fields["d"] == nil)
        #expect(fields["ab"] == "x y" && fields["f"] == "%4")
        #expect(FormFields("")["a"] == nil && FormFields("&&=&")["a"] == nil)
    }

    @Test func notesHaveOneKindOfLineEnd() {
        #expect(ViewerSite.note("  a\r\nb\rc \n ") == "a\nb\nc")
        #expect(ViewerSite.note("\n \t") == "" && ViewerSite.note(String(repeating: "x", count: 5000)).count == 2000)
    }
}
