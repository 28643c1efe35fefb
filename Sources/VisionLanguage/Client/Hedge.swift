internal import Synchronization

/// An attempt that is sent a second time when the first copy takes long. The first answer counts; a copy that comes
/// later is paid and reported by itself.
final class Hedge: Sendable {
    private struct State {
        var continuation: CheckedContinuation<VLMClient.Attempt, Never>?
        var running = 1
        var isDecided = false
        var isSecondSent = false
        /// The wait for the second copy, until it is sent.
        var wait: Task<Void, Never>?
        var copies: [Task<Void, Never>] = []
        var isCancelled = false
        var earlierUsage = TokenUsage()
        var earlierCost: Int64 = 0
    }

    private let client: VLMClient
    private let request: VLMRequest
    private let need: VLMClient.Need
    private let state = Mutex(State())

    init(_ client: VLMClient, _ request: VLMRequest, _ need: VLMClient.Need) {
        self.client = client
        self.request = request
        self.need = need
    }

    func run(_ pass: ClientGate.Pass, after delay: Duration) async -> VLMClient.Attempt {
        let until = client.clock.now() + delay
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.continuation = continuation }
                let first = Task { await send(pass) }
                let wait = Task { await sendSecond(at: until) }
                let isCancelled = state.withLock { state in
                    state.copies.append(first)
                    if state.isSecondSent {
                        state.copies.append(wait)
                    } else if state.isDecided {
                        wait.cancel()
                    } else {
                        state.wait = wait
                    }
                    return state.isCancelled
                }
                if isCancelled { cancel() }
            }
        } onCancel: {
            cancel()
        }
    }

    private func cancel() {
        let tasks = state.withLock { state in
            state.isCancelled = true
            return state.copies + [state.wait].compactMap { $0 }
        }
        for task in tasks { task.cancel() }
    }

    private func sendSecond(at until: Duration) async {
        guard (try? await client.clock.sleep(until)) != nil else { return }
        guard case .go(let pass) = await client.admit(need, isRetry: false) else { return }
        let isSent = state.withLock { state in
            guard !state.isDecided else { return false }
            state.running += 1
            state.isSecondSent = true
            if let wait = state.wait { state.copies.append(wait) }
            state.wait = nil
            return true
        }
        guard isSent else { return client.abandon(pass) }
        await send(pass)
    }

    private func send(_ pass: ClientGate.Pass) async {
        let result = await client.model.answer(request, timeout: client.options.timeout)
        enum Role {
            case winner(CheckedContinuation<VLMClient.Attempt, Never>?, TokenUsage, Int64)
            case earlier, late
        }
        let role = state.withLock { state -> Role in
            state.running -= 1
            if state.isDecided { return .late }
            if case .failure = result, state.running > 0 {
                state.earlierUsage = state.earlierUsage + VLMClient.usage(result)
                state.earlierCost = state.earlierCost.addingClamped(client.cost(result, need))
                return .earlier
            }
            state.isDecided = true
            state.wait?.cancel()
            defer { state.continuation = nil }
            return .winner(state.continuation, state.earlierUsage, state.earlierCost)
        }
        switch role {
        case .winner(let continuation, let usage, let cost):
            continuation?.resume(
                returning: VLMClient.Attempt(
                    result: result, pass: pass, earlierUsage: usage, earlierCost: cost))
        case .earlier: client.settle(pass, result, need)
        case .late:
            client.settle(pass, result, need)
            let cost = client.options.price == nil ? nil : client.cost(result, need)
            await client.hooks.billedLate(request, VLMClient.usage(result), cost)
        }
    }
}
