import Ground
import Networks
import Tensors

/// Random numbers for tests.
struct Stream {
    private var random: SplitMix64

    init(state: UInt64) { random = SplitMix64(seed: state) }

    mutating func next() -> UInt64 { random.next() }

    mutating func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

    /// Uniform over -1 ..< 1.
    mutating func uniform() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
}

/// A window by its parts, so that a test can change one of them.
struct Window {
    var words: [Int32]
    var actions: [Int32]
    var objects: [Int32]
    /// Numbers of pictures of the bench.
    var frames: [Int]

    var steps: Int { actions.count }

    /// Picture and action differ from step to step.
    init(words: Int, steps: Int, _ stream: inout Stream) {
        self.words = (0..<words).map { _ in Int32(stream.int(1...NetworkBench.vocabularySize - 1)) }
        actions = (0..<steps).map { _ in Int32(stream.int(1...12)) }
        objects = (0..<steps).map { _ in Int32(stream.int(0...82)) }
        frames = (0...steps).map { _ in stream.int(0...NetworkBench.pictureCount - 1) }
    }

    func changingAction(_ step: Int) -> Window {
        var changed = self
        changed.actions[step] = changed.actions[step] % 12 + 1
        return changed
    }

    func changingObject(_ step: Int) -> Window {
        var changed = self
        changed.objects[step] = (changed.objects[step] + 1) % 83
        return changed
    }

    func changingFrame(_ frame: Int) -> Window {
        var changed = self
        changed.frames[frame] = (changed.frames[frame] + 1) % NetworkBench.pictureCount
        return changed
    }
}

/// Policy and critic with weights at random, and what they say of windows.
final class NetworkBench {
    static let vocabularySize = 50
    static let pictureCount = 40

    let shape: NetworkShape
    let policy: Policy
    let critic: Critic
    let policyStore: ParameterStore
    let criticStore: ParameterStore
    let positions: PositionTable
    let tape: Tape
    private let pictures: UnsafeMutableRawPointer

    init(
        _ features: FeatureFormat = .float(channels: 5), threads: Int = 2, dropout: Float = 0,
        change: (inout NetworkShape) -> Void = { _ in }
    ) {
        var shape = NetworkShape(.small, features: features, vocabularySize: Self.vocabularySize)
        shape.dropout = dropout
        change(&shape)
        self.shape = shape
        let backend = CPUBackend(threadCount: threads)
        var policyLayout = ParameterLayout()
        policy = Policy(shape, &policyLayout)
        policyStore = ParameterStore(policyLayout, backend: backend, hasTarget: false)
        var criticLayout = ParameterLayout()
        critic = Critic(shape, &criticLayout)
        criticStore = ParameterStore(criticLayout, backend: backend, hasTarget: true)
        positions = PositionTable(width: shape.width, backend: backend)
        tape = Tape(backend: backend)
        var stream = Stream(state: 77)
        for store in [policyStore, criticStore] {
            store.initialize(seed: 5)
            // Moments that are not those of a new network.
            for buffer in store.layout.buffers {
                let isMean = buffer.name.hasSuffix(".mean")
                store.write(
                    (0..<buffer.count).map { _ in isMean ? 0.2 * stream.uniform() : 1 + 0.5 * stream.uniform() },
                    to: store.buffers + buffer.offset)
            }
            // More attention than a new network pays, so that what is seen shows through both layers.
            for parameter in store.layout.parameters where parameter.name.hasSuffix("attention.out.weight") {
                let weights = store.read(store.values + parameter.offset, count: parameter.count)
                store.write(weights.map { 8 * $0 }, to: store.values + parameter.offset)
            }
            store.synchronizeTarget()
        }
        pictures = .allocate(byteCount: Self.pictureCount * features.byteCount, alignment: 64)
        for index in 0..<Self.pictureCount * features.byteCount / 4 {
            let bits: UInt32 =
                switch features {
                case .patches: UInt32(truncatingIfNeeded: stream.next())
                // Two halves of sizes 0.5 to 1, either sign.
                case .half: UInt32(truncatingIfNeeded: stream.next()) & 0x83FF_83FF | 0x3800_3800
                case .float: stream.uniform().bitPattern
                }
            pictures.storeBytes(of: bits, toByteOffset: 4 * index, as: UInt32.self)
        }
    }

    deinit { pictures.deallocate() }

    func batch(_ windows: [Window]) -> WindowBatch {
        var batch = WindowBatch(format: shape.features)
        for window in windows {
            batch.words += window.words
            batch.wordOffsets.append(Int32(batch.words.count))
            batch.actions += window.actions
            batch.objects += window.objects
            batch.stepOffsets.append(Int32(batch.actions.count))
            batch.frames += window.frames.map { UnsafeRawPointer(pictures + $0 * shape.features.byteCount) }
        }
        return batch
    }

    struct PolicyAnswer: Equatable {
        /// Per step 13 and 82 scores.
        var actions: [[Float]]
        var objects: [[Float]]
    }

