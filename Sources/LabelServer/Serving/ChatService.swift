internal import Foundation
internal import Ground
internal import HTTPTypes
internal import HummingbirdCore
internal import JSON
internal import NIOCore
internal import Synchronization
internal import VisionLanguage

/// Answers requests: reads a chat request, meets it with its fault or the model's answer, and keeps the ledger.
final class ChatService: Sendable {
    let configuration: LabelServer.Configuration
    let ledger: LedgerKeeper
    private let model: any VisionLanguageModel
    private let quota: Mutex<RequestQuota>?

    init(_ configuration: LabelServer.Configuration, model: any VisionLanguageModel, ledger: LedgerKeeper) {
        self.configuration = configuration
        self.model = model
        self.ledger = ledger
        quota = configuration.requestsPerMinute.map { Mutex(RequestQuota(perMinute: $0, at: .now)) }
    }

    func respond(to request: Request, writer: consuming ResponseWriter, channel: any Channel) async throws {
        let isHead = request.method == .head
        switch Route(path: request.uri.path, method: request.method) {
        case .wrongPath:
            try await writer.write(
                Reply(.status(404, "There is nothing here.", code: "unknown_url")), isHead: isHead)
        case .wrongMethod(let allowed):
            var reply = Reply(.status(405, "The method is not allowed here.", code: "method_not_allowed"))
            reply.headers = [.init(name: "allow", value: allowed)]
            try await writer.write(reply, isHead: isHead)
        case .health: try await writer.write(Reply(json: #"{"status":"ok"}"#), isHead: isHead)
        case let route where !isAuthorized(request):
            if route == .chat {
                ledger.update {
                    $0.arrive(); $0.refuse("401")
                }
            }
            var error = APIError.status(401, "Incorrect or missing API key.", code: "invalid_api_key")
            error.headers = [.init(name: "www-authenticate", value: "Bearer")]
            try await writer.write(Reply(error), isHead: isHead)
        case .models: try await writer.write(Reply(json: modelsJSON), isHead: isHead)
        case .totals: try await writer.write(Reply(json: ledger.update { $0.totalsJSON }), isHead: isHead)
        case .calls:
            let lines = Array(ledger.snapshot.callLines.utf8)
            try await writer.write(Reply(type: "application/jsonl", body: lines), isHead: isHead)
        case .chat: try await chat(request, writer: writer, channel: channel)
        }
    }

    private func isAuthorized(_ request: Request) -> Bool {
        guard !configuration.keys.isEmpty else { return true }
        guard let header = request.headers[.authorization], header.prefix(7).lowercased() == "bearer " else {
            return false
        }
        return configuration.keys.contains(String(header.dropFirst(7)))
    }

    private var modelsJSON: String {
        let models: JSONValue = [
            "object": "list",
            "data": [
                [
                    "id": .string(model.identity.model), "object": "model", "created": 0,
                    "owned_by": .string(model.identity.provider),
                ]
            ],
        ]
        return String(decoding: JSONWriter.bytes(models), as: UTF8.self)
    }

    // MARK: Chat

    private struct Admission {
        var chat: ChatRequest
        var reference: String
        var attempt: Int
        var fault: Fault?

        /// The same for the same attempt of the same run.
        var id: String {
            var hash = Hash64()
            hash.combine(UInt64(attempt))
            for byte in reference.utf8 { hash.combine(UInt64(byte)) }
            return hash.value.hex
        }
    }

    private enum Outcome {
        /// Not billed.
        case reply(Reply)
        case completion(Reply, ServerLedger.Call, ConnectionWatch.Delivery)
        case cutHead
        case cutBody(Reply, ConnectionWatch.Delivery)
    }

    /// Ends the connection.
    private struct ConnectionCut: Error {}

    private func chat(_ request: Request, writer: consuming ResponseWriter, channel: any Channel) async throws {
        ledger.update { $0.arrive() }
        let admission: Admission
        do {
            admission = try await admit(request, writer)
        } catch let error as APIError {
            ledger.update { $0.refuse("\(error.status)") }
            return try await writer.write(Reply(error))
        } catch {
            ledger.update { $0.refuse("abandoned") }
            throw error
        }
        let fault = admission.fault?.kind
        let outcome: Outcome
        do {
            outcome = try await serve(admission, channel)
        } catch {
            ledger.update { $0.leave("abandoned", fault: fault) }
            throw error
        }
        // The ledger is always a step ahead: whoever has the answer finds it counted.
        switch outcome {
        case .reply(let reply):
            ledger.update { $0.leave("\(reply.status)", fault: fault) }
            try await writer.write(reply)
        case .completion(let reply, let call, let delivery):
            ledger.update { $0.leave("200", fault: fault, call: call) }
            do {
                try await writer.write(reply)
                try await delivery.finish()
            } catch {
                ledger.update { $0.revoke(call) }
                throw error
            }
            ledger.write(call)
        case .cutHead:
            ledger.update { $0.leave("cut-head", fault: fault) }
            throw ConnectionCut()
        case .cutBody(let reply, let delivery):
            ledger.update { $0.leave("cut-body", fault: fault) }
            var body = try await writer.writeHead(reply.head)
            try await body.write(ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2)))
            try await delivery.finish()
            throw ConnectionCut()
        }
    }

