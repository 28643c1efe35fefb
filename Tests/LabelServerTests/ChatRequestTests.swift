import Foundation
import Ground
import Testing
import VisionLanguage

@testable import LabelServer

@Suite struct ChatRequestTests {
    static let full = #"""
        {"model":"m","messages":[
          {"role":"system","content":"You \"score\"."},
          {"role":"developer","content":[{"type":"text","text":"Be brief."}]},
          {"role":"user","content":[
            {"type":"text","text":"Before: \u00e9"},
            {"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/4A==","detail":"low"}},
            {"image_url":{"detail":"high","url":"data:image\/png;base64,iVBO"},"type":"image_url"},
            {"type":"text","text":"After"}]},
          {"role":"assistant","content":null},
          {"role":"user","content":"Again"}],
         "temperature":0,"seed":9223372036854775807,"max_completion_tokens":256,"logprobs":true,"top_logprobs":15,"n":1,
         "stream":true,"stream_options":{"include_usage":true},"user":"r1","unknown":{"a":[1,2,{"b":null}]},
         "response_format":{"type":"json_schema","json_schema":
          {"name":"scores","strict":true,"schema":{"type": "object"}}}}
        """#

    static func decode(_ body: [UInt8]) throws(APIError) -> ChatRequest {
        let result: Result<ChatRequest, APIError> = body.withUnsafeBytes { bytes in
            do throws(APIError) { return .success(try ChatRequest(body: bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    static func decode(_ body: String) throws(APIError) -> ChatRequest { try decode(Array(body.utf8)) }

    @Test func everyFieldIsRead() throws {
        let request = try Self.decode(Self.full)
        #expect(request.model == "m")
        #expect(request.system == [#"You "score"."#, "Be brief."])
        #expect(request.texts == ["Before: é", "After", "Again"])
        #expect(request.pictures == [.jpeg, .png])
        #expect(request.temperature == 0)
        #expect(request.seed == .max)
        #expect(request.maxTokens == 256)
        #expect(request.wantsLogprobs && request.topLogprobs == 15)
        #expect(request.isStream && request.includesUsage)
        #expect(request.user == "r1")
        #expect(request.format == .jsonSchema(JSONSchema(name: "scores", json: #"{"type": "object"}"#)))
        let asked = request.request(reference: "x")
        #expect(asked.system == "You \"score\".\nBe brief.")
        #expect(asked.text.hasSuffix("Before: é\nAfter\nAgain"))
        #expect(asked.sampling == .init(temperature: 0, seed: .max, maxTokens: 256, topLogprobs: 15))
    }

    @Test func nullIsAbsent() throws {
        let names = [
            "temperature", "seed", "max_tokens", "logprobs", "top_logprobs", "n", "stream", "stream_options", "user",
            "response_format",
        ]
        let nulls = names.map { "\"\($0)\":null," }.joined()
        let messages = #""messages":[{"role":"user","content":"q"}]"#
        #expect(try Self.decode(#"{"model":"m",\#(nulls)\#(messages)}"#) == Self.decode(#"{"model":"m",\#(messages)}"#))
    }

    @Test(arguments: [
        ("", nil), ("[]", nil), ("{}", "model"), (#"{"model":""}"#, "model"), (#"{"model":3}"#, "model"),
        (#"{"model":"m"}"#, "messages"), (#"{"model":"m","messages":[]}"#, "messages"),
        (#"{"model":"m","messages":{}}"#, "messages"), (#"{"model":"m","messages":[3]}"#, "messages[0]"),
        (#"{"model":"m","messages":[null]}"#, "messages[0]"),
        (#"{"messages":[{"content":"q"}]}"#, "messages[0].role"),
        (#"{"messages":[{"role":"boss","content":"q"}]}"#, "messages[0].role"),
        (#"{"messages":[{"role":"user"}]}"#, "messages[0].content"),
        (#"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#, "messages[0].content[0].text"),
        (#"{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}"#, "messages[0].content[0].image_url"),
        (#"{"messages":[{"role":"user","content":[{"type":"video"}]}]}"#, "messages[0].content[0].type"),
        (picture("https://example.org/a.png"), "messages[0].content[0].image_url.url"),
        (picture("data:image/png;base64,"), "messages[0].content[0].image_url.url"),
        (picture("data:image/tiff;base64,AAAA"), "messages[0].content[0].image_url.url"),
        (#"{"temperature":3}"#, "temperature"), (#"{"temperature":"0"}"#, "temperature"), (#"{"seed":1.5}"#, "seed"),
        (#"{"seed":1e300}"#, "seed"), (#"{"max_tokens":0}"#, "max_tokens"), (#"{"n":2}"#, "n"),
        (#"{"stream":1}"#, "stream"), (#"{"top_logprobs":21}"#, "top_logprobs"),
        (#"{"response_format":{"type":"xml"}}"#, "response_format.type"),
        (#"{"response_format":{"type":"json_schema"}}"#, "response_format.json_schema"),
        (
            #"{"response_format":{"type":"json_schema","json_schema":{"name":"a b"}}}"#,
            "response_format.json_schema.name"
        ),
        (#"{"model":"m","messages":[{"role":"user","content":"q"}],"top_logprobs":2}"#, "top_logprobs"),
    ]) func whatIsWrongIsNamed(_ body: String, _ param: String?) {
        let error = #expect(throws: APIError.self) { try Self.decode(body) }
        #expect(error?.status == 400)
        #expect(error?.type == "invalid_request_error")
        #expect(error?.param == param)
    }

    private static func picture(_ url: String) -> String {
        #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"\#(url)"}}]}]}"#
    }

    @Test func everyPrefixIsRefused() {
        let body = Array(Self.full.utf8)
        for count in 0..<body.count { #expect(throws: APIError.self) { try Self.decode(Array(body[..<count])) } }
    }

    /// A mutated body may be a request of its own; whatever it is, reading it ends, and with 400 if it is none.
    @Test func mutatedBodiesAreReadOrRefused() {
        let body = Array(Self.full.utf8)
        var random = SplitMix64(seed: 11)
        var refused = 0
        for _ in 0..<30_000 {
            var mutated = body
            for _ in 0..<(1 + random.below(4)) { mutated[random.below(mutated.count)] = UInt8(random.below(256)) }
            do throws(APIError) { _ = try Self.decode(mutated) } catch {
                #expect(error.status == 400)
                refused += 1
            }
        }
        #expect((1000..<30_000).contains(refused))
    }

    @Test func picturesAreSkippedUnread() throws {
        let picture = String(repeating: "A", count: 1 << 20)
        let part = #"{"type":"image_url","image_url":{"url":"data:image/webp;base64,\#(picture)"}}"#
        let parts = Array(repeating: part, count: 8).joined(separator: ",")
        let request = try Self.decode(#"{"model":"m","messages":[{"role":"user","content":[\#(parts)]}]}"#)
        #expect(request.pictures == Array(repeating: .webp, count: 8))
        #expect(request.texts.isEmpty)
    }
}
