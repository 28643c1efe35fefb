import Tensors
import Testing

@testable import Networks

/// What depends on what, asked of the whole network: one input is changed at a time. A number that may not depend on it
/// stays the same to the bit, for the shapes are the same; one that must, changes.
@Suite struct DependenceTests {
    /// Words and steps: short and long sentences, on both sides of the mask's 64-bit words.
    static let sizes = [(1, 1), (2, 2), (5, 6), (30, 17), (63, 1), (64, 3), (100, 17)]

    private static func windows(_ size: (words: Int, steps: Int)) -> [Window] {
        var stream = Stream(state: UInt64(size.words * 100 + size.steps))
        return [
            Window(words: 3, steps: 4, &stream), Window(words: size.words, steps: size.steps, &stream),
            Window(words: 7, steps: 1, &stream),
        ]
    }

    @Test(arguments: sizes)
    func policy(words: Int, steps: Int) {
        let bench = NetworkBench()
        let windows = Self.windows((words, steps))
        let before = bench.askPolicy(windows)
        func changed(_ window: Window) -> NetworkBench.PolicyAnswer {
            let after = bench.askPolicy([windows[0], window, windows[2]])
            #expect(after[0] == before[0])
            #expect(after[2] == before[2])
            return after[1]
        }
        for frame in 0...steps {
            let after = changed(windows[1].changingFrame(frame))
            for step in 0..<steps {
                #expect((after.actions[step] != before[1].actions[step]) == (frame <= step), "\(frame), \(step)")
                #expect((after.objects[step] != before[1].objects[step]) == (frame <= step), "\(frame), \(step)")
            }
        }
        for action in 0..<steps {
            let after = changed(windows[1].changingAction(action))
            for step in 0..<steps {
                #expect((after.actions[step] != before[1].actions[step]) == (action < step), "\(action), \(step)")
                #expect((after.objects[step] != before[1].objects[step]) == (action < step), "\(action), \(step)")
            }
            #expect(changed(windows[1].changingObject(action)) == before[1])
        }
    }

