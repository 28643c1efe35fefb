import Foundation
import Synchronization
import Testing
import VisionLanguage

@testable import LabelServer

/// Every fault as it looks on the wire, and what is billed.
@Suite(.timeLimit(.minutes(10))) struct FaultServingTests {
    private func meet(_ fault: Fault) async throws -> (RawReply?, ServerLedger) {
        var configuration = LabelServer.Configuration()
        configuration.plan = FaultPlan(first: [fault])
        let model = FakeModel { _ in
            .success(
                VLMAnswer(
                    text: String(repeating: "word ", count: 1000), usage: TokenUsage(prompt: 50, completion: 1000)))
        }
        return try await withServer(configuration, model: model) { port, server in
            let reply = try await RawConnection.chat(port: port, question, reference: "r")
            let ledger = server.ledger
            // The fault is met once.
            let second = try #require(try await RawConnection.chat(port: port, question, reference: "r"))
            #expect(second.status == 200 && second.isWhole)
            #expect(server.ledger.calls.count == ledger.calls.count + 1)
            return (reply, ledger)
        }
    }

    @Test(arguments: Fault.Kind.allCases) func faultsLookAsTheyShould(_ kind: Fault.Kind) async throws {
        let waits = Fault.defaultDurations[kind] != nil
        let (reply, ledger) = try await meet(Fault(kind, duration: waits ? .milliseconds(1200) : nil))
        #expect(ledger.faults == [kind: 1])
        #expect(ledger.maxConcurrency == 1)
        let isBilled = [.slow, .refusal, .truncation].contains(kind)
        #expect(ledger.calls.map(\.fault) == (isBilled ? [kind] : []))
        switch kind {
        case .rateLimit:
            #expect(reply?.status == 429)
            #expect(reply?.headers.keys.contains { $0.hasPrefix("retry-after") } == false)
            #expect(reply?.error["code"] as? String == "rate_limit_exceeded")
        case .rateLimitAfter:
            #expect(reply?.status == 429)
            #expect(reply?.headers["retry-after"] == "2")
        case .rateLimitAfterMilliseconds:
            #expect(reply?.status == 429)
            #expect(reply?.headers["retry-after-ms"] == "1200")
            #expect(reply?.headers["retry-after"] == nil)
        case .quota:
            #expect(reply?.status == 429)
            #expect(reply?.error["code"] as? String == "insufficient_quota")
            #expect(reply?.error["type"] as? String == "insufficient_quota")
        case .internalError, .unavailable:
            #expect(reply?.status == (kind == .internalError ? 500 : 503))
            #expect(reply?.error["type"] as? String == "server_error")
        case .slow:
            #expect(reply?.status == 200)
            #expect(ledger.usage == TokenUsage(prompt: 50, completion: 1000))
        case .cutHead:
            #expect(reply == nil)
            #expect(ledger.answers == ["cut-head": 1])
        case .cutBody:
            #expect(reply?.status == 200)
            #expect(reply?.isWhole == false)
            #expect(reply.map { $0.body.count > 1000 } == true)
            #expect(ledger.answers == ["cut-body": 1])
        case .garbageText:
            #expect(reply?.status == 200)
            #expect(reply.map { $0.json.isEmpty && !$0.body.isEmpty } == true)
        case .garbageJSON:
            #expect(reply?.status == 200)
            #expect(reply.map { !$0.json.isEmpty && $0.json["choices"] == nil } == true)
        case .garbageEmpty:
            #expect(reply?.status == 200)
            #expect(reply?.body == [])
        case .refusal:
            #expect((reply?.message["refusal"] as? String)?.isEmpty == false)
            #expect(reply?.message["content"] is NSNull)
            #expect(ledger.usage.completion > 0 && ledger.usage.prompt > 0)
        case .truncation:
            #expect(reply?.choice["finish_reason"] as? String == "length")
            #expect((reply?.message["content"] as? String)?.count == 2500)
            #expect(ledger.usage == TokenUsage(prompt: 50, completion: 500))
        }
    }

    /// Whoever is gone before the answer does not pay for it.
    @Test(arguments: [false, true]) func whoLeavesIsNotBilled(_ isAsking: Bool) async throws {
        let asked = DispatchSemaphore(value: 0)
        let model = FakeModel { _ in
            asked.signal()
            try? await Task.sleep(for: .seconds(3))
            return .success(VLMAnswer(text: "late", usage: TokenUsage(prompt: 50, completion: 5)))
        }
        var configuration = LabelServer.Configuration()
        // Either the server sleeps, or the model is busy while the client leaves: long enough for it to have
        // left on a busy machine too.
        configuration.plan = isAsking ? FaultPlan() : FaultPlan(first: [Fault(.slow, duration: .seconds(3))])
        try await withServer(configuration, model: model) { port, server in
            try await blocking {
                let connection = try RawConnection(port: port)
                try connection.chat(question, reference: "gone")
                if isAsking { asked.wait() } else { while server.ledger.maxConcurrency == 0 { usleep(1000) } }
            }
            while server.ledger.answers.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            #expect(server.ledger.answers == ["abandoned": 1])
            #expect(server.ledger.calls.isEmpty)
        }
    }

    /// An answer that was read is billed, however rudely its reader hangs up.
    @Test func whoHasReadIsBilled() async throws {
        let count = 1000
        let server = try await withServer { port, server in
            try await blocking {
                for index in 0..<count {
                    let connection = try RawConnection(port: port)
                    try connection.chat(question, reference: "s\(index)")
                    #expect(try connection.reply()?.status == 200)
                    connection.reset()
                }
            }
            return server
        }
        #expect(server.ledger.calls.map(\.reference) == (0..<count).map { "s\($0)" })
        #expect(server.ledger.answers == ["200": count])
    }

    @Test func sharesAreMetOverSocketsInAnyOrder() async throws {
        let plan = try FaultPlan(
            "429:0.1,429-after-ms:0.1,500:0.1,cut:0.1,garbage:0.1,refusal:0.1,truncation:0.1", seed: 3)
        let references = (0..<300).map { "s\($0)" }
        var ledgers: [ServerLedger] = []
        for order in [references, Array(references.reversed())] {
            var configuration = LabelServer.Configuration()
            configuration.plan = plan
            ledgers.append(
                try await withServer(configuration) { port, server in
                    try await blocking {
                        for reference in order {
                            let connection = try RawConnection(port: port)
                            try connection.chat(question, reference: reference)
                            _ = try connection.reply()
                        }
                    }
                    return server.ledger
                })
        }
        #expect(ledgers[0].faults == ledgers[1].faults)
        #expect(ledgers[0].answers == ledgers[1].answers)
        #expect(Set(ledgers[0].calls.map(\.reference)) == Set(ledgers[1].calls.map(\.reference)))
        var expected: [Fault.Kind: Int] = [:]
        for reference in references {
            if let fault = plan.fault(reference: reference, attempt: 0, ordinal: 0) {
                expected[fault.kind, default: 0] += 1
            }
        }
        #expect(ledgers[0].faults == expected)
    }

    @Test func ratesAndConcurrencyAreLimited() async throws {
        var configuration = LabelServer.Configuration()
        configuration.requestsPerMinute = 1
        try await withServer(configuration) { port, server in
            #expect(try await RawConnection.chat(port: port, question)?.status == 200)
            let reply = try #require(try await RawConnection.chat(port: port, question))
            #expect(reply.status == 429)
            let wait = try #require(reply.headers["retry-after"].flatMap { Int($0) })
            #expect((1...60).contains(wait))
            #expect(server.ledger.answers == ["200": 1, "429": 1])
        }
        configuration = LabelServer.Configuration()
        configuration.maxConcurrency = 3
        let gate = AsyncStream<Void>.makeStream()
        let asked = DispatchSemaphore(value: 0)
        let model = FakeModel { _ in
            asked.signal()
            for await _ in gate.stream { break }
            return .success(VLMAnswer(text: "7"))
        }
        try await withServer(configuration, model: model) { port, server in
            let statuses = try await blocking {
                let connections = try (0..<5).map { _ in try RawConnection(port: port) }
                for connection in connections.prefix(3) { try connection.chat(question) }
                for _ in 0..<3 { asked.wait() }
                for connection in connections.suffix(2) { try connection.chat(question) }
                let turnedAway = try connections.suffix(2).map { try $0.reply()?.status }
                gate.continuation.finish()
                return try turnedAway + connections.prefix(3).map { try $0.reply()?.status }
            }
            #expect(statuses == [429, 429, 200, 200, 200])
            #expect(server.ledger.maxConcurrency == 3)
        }
    }

    @Test func theLedgersFileHasEveryBilledCall() async throws {
        let path = NSTemporaryDirectory() + "ledger-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var configuration = LabelServer.Configuration()
        configuration.ledgerFile = path
        configuration.plan = FaultPlan(first: [Fault(.internalError), Fault(.refusal), Fault(.cutBody)])
        var lines = ""
        for _ in 0..<2 {
            lines += try await withServer(configuration) { port, server in
                for index in 0..<6 { _ = try await RawConnection.chat(port: port, question, reference: "s\(index)") }
                #expect(server.ledger.calls.map(\.reference) == ["s1", "s3", "s4", "s5"])
                return server.ledger.callLines
            }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == lines)
    }

    @Test func aLedgerThatCannotBeWrittenIsAnError() {
        var configuration = LabelServer.Configuration()
        configuration.ledgerFile = "/nowhere/ledger.jsonl"
        let error = #expect(throws: LabelServerError.self) { try LabelServer(configuration, model: FakeModel()) }
        #expect(error?.code == .ledger)
    }

    @Test func onlyLoopbackIsServedUnlessAllowed() throws {
        for host in [
            "0.0.0.0", "::", "192.168.0.1", "example.org", "127.example.org", "127.0.0.1.example.org", "127.0.0", "",
        ] {
            let error = #expect(throws: LabelServerError.self) {
                try LabelServer(.init(host: host), model: FakeModel())
            }
            #expect(error?.code == .notLoopback)
            _ = try LabelServer(.init(host: host, isOpenToOthers: true), model: FakeModel())
        }
        for host in ["127.0.0.1", "127.1.2.3", "localhost", "::1"] {
            _ = try LabelServer(.init(host: host), model: FakeModel())
        }
    }

    @Test func aTakenPortIsAnError() async throws {
        try await withServer { port, _ in
            let other = try LabelServer(.init(port: port), model: FakeModel())
            let error = await #expect(throws: LabelServerError.self) { try await other.run() }
            #expect(error?.code == .address)
        }
    }

    /// By a stop before and while it runs, and by cancellation; requests under way are answered, but not for ever.
    @Test func itStops() async throws {
        let early = try LabelServer(.init(), model: FakeModel())
        early.stop()
        try await early.run()

        for (reference, grace) in [("short", Duration.seconds(600)), ("long", .milliseconds(100))] {
            // The long one is not answered before it is cancelled.
            let (asked, answer) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
            let model = FakeModel { _ in
                asked.continuation.yield()
                for await _ in answer.stream {}
                return .success(VLMAnswer(text: "done"))
            }
            let server = try LabelServer(.init(stopGrace: grace), model: model)
            let (ports, continuation) = AsyncStream<Int>.makeStream()
            let running = Task { try await server.run { continuation.yield($0) } }
            let port = try #require(await ports.first { _ in true })
            async let reply = RawConnection.chat(port: port, question, reference: reference)
            for await _ in asked.stream { break }
            running.cancel()
            if reference == "short" { answer.continuation.finish() }
            try await running.value
            let status = try await reply?.status
            #expect(status == (reference == "short" ? 200 : nil))
            #expect(server.ledger.answers == [reference == "short" ? "200" : "abandoned": 1])
        }
    }
}