    struct CriticAnswer: Equatable {
        var q1: [Float]
        var q2: [Float]
        /// One more than steps.
        var v: [Float]
    }

    private func begin(_ store: ParameterStore, isTraining: Bool) {
        tape.reset()
        tape.isTraining = isTraining
        tape.isRecording = isTraining
        tape.bank = store.online
    }

    /// What the policy says of each window, with running moments and without dropout.
    func askPolicy(_ windows: [Window]) -> [PolicyAnswer] {
        begin(policyStore, isTraining: false)
        let batch = batch(windows)
        let output = (0..<Int32(batch.stepCount)).map(\.self).withUnsafeBufferPointer {
            policy(batch, objectSteps: $0, positions: positions, tape)
        }
        let actions = tape.read(output.actions)
        let objects = output.objects.map { tape.read($0) } ?? []
        return windows.indices.map { window in
            let steps = Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1])
            return PolicyAnswer(
                actions: steps.map { Array(actions[($0 * 13)..<($0 + 1) * 13]) },
                objects: steps.map { Array(objects[($0 * 82)..<($0 + 1) * 82]) })
        }
    }

    /// What the critic says of each window, Q and V together.
    func askCritic(_ windows: [Window]) -> [CriticAnswer] {
        begin(criticStore, isTraining: false)
        let batch = batch(windows)
        let output = critic(batch, positions: positions, tape)
        let (q1, q2, v) = (tape.read(output.q1), tape.read(output.q2), tape.read(output.v))
        return windows.indices.map { window in
            let steps = Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1])
            return CriticAnswer(
                q1: Array(q1[steps]), q2: Array(q2[steps]),
                v: Array(v[steps.lowerBound + window...steps.upperBound + window]))
        }
    }

    /// Q alone, of the online parameters, or of the target's; V is empty.
    func askQ(_ windows: [Window], ofTarget: Bool = false) -> [CriticAnswer] {
        begin(criticStore, isTraining: false)
        if ofTarget { tape.bank = criticStore.targetBank }
        let batch = batch(windows)
        let output = critic.q(batch, positions: positions, tape)
        let (q1, q2) = (tape.read(output.q1), tape.read(output.q2))
        return windows.indices.map { window in
            let steps = Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1])
            return CriticAnswer(q1: Array(q1[steps]), q2: Array(q2[steps]), v: [])
        }
    }

    /// Gradients of policy and critic for losses that depend on everything they say.
    func learn(_ windows: [Window], objectSteps: [Int32], key: UInt64 = 0) -> (policy: [Float], critic: [Float]) {
        let batch = batch(windows)
        tape.dropoutKey = key
        for store in [policyStore, criticStore] {
            tape.backend.zero(store.gradients, count: store.layout.valueCount)
        }
        begin(policyStore, isTraining: true)
        let output = objectSteps.withUnsafeBufferPointer {
            policy(batch, objectSteps: $0, positions: positions, tape)
        }
        let weights = [Float](repeating: 1, count: batch.stepCount)
        tape.crossEntropy(output.actions, targets: batch.actions, weights: weights, factor: 1)
        if let objects = output.objects {
            tape.crossEntropy(
                objects, targets: objectSteps.map { batch.objects[Int($0)] % 82 }, weights: weights, factor: 1)
        }
        tape.backward()
        begin(criticStore, isTraining: true)
        let values = critic(batch, positions: positions, tape)
        let goals = [Float](repeating: 1, count: batch.frames.count)
        for tensor in [values.q1, values.q2] {
            tape.expectileLoss(tensor, targets: goals, expectile: nil, factor: 1)
        }
        tape.expectileLoss(values.v, targets: goals, expectile: 0.8, factor: 1)
        tape.backward()
        return (
            policyStore.read(policyStore.gradients, count: policyStore.layout.valueCount),
            criticStore.read(criticStore.gradients, count: criticStore.layout.valueCount)
        )
    }
}

/// The largest difference of two answers' numbers; infinite where their shapes differ or a number is not one.
func difference(_ a: [NetworkBench.PolicyAnswer], _ b: [NetworkBench.PolicyAnswer]) -> Float {
    difference(a.flatMap { $0.actions.flatMap(\.self) }, b.flatMap { $0.actions.flatMap(\.self) })
        + difference(a.flatMap { $0.objects.flatMap(\.self) }, b.flatMap { $0.objects.flatMap(\.self) })
}

func difference(_ a: [NetworkBench.CriticAnswer], _ b: [NetworkBench.CriticAnswer]) -> Float {
    difference(a.flatMap { $0.q1 + $0.q2 + $0.v }, b.flatMap { $0.q1 + $0.q2 + $0.v })
}

func difference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    var largest: Float = 0
    for (x, y) in zip(a, b) {
        let difference = abs(x - y)
        guard difference.isFinite else { return .infinity }
        largest = max(largest, difference)
    }
    return largest
}

func isFinite(_ values: [Float]) -> Bool { values.allSatisfy(\.isFinite) }
