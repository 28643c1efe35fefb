import CKernels
import Ground
import Testing

@testable import Tensors

/// Random numbers for tests.
struct Stream {
    private var random: SplitMix64

    init(state: UInt64) { random = SplitMix64(seed: state) }

    mutating func next() -> UInt64 { random.next() }
    mutating func uniform() -> Float { Float(next() >> 40) / Float(1 << 24) * 2 - 1 }
    mutating func int(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }
    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in uniform() } }
}

/// Compares gradients with central differences of sum(y * probe) for a probe at random.
///
/// `build` makes the output from variables on the tape; parameters are perturbed in their store.
struct GradientCheck {
    let store: ParameterStore
    let inputs: [(values: [Float], rows: Int, columns: Int)]
    var isTraining = true
    let build: (Tape, [Tensor]) -> Tensor

    func run(seed: UInt64, samples: Int = 12, tolerance: Double = 2e-2) throws {
        var stream = Stream(state: seed)
        let tape = Tape(backend: store.backend)
        let buffers = store.read(store.buffers, count: store.layout.bufferCount)
        func forward(_ inputs: [[Float]]) -> (Tensor, [Tensor]) {
            tape.reset()
            tape.bank = store.online
            tape.isTraining = isTraining
            store.write(buffers, to: store.buffers)
            let tensors = zip(inputs, self.inputs).map { tape.variable($0, rows: $1.rows, columns: $1.columns) }
            return (build(tape, tensors), tensors)
        }
        let values = inputs.map(\.values)
        let (y, tensors) = forward(values)
        let probe = stream.floats(y.count)
        func value(_ inputs: [[Float]]) -> Double {
            let (y, _) = forward(inputs)
            return zip(tape.read(y), probe).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        store.backend.zero(store.gradients, count: store.layout.valueCount)
        let gradient = tape.allocate(Float.self, count: y.count)
        for index in gradient.indices { gradient[index] = probe[index] }
        tape.record(.loss(input: y, gradient: gradient.baseAddress!))
        tape.backward()
        let inputGradients = tensors.map { tape.readGradient($0) }
        let parameterGradients = store.read(store.gradients, count: store.layout.valueCount)
        func compare(_ analytic: Float, _ name: String, _ perturbed: (Float) -> Double) {
            let step: Float = 1e-2
            let numeric = (perturbed(step) - perturbed(-step)) / (2 * Double(step))
            let scale = max(abs(numeric), abs(Double(analytic)), 1)
            #expect(abs(numeric - Double(analytic)) / scale < tolerance, "\(name): \(analytic), numerically \(numeric)")
        }
        for (input, gradient) in inputGradients.enumerated() where !gradient.isEmpty {
            for _ in 0..<samples {
                let index = stream.int(0...gradient.count - 1)
                compare(gradient[index], "input \(input)[\(index)]") { step in
                    var changed = values
                    changed[input][index] += step
                    return value(changed)
                }
            }
        }
        for parameter in store.layout.parameters {
            for _ in 0..<samples {
                let index = parameter.offset + stream.int(0...parameter.count - 1)
                compare(parameterGradients[index], "\(parameter.name)[\(index - parameter.offset)]") { step in
                    let old = store.values[index]
                    store.values[index] = old + step
                    defer { store.values[index] = old }
                    return value(values)
                }
            }
        }
    }
}

/// A store with parameters at random.
func randomStore(_ backend: CPUBackend, _ stream: inout Stream, _ build: (inout ParameterLayout) -> Void)
    -> ParameterStore
{
    var layout = ParameterLayout()
    build(&layout)
    let store = ParameterStore(layout, backend: backend, hasTarget: false)
    for parameter in layout.parameters {
        store.write(stream.floats(parameter.count), to: store.values + parameter.offset)
    }
    return store
}

@Suite struct GradientTests {
    let backend = CPUBackend(threadCount: 2)

    @Test(arguments: 0..<6 as Range<UInt64>)
    func linear(seed: UInt64) throws {
        var stream = Stream(state: seed)
        let (n, inputs, outputs) = (stream.int(1...300), stream.int(1...40), stream.int(1...40))
        var (w, b): (Parameter?, Parameter?)
        let store = randomStore(backend, &stream) {
            w = $0.matrix("w", outputs, inputs); b = $0.vector("b", outputs)
        }
        try GradientCheck(store: store, inputs: [(stream.floats(n * inputs), n, inputs)]) { tape, x in
            tape.linear(x[0], w!, b!, dropout: seed % 2 == 0 ? 0 : 0.3)
        }.run(seed: seed)
    }

