import Foundation
import JSON
import Testing

@testable import VisionLanguage

private let key = "sk-0123456789abcdef"

private func options(
    _ base: String = "https://host.example", configure: (inout ProviderOptions) -> Void = { _ in }
) throws -> ProviderOptions {
    var options = ProviderOptions(baseURL: base, model: "m/1", key: try APIKey(key))
    configure(&options)
    return options
}

@Suite struct EncodingTests {
    static let base64 = testPictures.map { String(decoding: $0.base64, as: UTF8.self) }

    @Test func openAI() throws {
        let request = try OpenAIAPI(options { $0.detail = .low }).encode(testRequest(format: .json(testSchema)))
        let expected = """
            {"model":"m/1","temperature":0,"seed":7,"max_tokens":256,"logprobs":true,"top_logprobs":5,"messages":[
            {"role":"system","content":"You judge."},{"role":"user","content":[
            {"type":"text","text":"Before \\"x\\"\\n\\\\:"},
            {"type":"image_url","image_url":{"url":"data:image/jpeg;base64,\(Self.base64[0])","detail":"low"}},
            {"type":"text","text":"After"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,\(Self.base64[1])","detail":"low"}}]}],
            "response_format":{"type":"json_schema","json_schema":{"name":"scores_v1","strict":true,
            "schema":\(testSchema.json)}}}
            """
        #expect(try parsed(request.bytes) == parsed(expected))
        #expect(request.url == "https://host.example/v1/chat/completions")
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
        #expect(
            headers == [
                "Content-Type": "application/json", "Accept": "application/json", "Authorization": "Bearer \(key)",
                "X-Client-Request-Id": "r1-s1",
            ])
    }

    @Test func openAIFieldsThatAreNotWanted() throws {
        let api = try OpenAIAPI(
            options {
                $0.key = nil
                $0.tokenLimitField = .maxCompletionTokens
                $0.sendsSchema = false
                $0.extraBody = ["temperature": .null, "chat_template_kwargs": ["enable_thinking": false]]
                $0.extraHeaders = ["x-client-request-id": "mine", "X-Team": "a"]
            })
        var request = testRequest(format: .json(testSchema))
        request.system = nil
        request.parts = [.text("Hi")]
        request.sampling = .init(maxTokens: 9)
        let sent = try api.encode(request)
        #expect(
            try parsed(sent.bytes)
                == parsed(
                    #"{"model":"m/1","max_completion_tokens":9,"chat_template_kwargs":{"enable_thinking":false},"#
                        + #""messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}"#))
        #expect(sent.headers.map(\.name) == ["Content-Type", "Accept", "X-Team", "x-client-request-id"])
    }

    @Test func gemini() throws {
        var request = testRequest(format: .json(testSchema))
        request.sampling.temperature = 0.5
        let sent = try GeminiAPI(
            options(GeminiAPI.defaultBaseURL) {
                $0.extraBody = ["generationConfig": ["thinkingConfig": ["thinkingBudget": 0]]]
            }
        ).encode(request)
        let expected = """
            {"systemInstruction":{"parts":[{"text":"You judge."}]},"contents":[{"role":"user","parts":[
            {"text":"Before \\"x\\"\\n\\\\:"},{"inlineData":{"mimeType":"image/jpeg","data":"\(Self.base64[0])"}},
            {"text":"After"},{"inlineData":{"mimeType":"image/png","data":"\(Self.base64[1])"}}]}],
            "generationConfig":{"temperature":0.5,"maxOutputTokens":256,"seed":7,"responseLogprobs":true,"logprobs":5,
            "thinkingConfig":{"thinkingBudget":0},"responseMimeType":"application/json","responseSchema":\
            {"type":"OBJECT",
            "required":["why","score"],"propertyOrdering":["why","score","kind","all"],"properties":{
            "why":{"type":"STRING"},"score":{"type":"INTEGER","minimum":0,"maximum":2},
            "kind":{"type":"STRING","nullable":true,"enum":["b","a"]},"all":\
            {"type":"ARRAY","items":{"type":"NUMBER"}}}}},
            "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"},
            {"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"BLOCK_NONE"},
            {"category":"HARM_CATEGORY_SEXUALLY_EXPLICIT","threshold":"BLOCK_NONE"},
            {"category":"HARM_CATEGORY_DANGEROUS_CONTENT","threshold":"BLOCK_NONE"}]}
            """
        #expect(try parsed(sent.bytes) == parsed(expected))
        #expect(sent.url == "https://generativelanguage.googleapis.com/v1beta/models/m%2F1:generateContent")
        #expect(sent.headers.contains { $0 == ("x-goog-api-key", key) })
    }

    @Test func anthropic() throws {
        let sent = try AnthropicAPI(options(AnthropicAPI.defaultBaseURL))
            .encode(testRequest(format: .json(testSchema)))
        let expected = """
            {"model":"m/1","max_tokens":256,"temperature":0,"system":"You judge.","messages":[{"role":"user","content":[
            {"type":"text","text":"Before \\"x\\"\\n\\\\:"},
            {"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"\(Self.base64[0])"}},
            {"type":"text","text":"After"},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"\(Self.base64[1])"}}]}],
            "output_config":{"format":{"type":"json_schema","schema":\(testSchema.json)}}}
            """
        #expect(try parsed(sent.bytes) == parsed(expected))
        #expect(sent.url == "https://api.anthropic.com/v1/messages")
        #expect(sent.headers.contains { $0 == ("x-api-key", key) })
        #expect(sent.headers.contains { $0 == ("anthropic-version", "2023-06-01") })
    }

    /// Pictures are not copied: they are pieces of their own, and texts that look like base64 or like marks stay text.
    @Test func picturesAreSplicedByteForByte() throws {
        let apis: [any ProviderAPI] = [
            try OpenAIAPI(options()), try GeminiAPI(options()), try AnthropicAPI(options()),
        ]
        for api in apis {
            var request = testRequest()
            request.parts.insert(.text("data:image/jpeg;base64,\(Self.base64[0])\u{0}\u{1F}\u{7F}%@\\u0000\"}]"), at: 0)
            let sent = try api.encode(request)
            let pictures = sent.body.compactMap { if case .picture(let picture) = $0 { picture } else { nil } }
            #expect(pictures.elementsEqual(testPictures) { $0 === $1 })
            #expect(sent.byteCount == sent.bytes.count)
            for (index, piece) in sent.body.enumerated() {
                guard case .picture = piece, case .bytes(let before) = sent.body[index - 1],
                    case .bytes(let after) = sent.body[index + 1]
                else { continue }
                #expect(before.last == (api is OpenAIAPI ? UInt8(ascii: ",") : UInt8(ascii: "\"")))
                #expect(after.first == UInt8(ascii: "\""))
            }
            let text = String(decoding: sent.bytes, as: UTF8.self)
            #expect(try parsed(text) != nil)
            #expect(!text.contains(key) && !sent.url.contains(key))
            #expect(text.components(separatedBy: Self.base64[0]).count == 3)
        }
    }

    @Test(arguments: [
        ("https://h", "https://h/v1/chat/completions"), ("https://h/", "https://h/v1/chat/completions"),
        ("https://h/v1", "https://h/v1/chat/completions"), ("https://h/v1//", "https://h/v1/chat/completions"),
        ("HTTP://h:8000/v1/chat/completions", "http://h:8000/v1/chat/completions"),
        ("https://h/v1/chat/completions/", "https://h/v1/chat/completions"),
        ("https://h/proxy/a%20b", "https://h/proxy/a%20b/chat/completions"),
        (" https://h/v1beta/openai/ ", "https://h/v1beta/openai/chat/completions"),
        ("http://[::1]:9/v1", "http://[::1]:9/v1/chat/completions"),
        (
            "https://x.openai.azure.com/openai/deployments/D?api-version=2024-10-21",
            "https://x.openai.azure.com/openai/deployments/D/chat/completions?api-version=2024-10-21"
        ),
        (
            "https://x/openai/deployments/D/chat/completions?api-version=1#f",
            "https://x/openai/deployments/D/chat/completions?api-version=1"
        ),
    ])
    func openAIEndpoints(base: String, url: String) throws {
        let api = try OpenAIAPI(options(base))
        let request = try api.encode(testRequest())
        #expect(request.url == url)
        let name = url.contains("api-version") ? "api-key" : "Authorization"
        #expect(request.headers.contains { $0.name == name })
        #expect(request.headers.count { $0.value.contains(key) } == 1)
        // The identity is a base URL again, and the same one.
        #expect(try OpenAIAPI(options(api.identity.baseURL)).identity == api.identity)
        #expect(!api.identity.baseURL.contains("?") && !api.identity.baseURL.hasSuffix("completions"))
    }

    @Test func otherEndpoints() throws {
        for base in [
            "https://h", "https://h/v1beta/", "https://h/v1beta/models", "https://h/v1beta/models/m:generateContent",
        ] {
            let api = try GeminiAPI(options(base) { $0.model = "models/m" })
            #expect(try api.encode(testRequest()).url == "https://h/v1beta/models/m:generateContent")
            #expect(api.identity == ModelIdentity(provider: "gemini", baseURL: "https://h/v1beta", model: "m"))
        }
        for base in ["https://h", "https://h/v1", "https://h/v1/messages/"] {
            #expect(try AnthropicAPI(options(base)).encode(testRequest()).url == "https://h/v1/messages")
        }
        #expect(
            try AnthropicAPI(options("https://h/anthropic")).encode(testRequest()).url
                == "https://h/anthropic/v1/messages")
    }

    @Test(arguments: [
        "", "host", "ftp://h", "https://", "https:///v1", "https://user:\(key)@h/v1", "https://h/v1?key=\(key)",
        "https://h?api-key=\(key)", "https://h?Access_Token=\(key)", "https://h o/", "file:///etc/passwd",
    ])
    func badBaseURLsAreErrorsWithoutKeys(_ base: String) throws {
        let error = #expect(throws: ProviderOptions.Invalid.self) { try OpenAIAPI(options(base)) }
        #expect(error?.description.contains(key) == false)
    }

    @Test func badOptionsAreErrors() throws {
        let changes: [(inout ProviderOptions) -> Void] = [
            { $0.model = "" }, { $0.extraBody = [1] }, { $0.extraHeaders = ["A\r\nB": "x"] },
            { $0.extraHeaders = ["A": "x\r\nB: y"] }, { $0.extraHeaders = ["": "x"] },
        ]
        for change in changes {
            #expect(throws: ProviderOptions.Invalid.self) { try AnthropicAPI(options(configure: change)) }
        }
    }

    @Test(arguments: [("a b", "{}"), ("", "{}"), (String(repeating: "a", count: 65), "{}"), ("a", "[]"), ("a", "{")])
    func badSchemasAreErrors(name: String, json: String) throws {
        let request = testRequest(format: .json(JSONSchema(name: name, json: json)))
        let error = #expect(throws: CallFailure.self) { try OpenAIAPI(options()).encode(request) }
        #expect(error?.kind == .invalid)
    }

    @Test func referencesCannotAddHeaders() throws {
        let request = try OpenAIAPI(options()).encode(testRequest("a\r\nX: é" + String(repeating: "b", count: 100)))
        let value = try #require(request.headers.first { $0.name == "X-Client-Request-Id" }).value
        #expect(value.utf8.count == 64 && value.hasPrefix("a__X____bb"))
    }
}