    @Test(arguments: sizes)
    func critic(words: Int, steps: Int) {
        let bench = NetworkBench()
        let windows = Self.windows((words, steps))
        let before = bench.askCritic(windows)
        func changed(_ window: Window) -> NetworkBench.CriticAnswer {
            let after = bench.askCritic([windows[0], window, windows[2]])
            #expect(after[0] == before[0])
            #expect(after[2] == before[2])
            return after[1]
        }
        func expect(_ after: NetworkBench.CriticAnswer, q: (Int) -> Bool, v: (Int) -> Bool, _ what: Comment) {
            for step in 0..<steps {
                #expect((after.q1[step] != before[1].q1[step]) == q(step), "Q1 at \(step)")
                #expect((after.q2[step] != before[1].q2[step]) == q(step), what)
            }
            for step in 0...steps { #expect((after.v[step] != before[1].v[step]) == v(step), "V at \(step)") }
        }
        for frame in 0...steps {
            expect(
                changed(windows[1].changingFrame(frame)), q: { frame <= $0 }, v: { frame <= $0 }, "frame \(frame)")
        }
        for step in 0..<steps {
            expect(changed(windows[1].changingAction(step)), q: { step <= $0 }, v: { step < $0 }, "action \(step)")
            expect(changed(windows[1].changingObject(step)), q: { step <= $0 }, v: { step < $0 }, "object \(step)")
        }
    }

    @Test func wordsAndTheirOrder() {
        let bench = NetworkBench()
        var stream = Stream(state: 3)
        var window = Window(words: 6, steps: 5, &stream)
        window.words = [3, 9, 4, 11, 20, 7]
        let (policy, critic) = (bench.askPolicy([window])[0], bench.askCritic([window])[0])
        func expectOther(_ words: [Int32]) {
            var other = window
            other.words = words
            let (otherPolicy, otherCritic) = (bench.askPolicy([other])[0], bench.askCritic([other])[0])
            for step in 0..<5 {
                #expect(difference(policy.actions[step], otherPolicy.actions[step]) > 1e-5)
                #expect(difference(policy.objects[step], otherPolicy.objects[step]) > 1e-5)
                #expect(critic.q1[step] != otherCritic.q1[step])
                #expect(critic.q2[step] != otherCritic.q2[step])
            }
            for frame in 0...5 { #expect(critic.v[frame] != otherCritic.v[frame]) }
        }
        // Two neighbours, first and last, all; then another word, and one more.
        expectOther([3, 9, 11, 4, 20, 7])
        expectOther([7, 9, 4, 11, 20, 3])
        expectOther(window.words.reversed())
        expectOther([3, 9, 4, 11, 20, 8])
        expectOther([3, 9, 4, 11, 20, 7, 7])
    }
}

/// Windows of a batch, passes, threads and modes beside each other.
@Suite struct NetworkTests {
    private static func windows(seed: UInt64 = 1) -> [Window] {
        var stream = Stream(state: seed)
        return [(4, 3), (100, 17), (1, 1), (12, 17), (66, 8), (5, 1), (20, 16)].map {
            Window(words: $0, steps: $1, &stream)
        }
    }

    @Test(arguments: [FeatureFormat.patches, .half(channels: 8), .float(channels: 5)])
    func aWindowAloneAndAmongOthers(features: FeatureFormat) {
        let bench = NetworkBench(features)
        let windows = Self.windows()
        let (policy, critic) = (bench.askPolicy(windows), bench.askCritic(windows))
        for index in windows.indices {
            #expect(difference(bench.askPolicy([windows[index]]), [policy[index]]) < 1e-5)
            #expect(difference(bench.askCritic([windows[index]]), [critic[index]]) < 1e-5)
        }
        let order = [6, 2, 5, 0, 4, 1, 3]
        let shuffled = order.map { windows[$0] }
        #expect(difference(bench.askPolicy(shuffled), order.map { policy[$0] }) < 1e-5)
        #expect(difference(bench.askCritic(shuffled), order.map { critic[$0] }) < 1e-5)
        // Not because all say the same.
        #expect(difference(policy[0].actions[0], policy[3].actions[0]) > 1e-3)
        #expect(abs(critic[0].v[0] - critic[3].v[0]) > 1e-4)
    }

    /// Q beside V, with shared rows, is Q alone, which the target computes; with one layer and with three as well.
    @Test(arguments: [1, 2, 3])
    func bothPassesAtOnce(layers: Int) {
        let bench = NetworkBench { $0.jointLayers = layers }
        let windows = Self.windows()
        let together = bench.askCritic(windows).map { NetworkBench.CriticAnswer(q1: $0.q1, q2: $0.q2, v: []) }
        #expect(difference(bench.askQ(windows), together) < 1e-5)
        #expect(bench.askQ(windows, ofTarget: true) == bench.askQ(windows))
        #expect(together[1].q1 != together[1].q2)
    }

    /// Pieces of work are cut by shape alone: losses, gradients and dropout do not depend on who does them.
    @Test func threadsDoNotMatter() {
        let windows = Self.windows()
        let objectSteps: [Int32] = [0, 2, 3, 30, 31, 62]
        func run(_ threads: Int) -> (policy: [Float], critic: [Float], answers: [NetworkBench.CriticAnswer]) {
            let bench = NetworkBench(threads: threads, dropout: 0.2)
            let (policy, critic) = bench.learn(windows, objectSteps: objectSteps, key: 11)
            return (policy, critic, bench.askCritic(windows))
        }
        let one = run(1)
        #expect(one.policy.contains { $0 != 0 } && isFinite(one.policy))
        #expect(one.critic.contains { $0 != 0 } && isFinite(one.critic))
        for threads in [2, 3] {
            let other = run(threads)
            #expect(other.policy == one.policy)
            #expect(other.critic == one.critic)
            #expect(other.answers == one.answers)
        }
    }

    @Test func dropoutFollowsItsKey() {
        let windows = Self.windows()
        let bench = NetworkBench(dropout: 0.2)
        let first = bench.learn(windows, objectSteps: [1], key: 1)
        #expect(bench.learn(windows, objectSteps: [1], key: 1) == first)
        let second = bench.learn(windows, objectSteps: [1], key: 2)
        #expect(second.policy != first.policy)
        #expect(second.critic != first.critic)
    }

    @Test func runningMomentsMoveInTrainingOnly() {
        let bench = NetworkBench()
        let windows = Self.windows()
        func moments() -> [[Float]] {
            [bench.policyStore, bench.criticStore].map { $0.read($0.buffers, count: $0.layout.bufferCount) }
        }
        let before = moments()
        _ = bench.askPolicy(windows)
        _ = bench.askCritic(windows)
        _ = bench.askQ(windows, ofTarget: true)
        #expect(moments() == before)
        _ = bench.learn(windows, objectSteps: [])
        let after = moments()
        for (index, store) in [bench.policyStore, bench.criticStore].enumerated() {
            for buffer in store.layout.buffers {
                let range = buffer.offset..<buffer.offset + buffer.count
                #expect(before[index][range] != after[index][range], "\(buffer.name)")
            }
        }
    }

    /// A batch of navigation alone: nothing is learned of objects, all else is.
    @Test func noInteractions() {
        let bench = NetworkBench()
        let windows = Self.windows()
        bench.tape.reset()
        bench.tape.bank = bench.policyStore.online
        let output = bench.policy(
            bench.batch(windows), objectSteps: UnsafeBufferPointer(start: nil, count: 0), positions: bench.positions,
            bench.tape)
        #expect(output.objects == nil)
        #expect(output.actions.rows == windows.reduce(0) { $0 + $1.steps })
        let gradients = bench.learn(windows, objectSteps: []).policy
        for parameter in bench.policyStore.layout.parameters {
            let isOfObjects = parameter.name.hasPrefix("policy.object_")
            // Batch norm takes the convolutions' biases out again: they get no gradient.
            let isConstant = parameter.name.hasSuffix("conv1.bias") || parameter.name.hasSuffix("conv2.bias")
            let own = gradients[parameter.offset..<parameter.offset + parameter.count]
            #expect(own.contains { $0 != 0 } == !(isOfObjects || isConstant), "\(parameter.name)")
        }
        #expect(isFinite(gradients))
    }

    /// Windows of one step only: the policy has no action slots at all.
    @Test func singleSteps() {
        let bench = NetworkBench()
        var stream = Stream(state: 8)
        let windows = (0..<3).map { Window(words: 1 + $0, steps: 1, &stream) }
        let gradients = bench.learn(windows, objectSteps: [1])
        #expect(isFinite(gradients.policy) && gradients.policy.contains { $0 != 0 })
        #expect(isFinite(gradients.critic) && gradients.critic.contains { $0 != 0 })
        // The table of actions still learns as the scores' table.
        let layout = bench.policyStore.layout
        let actions = layout.parameters.filter { $0.name == "policy.actions" }
        #expect(actions.count == 1)
        for table in actions {
            #expect(gradients.policy[table.offset..<table.offset + table.count].contains { $0 != 0 })
        }
    }

    /// A tape that has seen the largest batch takes no more memory.
    @Test func memoryIsFlat() {
        let bench = NetworkBench()
        var stream = Stream(state: 12)
        func learn(_ windows: [Window]) {
            _ = bench.learn(windows, objectSteps: (0..<Int32(windows.reduce(0) { $0 + $1.steps })).map(\.self))
        }
        learn((0..<12).map { _ in Window(words: 40, steps: 17, &stream) })
        let byteCount = bench.tape.byteCount
        for _ in 0..<12 {
            learn(
                (0..<stream.int(1...12)).map { _ in
                    Window(words: stream.int(1...40), steps: stream.int(1...17), &stream)
                })
            #expect(bench.tape.byteCount == byteCount)
        }
    }
}