    /// Reads the request and lets it in.
    ///
    /// - Throws: ``APIError`` where it is turned away.
    private func admit(_ request: Request, _ writer: borrowing ResponseWriter) async throws -> Admission {
        let body = try await body(of: request, writer)
        ledger.update { $0.receive(byteCount: body.readableBytes) }
        let chat: ChatRequest = try body.withUnsafeReadableBytes { try ChatRequest(body: $0) }
        if let wait = quota?.withLock({ $0.admit(at: .now) }) {
            throw APIError.rateLimit("Rate limit reached: too many requests per minute.", wait: wait)
        }
        guard ledger.update({ $0.enter(limit: configuration.maxConcurrency) }) else {
            throw APIError.rateLimit("Rate limit reached: too many requests at a time.")
        }
        let reference = Self.reference(
            HTTPField.Name("x-client-request-id").flatMap { request.headers[$0] } ?? chat.user, body)
        let (attempt, ordinal) = ledger.update { $0.attempt(reference) }
        let fault = configuration.plan.fault(reference: reference, attempt: attempt, ordinal: ordinal)
        return Admission(chat: chat, reference: reference, attempt: attempt, fault: fault)
    }

    private func body(of request: Request, _ writer: borrowing ResponseWriter) async throws -> ByteBuffer {
        let tooLarge = APIError.status(
            413, "The body is larger than \(LabelServer.bodyLimit) bytes.", code: "request_too_large")
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > LabelServer.bodyLimit { throw tooLarge }
        if request.headers[.expect]?.lowercased() == "100-continue" {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        var body = ByteBuffer()
        // What is announced is not yet there: room for more than a few pictures is made as they come.
        body.reserveCapacity(min(announced ?? 0, 1 << 20))
        for try await piece in request.body {
            guard body.readableBytes + piece.readableBytes <= LabelServer.bodyLimit else { throw tooLarge }
            body.writeImmutableBuffer(piece)
        }
        if let announced, body.readableBytes < announced { throw ConnectionCut() }
        return body
    }

    /// The client's name for the call where it is a fit one, else a hash of it; without one a hash of the body.
    static func reference(_ name: String?, _ body: ByteBuffer) -> String {
        if let name, (1...64).contains(name.utf8.count), name.utf8.allSatisfy(\.isNameCharacter) { return name }
        var hash = Hash64()
        if let name {
            for byte in name.utf8 { hash.combine(UInt64(byte)) }
        } else {
            body.withUnsafeReadableBytes { hash.combine($0) }
        }
        return (name == nil ? "body-" : "name-") + hash.value.hex
    }

    private func serve(_ admission: Admission, _ channel: any Channel) async throws -> Outcome {
        let (chat, fault) = (admission.chat, admission.fault)
        var delay = configuration.plan.delay(reference: admission.reference, attempt: admission.attempt)
        if let fault, fault.kind == .slow { delay += fault.duration }
        if delay > .zero { try await Task.sleep(for: delay) }
        guard try await ConnectionWatch.delivery(on: channel) != nil else { throw ConnectionCut() }
        if let fault, let reply = fault.reply { return .reply(reply) }
        if fault?.kind == .cutHead { return .cutHead }

        let id = "chatcmpl-\(admission.id)"
        let created = Int64(time(nil))
        var completion: Completion
        if fault?.kind == .refusal {
            completion = .refused(chat, id: id, created: created, model: model.identity.model)
        } else {
            let answer = await model.answer(
                chat.request(reference: admission.reference), timeout: configuration.answerTimeout)
            do throws(APIError) {
                completion = try Completion(answer, to: chat, id: id, created: created, model: model.identity.model)
            } catch {
                return .reply(Reply(error))
            }
        }
        if fault?.kind == .truncation { completion = completion.truncated() }
        var reply =
            chat.isStream
            ? Reply(type: "text/event-stream", body: completion.events(includesUsage: chat.includesUsage))
            : Reply(body: completion.body)
        reply.headers = [.init(name: "x-request-id", value: "req_\(admission.id)")]
        guard let delivery = try await ConnectionWatch.delivery(on: channel) else { throw ConnectionCut() }
        if fault?.kind == .cutBody { return .cutBody(reply, delivery) }
        return .completion(
            reply,
            ServerLedger.Call(
                reference: admission.reference, usage: completion.usage, pictures: chat.pictures.count,
                fault: fault?.kind), delivery)
    }
}
