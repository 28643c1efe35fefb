import Foundation
import Ground
import Synchronization
import Testing
import VisionLanguage

@testable import LabelServer

/// The server as clients see it that know OpenAI's API.
@Suite(.timeLimit(.minutes(10))) struct ServingTests {
    @Test func completionsHaveTheirShape() async throws {
        try await withServer { port, server in
            let reply = try #require(
                try await RawConnection.chat(
                    port: port, ChatRequestTests.full.replacing("\"stream\":true", with: "\"stream\":false"),
                    reference: "r1"))
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            #expect(reply.json["object"] as? String == "chat.completion")
            #expect((reply.json["id"] as? String)?.hasPrefix("chatcmpl-") == true)
            #expect(reply.json["model"] as? String == "fake-1")
            #expect(reply.json["created"] is Int)
            #expect(reply.json.keys.contains("system_fingerprint"))
            #expect(reply.choice["finish_reason"] as? String == "stop")
            #expect(reply.choice["index"] as? Int == 0)
            #expect(reply.message["role"] as? String == "assistant")
            #expect((reply.message["content"] as? String)?.hasPrefix("[") == true)
            #expect(reply.message["refusal"] is NSNull)
            #expect(reply.usage["prompt_tokens"] as? Int == 100 + 2 * 85)
            #expect(reply.usage["completion_tokens"] as? Int == 8)
            #expect(reply.usage["total_tokens"] as? Int == 278)
            let ledger = server.ledger
            #expect(
                ledger.calls == [.init(reference: "r1", usage: TokenUsage(prompt: 270, completion: 8), pictures: 2)])
            #expect(ledger.answers == ["200": 1])
        }
    }

    @Test func logprobsAreGivenWhereAsked() async throws {
        let top = [TokenLogprob.Alternative(token: "7", logprob: -0.5), .init(token: "8", logprob: -.infinity)]
        let model = FakeModel { request in
            #expect(request.sampling.topLogprobs == 2 || request.sampling.topLogprobs == nil)
            return .success(
                VLMAnswer(text: "7", fingerprint: "fp", logprobs: [.init(token: "7", logprob: -0.5, top: top)]))
        }
        try await withServer(model: model) { port, _ in
            let with = #"{"model":"a","messages":[{"role":"user","content":"q"}],"logprobs":true,"top_logprobs":2}"#
            let reply = try #require(try await RawConnection.chat(port: port, with))
            #expect(reply.json["system_fingerprint"] as? String == "fp")
            let content = (reply.choice["logprobs"] as? [String: Any])?["content"] as? [[String: Any]]
            let token = try #require(content?.first)
            #expect(token["token"] as? String == "7")
            #expect(token["logprob"] as? Double == -0.5)
            #expect(token["bytes"] as? [Int] == [55])
            #expect((token["top_logprobs"] as? [[String: Any]])?.count == 2)
            let without = try #require(try await RawConnection.chat(port: port, question))
            #expect(without.choice["logprobs"] is NSNull)
            #expect((without.usage["completion_tokens"] as? Int) == 1)
        }
    }

    @Test func streamsEndWithDone() async throws {
        try await withServer { port, server in
            let body =
                #"{"model":"a","messages":[{"role":"user","content":"q"}],"stream":true,"#
                + #""stream_options":{"include_usage":true}}"#
            let reply = try #require(try await RawConnection.chat(port: port, body))
            #expect(reply.headers["content-type"] == "text/event-stream")
            let events = reply.text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
            #expect(events.count == 3)
            #expect(events.allSatisfy { $0.hasPrefix("data: ") })
            #expect(events.last == "data: [DONE]")
            let chunks = try events.dropLast().map {
                try JSONSerialization.jsonObject(with: Data($0.dropFirst(6).utf8)) as? [String: Any]
            }
            let choice = try #require((chunks[0]?["choices"] as? [[String: Any]])?.first)
            #expect((choice["delta"] as? [String: Any])?["content"] as? String == "[1]")
            #expect(chunks[0]?["object"] as? String == "chat.completion.chunk")
            #expect((chunks[1]?["usage"] as? [String: Any])?["total_tokens"] as? Int == 108)
            #expect(server.ledger.calls.count == 1)
        }
    }

    @Test(arguments: CallFailure.Kind.allCases) func failuresOfTheModelGoBack(_ kind: CallFailure.Kind) async throws {
        let model = FakeModel { _ in
            .failure(
                CallFailure(
                    kind, "broken", status: kind == .http ? 418 : nil,
                    retryAfter: kind == .http ? .milliseconds(1500) : nil,
                    usage: TokenUsage(prompt: 5, completion: 4),
                    text: kind == .http || kind == .transport ? nil : "words"))
        }
        try await withServer(model: model) { port, server in
            let reply = try #require(try await RawConnection.chat(port: port, question))
            switch kind {
            case .refusal:
                #expect(reply.message["refusal"] as? String == "words")
                #expect(reply.message["content"] is NSNull)
                #expect(reply.choice["finish_reason"] as? String == "stop")
            case .truncation:
                #expect(reply.message["content"] as? String == "words")
                #expect(reply.choice["finish_reason"] as? String == "length")
            case .invalid:
                #expect(reply.message["content"] as? String == "words")
                #expect(reply.choice["finish_reason"] as? String == "stop")
            case .http:
                #expect(reply.status == 418)
                #expect(reply.headers["retry-after"] == "2")
                #expect(reply.error["message"] as? String == "broken")
            case .transport: #expect(reply.status == 502)
            }
            let isBilled = kind != .http && kind != .transport
            #expect(server.ledger.usage == (isBilled ? TokenUsage(prompt: 5, completion: 4) : TokenUsage()))
        }
    }

    @Test func routes() async throws {
        try await withServer { port, _ in
            for (method, path, status) in [
                ("GET", "/health", 200), ("HEAD", "/health", 200), ("GET", "/v1/models", 200),
                ("HEAD", "/v1/models", 200),
                ("GET", "/models", 200), ("GET", "/stats", 200), ("GET", "/stats/calls", 200),
                ("GET", "/stats?x=1", 200),
                ("POST", "/health", 405), ("GET", "/v1/chat/completions", 405), ("DELETE", "/v1/models", 405),
                ("GET", "/", 404), ("GET", "/v1/embeddings", 404), ("GET", "/../etc/passwd", 404),
                ("POST", "/v1/completions", 404),
            ] {
                let reply = try await blocking {
                    let connection = try RawConnection(port: port)
                    try connection.request(method, path, body: method == "POST" ? [] : nil)
                    return try #require(try connection.reply(isHead: method == "HEAD"))
                }
                #expect(reply.status == status, "\(method) \(path)")
                if status == 405 { #expect(reply.headers["allow"] != nil) }
                if status >= 400 { #expect(reply.error["message"] is String) }
            }
            for path in ["/chat/completions", "/v1/chat/completions"] {
                let reply = try await blocking {
                    let connection = try RawConnection(port: port)
                    try connection.request("POST", path, body: Array(question.utf8))
                    return try #require(try connection.reply())
                }
                #expect(reply.status == 200)
            }
            let models = try await RawConnection.get(port: port, "/v1/models").json
            #expect((models["data"] as? [[String: Any]])?.first?["id"] as? String == "fake-1")
        }
    }

    @Test func keysAreAskedForAndNeverShown() async throws {
        let key = "sk-secret-\(UInt64.random(in: 0 ... .max))"
        var configuration = LabelServer.Configuration()
        configuration.keys = APIKeys([key, ""])
        for text in ["\(configuration)", "\(configuration.keys)", String(reflecting: configuration)] {
            #expect(!text.contains(key))
        }
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains(key))
        try await withServer(configuration) { port, server in
            for (header, status) in [
                (nil, 401), ("Bearer \(key)", 200), ("bearer \(key)", 200), ("Bearer \(key)x", 401), ("Bearer ", 401),
                (key, 401),
            ] {
                let headers = header.map { ["Authorization": $0] } ?? [:]
                let reply = try #require(try await RawConnection.chat(port: port, question, headers: headers))
                #expect(reply.status == status)
                #expect(!reply.text.contains(key))
                if status == 401 { #expect(reply.error["code"] as? String == "invalid_api_key") }
            }
            #expect(try await RawConnection.get(port: port, "/stats").status == 401)
            #expect(try await RawConnection.get(port: port, "/health").status == 200)
            #expect(server.ledger.answers == ["200": 2, "401": 4])
        }
    }

    @Test func bodiesAreLimited() async throws {
        try await withServer { port, _ in
            let replies = try await blocking {
                let announced = try RawConnection(port: port)
                try announced.request(
                    "POST", "/v1/chat/completions", headers: ["Content-Length": "\(LabelServer.bodyLimit + 1)"])
                let chunked = try RawConnection(port: port)
                try chunked.request("POST", "/v1/chat/completions", headers: ["Transfer-Encoding": "chunked"])
                let size = 1 << 20
                let chunk = Array("\(String(size, radix: 16))\r\n".utf8) + Array(repeating: 32, count: size) + [13, 10]
                for _ in 0...(LabelServer.bodyLimit / size) { try chunked.send(chunk) }
                try chunked.send(Array("0\r\n\r\n".utf8))
                let continued = try RawConnection(port: port)
                try continued.request(
                    "POST", "/v1/chat/completions",
                    headers: ["Content-Length": "\(question.utf8.count)", "Expect": "100-continue"])
                let interim = try continued.reply()
                try continued.send(Array(question.utf8))
                return try [announced.reply(), chunked.reply(), interim, continued.reply()].map { $0?.status }
            }
            #expect(replies == [413, 413, 100, 200])
        }
    }

    @Test func wrongBodiesAreAnsweredWith400OnTheSameConnection() async throws {
        try await withServer { port, server in
            let statuses = try await blocking {
                let connection = try RawConnection(port: port)
                var random = SplitMix64(seed: 5)
                var statuses: [Int: Int] = [:]
                for _ in 0..<400 {
                    var body = Array(ChatRequestTests.full.utf8)
                    if random.below(2) == 0 { body = Array(body.prefix(random.below(body.count))) }
                    for _ in 0..<random.below(6) where !body.isEmpty {
                        body[random.below(body.count)] = UInt8(random.below(256))
                    }
                    try connection.request("POST", "/v1/chat/completions", body: body)
                    let reply = try #require(try connection.reply())
                    statuses[reply.status, default: 0] += 1
                    if reply.status != 200 { #expect(reply.error["message"] is String) }
                }
                try connection.chat(question)
                #expect(try connection.reply()?.status == 200)
                return statuses
            }
            #expect(Set(statuses.keys) == [200, 400])
            #expect(server.ledger.answers["400"] == statuses[400])
            #expect(server.ledger.calls.count == statuses[200, default: 0] + 1)
        }
    }

    @Test func referencesComeFromHeaderThenUserThenBody() async throws {
        try await withServer { port, server in
            let named = #"{"model":"a","user":"u-1","messages":[{"role":"user","content":"q"}]}"#
            _ = try await RawConnection.chat(port: port, named, reference: "h-1")
            _ = try await RawConnection.chat(port: port, named)
            _ = try await RawConnection.chat(port: port, question)
            _ = try await RawConnection.chat(port: port, question)
            _ = try await RawConnection.chat(port: port, question + " ")
            _ = try await RawConnection.chat(port: port, question, reference: "not a <name>")
            let references = server.ledger.calls.map(\.reference)
            #expect(references.prefix(2) == ["h-1", "u-1"])
            #expect(references[2] == references[3])
            #expect(Set(references).count == 5)
            #expect(references.allSatisfy { $0.utf8.allSatisfy(\.isNameCharacter) })
            #expect(server.ledger.doubledReferences == 1)
        }
    }

    /// All wait for the last: only a server that answers them side by side answers any.
    @Test func manyAreAnsweredAtATime() async throws {
        let count = 256
        let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
        let model = FakeModel { request in
            await withCheckedContinuation { continuation in
                let all = waiting.withLock { waiting in
                    waiting.append(continuation)
                    return waiting.count == count ? waiting : []
                }
                for continuation in all { continuation.resume() }
            }
            return .success(VLMAnswer(text: request.reference, usage: TokenUsage(prompt: 10, completion: 2)))
        }
        try await withServer(model: model) { port, server in
            let texts = try await blocking {
                let connections = try (0..<count).map { _ in try RawConnection(port: port) }
                for (index, connection) in connections.enumerated() {
                    try connection.chat(question, reference: "c\(index)")
                }
                return try connections.map { try $0.reply()?.message["content"] as? String }
            }
            #expect(texts == (0..<count).map { "c\($0)" })
            let ledger = server.ledger
            #expect(ledger.maxConcurrency == count)
            #expect(ledger.usage == TokenUsage(prompt: 10 * count, completion: 2 * count))
            #expect(ledger.references == count && ledger.doubledReferences == 0)
            let stats = try await RawConnection.get(port: port, "/stats").json
            #expect(stats["billed_calls"] as? Int == count)
            #expect(try await RawConnection.get(port: port, "/stats/calls").text == ledger.callLines)
        }
    }
}
