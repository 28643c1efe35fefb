import TestSupport
import Testing

@testable import Pages

@Suite struct ShellTests {
    private static let hostile = "</title></style></script><b>'\"&\u{202E}"

    private func page(_ parts: PageShell.Parts, values: [String: Any] = [:]) throws -> String {
        let shell = PageShell(
            title: Self.hostile, home: Self.hostile,
            links: [.init(Self.hostile, Self.hostile), .init("Here", "/here", isCurrent: true)], subject: Self.hostile,
            footer: Self.hostile, parts: parts)
        return try PageTemplates(["content": Array("<p>{{title}}</p>".utf8)]).page("content", values, in: shell)
    }

    @Test func wordsStayWords() throws {
        let document = try HTMLDocument(page(.linked(style: "/s", script: "/k", icon: "/i"), values: ["title": "own"]))
        let seen = Self.hostile.replacing("\u{202E}", with: "\u{FFFD}")
        // Title, link, subject, last line; the two addresses.
        #expect(document.texts.count { $0 == seen } == 4)
        #expect(document.all("a").filter { $0["href"] == seen }.count == 2)
        #expect(document.texts.contains("own"))
        #expect(document.all("a").filter { $0["aria-current"] == "page" }.map { $0["href"] } == ["/here"])
        #expect(document.raw.map(\.element) == ["script"] && document.raw[0].text.isEmpty)
    }

    /// What a page says of itself is not taken from its content.
    @Test func contentDoesNotReachTheHead() throws {
        let values =
            ["style": "x", "script": "x", "data": "x", "policy": "x", "linked": ["style": "x"]] as [String: Any]
        let document = try HTMLDocument(page(.embedded(style: "q{}"), values: values))
        #expect(document.raw.map(\.element) == ["style"] && document.raw[0].text.hasSuffix("q{}"))
        #expect(document.all("link").isEmpty && document.all("script").isEmpty)
        let policy = try #require(document.all("meta").first { $0["http-equiv"] != nil }?["content"])
        #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("script-src"))
    }

    @Test func aPageOfOneFileFetchesNothing() throws {
        let page = try page(.embedded(style: "", script: "run();", data: "{}"))
        for word in ["url(", "@import", "http:", "https:", "src=", "<link"] { #expect(!page.contains(word), "\(word)") }
        let document = try HTMLDocument(page)
        #expect(document.raw.map(\.text).suffix(2) == ["{}", "run();"])
        // The digest of `run();`, by openssl.
        let policy = try #require(document.all("meta").first { $0["http-equiv"] != nil }?["content"])
        #expect(policy.hasSuffix("script-src 'sha256-vUOElbTHLp1UxxGV/I6teJfpCV5vgaasYjEhPKN2fqQ='"))
        #expect(document.elements.map(\.name).prefix(4) == ["html", "head", "meta", "meta"])
    }

    @Test func theStyleDefinesItsColours() {
        #expect(undefinedColours(PageStyle.text).isEmpty)
    }
}