    /// Away from the kink: inputs whose images are near zero would make the differences wrong, not the gradient.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func linearWithRelu(seed: UInt64) throws {
        var stream = Stream(state: seed)
        let (n, inputs) = (stream.int(1...40), 3)
        var (w, b): (Parameter?, Parameter?)
        let store = randomStore(backend, &stream) {
            w = $0.matrix("w", 2, inputs); b = $0.vector("b", 2)
        }
        store.write([4, -4], to: store.values + b!.offset)
        try GradientCheck(store: store, inputs: [(stream.floats(n * inputs), n, inputs)]) { tape, x in
            tape.linear(x[0], w!, b!, relu: true, dropout: 0.2)
        }.run(seed: seed)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func layerNorm(seed: UInt64) throws {
        var stream = Stream(state: seed)
        let (n, width) = (stream.int(1...200), stream.int(2...50))
        var (w, b): (Parameter?, Parameter?)
        let store = randomStore(backend, &stream) {
            w = $0.vector("w", width); b = $0.vector("b", width)
        }
        try GradientCheck(
            store: store, inputs: [(stream.floats(n * width), n, width), (stream.floats(n * width), n, width)]
        ) { tape, x in
            tape.layerNorm(
                tape.sum(x[0], x[1]), residual: seed % 3 == 0 ? nil : x[1], w!, b!, dropout: seed % 2 == 0 ? 0 : 0.2)
        }.run(seed: seed, tolerance: 4e-2)
    }

    @Test(arguments: [true, false], 0..<3 as Range<UInt64>)
    func batchNorm(isTraining: Bool, seed: UInt64) throws {
        var stream = Stream(state: seed)
        let (n, width) = (stream.int(20...400), stream.int(1...20))
        var (w, b): (Parameter?, Parameter?)
        var moments: RunningMoments?
        let store = randomStore(backend, &stream) {
            w = $0.vector("w", width)
            b = $0.vector("b", width)
            moments = $0.moments("bn", width)
        }
        // Columns that relu keeps or kills as a whole: no kinks.
        store.write((0..<width).map { $0 % 4 == 3 ? -8 : 8 }, to: store.values + b!.offset)
        try GradientCheck(
            store: store, inputs: [(stream.floats(n * width), n, width)], isTraining: isTraining
        ) { tape, x in tape.batchNorm(tape.sum(x[0], x[0]), w!, b!, moments!) }.run(seed: seed, tolerance: 4e-2)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func attention(seed: UInt64) throws {
        var stream = Stream(state: seed)
        let (heads, headSize) = (stream.int(1...3), [8, 16, 32, 5][Int(seed % 4)])
        let width = heads * headSize
        let lengths = (0..<stream.int(1...4)).map { _ in stream.int(1...(seed == 7 ? 150 : 30)) }
        let n = lengths.reduce(0, +)
        let maskWords = (lengths.max()! + 63) / 64
        var masks: [UInt64] = []
        for length in lengths {
            for _ in 0..<length {
                var row = [UInt64](repeating: 0, count: maskWords)
                let own = stream.int(0...length - 1)
                for key in 0..<length where key == own || stream.int(0...2) > 0 {
                    row[key / 64] |= 1 << UInt64(key % 64)
                }
                masks += row
            }
        }
        var w: Parameter?
        let store = randomStore(backend, &stream) { w = $0.matrix("w", 3 * width, 3) }
        try GradientCheck(store: store, inputs: [(stream.floats(n * 3), n, 3)]) { tape, x in
            let all = tape.linear(x[0], w!, nil)
            let mask = tape.allocate(UInt64.self, count: masks.count)
            for index in masks.indices { mask[index] = masks[index] }
            let sequences = tape.allocate(AttentionSequence.self, count: lengths.count)
            var first = 0
            for (index, length) in lengths.enumerated() {
                sequences[index] = AttentionSequence(
                    firstQuery: Int32(first), queries: Int32(length), firstKey: Int32(first), keys: Int32(length),
                    firstMaskWord: Int32(first * maskWords))
                first += length
            }
            return tape.attention(
                all, keys: all, keyColumn: width, valueColumn: 2 * width, sequences, mask: UnsafeBufferPointer(mask),
                maskWords: maskWords, heads: heads, headSize: headSize, dropout: seed % 2 == 0 ? 0 : 0.25)
        }.run(seed: seed)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func gatherAndEmbedding(seed: UInt64) throws {
        var stream = Stream(state: seed)
        let (n, m, width) = (stream.int(1...20), stream.int(1...100), stream.int(1...40))
        var table: Parameter?
        let store = randomStore(backend, &stream) { table = $0.matrix("table", 7, width) }
        let picks = (0..<m).map { _ in
            CKRow(
                source: Int32(stream.int(0...2)), row: Int32(stream.int(0...n - 1)), position: Int32(stream.int(-1...2))
            )
        }
        let words = (0..<n).map { _ in CKRow(source: 0, row: Int32(stream.int(0...6)), position: -1) }
        let positions = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * width)
        defer { positions.deallocate() }
        for index in positions.indices { positions[index] = stream.uniform() }
        try GradientCheck(
            store: store, inputs: [(stream.floats(n * width), n, width), (stream.floats(n * width), n, width)]
        ) { tape, x in
            let rows = tape.allocate(CKRow.self, count: m)
            for index in rows.indices { rows[index] = picks[index] }
            let wordRows = tape.allocate(CKRow.self, count: n)
            for index in wordRows.indices { wordRows[index] = words[index] }
            let embedded = tape.embedding(table!, rows: UnsafeBufferPointer(wordRows))
            return tape.gather(
                x[0], x[1], embedded, rows: UnsafeBufferPointer(rows), positions: UnsafePointer(positions.baseAddress!))
        }.run(seed: seed)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func convolution(seed: UInt64) throws {
        var stream = Stream(state: seed)
        let kernel = [1, 3, 2, 3, 5, 7][Int(seed)]
        let shape = ConvolutionShape(
            height: stream.int(7...9), width: stream.int(7...9), channels: stream.int(1...4), kernel: kernel,
            stride: stream.int(1...2), padding: kernel / 2)
        let (pictures, outputs) = (stream.int(1...20), stream.int(1...5))
        var (w, b): (Parameter?, Parameter?)
        let store = randomStore(backend, &stream) {
            w = $0.matrix("w", outputs, shape.patch); b = $0.vector("b", outputs)
        }
        let pixels = shape.height * shape.width
        try GradientCheck(
            store: store,
            inputs: [(stream.floats(pictures * pixels * shape.channels), pictures * pixels, shape.channels)]
        ) { tape, x in tape.convolution(x[0], shape, w!, b!) }.run(seed: seed)
    }

    @Test(arguments: 0..<3 as Range<UInt64>)
    func features(seed: UInt64) throws {
        var stream = Stream(state: seed)
        let (frames, outputs) = (stream.int(1...20), stream.int(1...20))
        let format: FeatureFormat = seed == 0 ? .patches : .float(channels: 5)
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: frames * format.byteCount, alignment: 64)
        defer { bytes.deallocate() }
        for index in 0..<frames * format.byteCount / (seed == 0 ? 1 : 4) {
            if seed == 0 {
                bytes.storeBytes(of: UInt8(truncatingIfNeeded: stream.next()), toByteOffset: index, as: UInt8.self)
            } else {
                bytes.storeBytes(of: stream.uniform(), toByteOffset: 4 * index, as: Float.self)
            }
        }
        var (w, b): (Parameter?, Parameter?)
        let store = randomStore(backend, &stream) {
            w = $0.matrix("w", outputs, format.channels)
            b = $0.vector("b", outputs)
        }
        try GradientCheck(store: store, inputs: []) { tape, _ in
            let pointers = tape.allocate(UnsafeRawPointer.self, count: frames)
            for index in pointers.indices { pointers[index] = UnsafeRawPointer(bytes + index * format.byteCount) }
            return tape.features(UnsafeBufferPointer(pointers), format: format, w!, b!)
        }.run(seed: seed)
    }

    /// The losses' gradients against differences of the losses themselves.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func losses(seed: UInt64) {
        var stream = Stream(state: seed)
        let tape = Tape(backend: backend)
        let (n, classes) = (stream.int(1...40), stream.int(2...90))
        let logits = stream.floats(n * classes).map { 3 * $0 }
        let targets = (0..<n).map { _ in Int32(stream.int(-1...classes - 1)) }
        let weights = (0..<n).map { _ in abs(stream.uniform()) }
        let predictions = stream.floats(n)
        let goals = stream.floats(n)
        func losses(_ logits: [Float], _ predictions: [Float]) -> (Double, Tensor, Double, Tensor) {
            tape.reset()
            let x = tape.variable(logits, rows: n, columns: classes)
            let p = tape.variable(predictions, rows: n, columns: 1)
            let a = tape.crossEntropy(x, targets: targets, weights: weights, factor: 0.5)
            let b = tape.expectileLoss(p, targets: goals, expectile: seed % 2 == 0 ? nil : 0.8, factor: 0.25)
            return (a, x, b, p)
        }
        let (_, x, _, p) = losses(logits, predictions)
        tape.backward()
        let (dx, dp) = (tape.readGradient(x), tape.readGradient(p))
        for _ in 0..<20 {
            let index = stream.int(0...logits.count - 1)
            let row = stream.int(0...n - 1)
            let step: Float = 1e-2
            var (up, down) = (logits, logits)
            up[index] += step
            down[index] -= step
            let numeric = (losses(up, predictions).0 - losses(down, predictions).0) / (2 * Double(step))
            #expect(abs(numeric - Double(dx[index])) < 1e-3)
            var (high, low) = (predictions, predictions)
            high[row] += step
            low[row] -= step
            let slope = (losses(logits, high).2 - losses(logits, low).2) / (2 * Double(step))
            // The weight changes where the residual changes sign: within a step of it the difference is not the slope.
            if abs(goals[row] - predictions[row]) > 2 * step { #expect(abs(slope - Double(dp[row])) < 1e-3) }
        }
    }
}
