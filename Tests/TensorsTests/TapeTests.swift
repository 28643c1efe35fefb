import CKernels
import Testing

@testable import Tensors

@Suite struct TapeTests {
    private let backend = CPUBackend(threadCount: 2)

    /// Makes `gradient` the gradient of `tensor`, on top of what is there.
    private func addLoss(_ gradient: [Float], to tensor: Tensor, _ tape: Tape) {
        let memory = tape.allocate(Float.self, count: gradient.count)
        for index in gradient.indices { memory[index] = gradient[index] }
        tape.record(.loss(input: tensor, gradient: memory.baseAddress!))
    }

    private func rows(_ picks: [(source: Int32, row: Int32)], _ tape: Tape) -> UnsafeBufferPointer<CKRow> {
        let rows = tape.allocate(CKRow.self, count: picks.count)
        for (index, pick) in picks.enumerated() {
            rows[index] = CKRow(source: pick.source, row: pick.row, position: -1)
        }
        return UnsafeBufferPointer(rows)
    }

    // MARK: Memory

    /// Forward and backward over batches of changing size, with a part that is given back, as a learner does.
    @Test func memoryIsFlatAfterTheLargestBatch() {
        var stream = Stream(state: 1)
        var parameters: [Parameter] = []
        let store = randomStore(backend, &stream) {
            parameters = [$0.matrix("w", 64, 32), $0.vector("b", 64), $0.vector("g", 64), $0.vector("h", 64)]
        }
        let tape = Tape(backend: backend)
        let data = stream.floats(60_000 * 32)
        func step(_ count: Int) {
            tape.reset()
            tape.bank = store.online
            let x = tape.variable(Array(data[..<(count * 32)]), rows: count, columns: 32)
            let other = tape.scratch { tape.read(tape.linear(x, parameters[0], parameters[1])).count }
            #expect(other == count * 64)
            let y = tape.layerNorm(
                tape.linear(x, parameters[0], parameters[1], relu: true), parameters[2], parameters[3])
            tape.record(.loss(input: y, gradient: tape.data(y)))
            tape.backward()
        }
        step(60_000)
        let byteCount = tape.byteCount
        #expect(byteCount > 32 << 20)
        for _ in 0..<15 {
            step(stream.int(1...60_000))
            #expect(tape.byteCount == byteCount)
        }
        step(60_000)
        #expect(tape.byteCount == byteCount)
    }

    @Test func scratchGivesBack() {
        struct Stop: Error {}
        let tape = Tape(backend: backend)
        let kept = tape.variable([1, 2, 3], rows: 1, columns: 3)
        let before = (values: tape.values.count, records: tape.records.count)
        let place = tape.arena.mark
        let next = tape.allocate(UInt8.self, count: 1).baseAddress!
        tape.arena.release(to: place)
        tape.scratch {
            // Beyond the first block.
            for _ in 0..<5 { _ = tape.make(3 << 20, 1) }
            let sum = tape.sum(kept, kept)
            #expect(tape.read(sum) == [2, 4, 6])
            let doubled = tape.scratch { tape.read(tape.sum(sum, sum)) }
            #expect(doubled == [4, 8, 12])
            #expect(!tape.isRecording)
            #expect(tape.read(sum) == [2, 4, 6])
        }
        #expect(tape.values.count == before.values)
        #expect(tape.records.count == before.records)
        #expect(tape.isRecording)
        #expect(tape.allocate(UInt8.self, count: 1).baseAddress! == next)
        tape.isRecording = false
        #expect(throws: Stop.self) {
            try tape.scratch {
                _ = tape.make(10, 10)
                throw Stop()
            }
        }
        #expect(tape.values.count == before.values)
        #expect(!tape.isRecording)
        #expect(tape.read(kept) == [1, 2, 3])
    }

    @Test func resetForgetsGradientsAndKeepsMemory() {
        let tape = Tape(backend: backend)
        func step() -> (UnsafeMutablePointer<Float>, Tensor) {
            let x = tape.variable([1, 2], rows: 2, columns: 1)
            return (tape.data(x), x)
        }
        let (first, x) = step()
        addLoss([5, 6], to: x, tape)
        tape.backward()
        #expect(tape.readGradient(x) == [5, 6])
        let byteCount = tape.byteCount
        tape.reset()
        let (second, y) = step()
        #expect(second == first)
        #expect(tape.readGradient(y) == [0, 0])
        tape.backward()
        #expect(tape.readGradient(y) == [0, 0])
        #expect(tape.byteCount == byteCount)
    }

    @Test func tensorsWithoutElements() {
        let tape = Tape(backend: backend)
        var stream = Stream(state: 2)
        var w: Parameter?
        let store = randomStore(backend, &stream) { w = $0.matrix("w", 3, 4) }
        tape.bank = store.online
        let x = tape.variable([], rows: 0, columns: 4)
        let y = tape.linear(x, w!, nil, relu: true)
        #expect(tape.read(y) == [])
        let table = tape.embedding(w!, rows: rows([], tape))
        #expect((table.rows, table.columns) == (0, 4))
        let z = tape.gather(x, tape.variable([1, 2, 3, 4], rows: 1, columns: 4), rows: rows([(1, 0)], tape))
        addLoss([1, 1, 1, 1], to: z, tape)
        addLoss([], to: y, tape)
        tape.backward()
        #expect(tape.readGradient(x) == [])
        #expect(store.read(store.gradients, count: store.layout.valueCount).allSatisfy { $0 == 0 })
    }

    /// Ids that no table has stop the program: they would reach other memory.
    @Test func rowsThatAreNotThere() async {
        await #expect(processExitsWith: .failure) { TapeTests.gather(CKRow(source: 0, row: 3, position: -1)) }
        await #expect(processExitsWith: .failure) { TapeTests.gather(CKRow(source: 0, row: -1, position: -1)) }
        await #expect(processExitsWith: .failure) { TapeTests.gather(CKRow(source: 1, row: 0, position: -1)) }
        await #expect(processExitsWith: .failure) {
            let tape = Tape(backend: CPUBackend(threadCount: 1))
            tape.crossEntropy(
                tape.variable([1, 2, 3], rows: 1, columns: 3), targets: [3], weights: [1], factor: 1)
        }
        await #expect(processExitsWith: .success) { TapeTests.gather(CKRow(source: 0, row: 2, position: -1)) }
    }

    private static func gather(_ row: CKRow) {
        let tape = Tape(backend: CPUBackend(threadCount: 1))
        let rows = tape.allocate(CKRow.self, count: 1)
        rows[0] = row
        _ = tape.gather(tape.variable([1, 2, 3], rows: 3, columns: 1), rows: UnsafeBufferPointer(rows))
    }

    // MARK: Gradients

    /// dx is the sum of what each use contributes: in all orders of use, so that each operation comes first once.
    @Test(arguments: 0..<5)
    func usesAddUp(first: Int) {
        var stream = Stream(state: UInt64(first))
        var (w, v): (Parameter?, Parameter?)
        let store = randomStore(backend, &stream) {
            w = $0.matrix("w", 3, 4)
            v = $0.matrix("v", 4, 4)
        }
        let tape = Tape(backend: backend)
        tape.bank = store.online
        let x = tape.variable(stream.floats(8), rows: 2, columns: 4)
        var expected = [Double](repeating: 0, count: 8)
        func probe(_ y: Tensor) -> [Float] {
            let gradient = stream.floats(y.count)
            addLoss(gradient, to: y, tape)
            return gradient
        }
        func addProduct(_ gradient: [Float], _ parameter: Parameter) {
            for row in 0..<2 {
                for output in 0..<parameter.rows {
                    for column in 0..<4 {
                        expected[row * 4 + column] +=
                            Double(gradient[row * parameter.rows + output])
                            * Double(store.values[parameter.offset + output * 4 + column])
                    }
                }
            }
        }
        let uses: [() -> Void] = [
            { addProduct(probe(tape.linear(x, w!, nil)), w!) },
            { addProduct(probe(tape.scores(x, v!)), v!) },
            {
                let gradient = probe(tape.sum(x, x))
                for index in 0..<8 { expected[index] += 2 * Double(gradient[index]) }
            },
            {
                let picks: [(Int32, Int32)] = [(0, 1), (1, 1), (0, 0), (1, 1)]
                let gradient = probe(tape.gather(x, x, rows: rows(picks, tape)))
                for (index, pick) in picks.enumerated() {
                    for column in 0..<4 { expected[Int(pick.1) * 4 + column] += Double(gradient[index * 4 + column]) }
                }
            },
            {
                let gradient = probe(x)
                for index in 0..<8 { expected[index] += Double(gradient[index]) }
            },
        ]
        for index in uses.indices { uses[(first + index) % uses.count]() }
        tape.backward()
        for (actual, wanted) in zip(tape.readGradient(x), expected) { #expect(abs(Double(actual) - wanted) < 1e-5) }
    }

    /// Of the parameters too, over several tapes and until they are cleared.
    @Test func parametersAddUp() {
        var stream = Stream(state: 3)
        var (w, b): (Parameter?, Parameter?)
        let store = randomStore(backend, &stream) {
            w = $0.matrix("w", 2, 2)
            b = $0.vector("b", 2)
        }
        for round in 1...3 {
            let tape = Tape(backend: backend)
            tape.bank = store.online
            let x = tape.variable([1, 2, 3, 4], rows: 2, columns: 2)
            addLoss([1, 0, 0, 10], to: tape.linear(x, w!, b!), tape)
            addLoss([1, 0, 0, 10], to: tape.linear(x, w!, b!), tape)
            tape.backward()
            let times = Float(2 * round)
            #expect(store.read(store.gradients + w!.offset, count: 4) == [1, 2, 30, 40].map { times * $0 })
            #expect(store.read(store.gradients + b!.offset, count: 2) == [1, 10].map { times * $0 })
        }
    }

    @Test func reshapeSharesNumbersAndGradients() {
        let tape = Tape(backend: backend)
        let x = tape.variable((0..<24).map(Float.init), rows: 4, columns: 6)
        let y = tape.reshape(x, rows: 8, columns: 3)
        #expect(tape.data(x) == tape.data(y))
        #expect(tape.read(y) == tape.read(x))
        addLoss([Float](repeating: 2, count: 24), to: y, tape)
        addLoss((0..<24).map(Float.init), to: x, tape)
        let gathered = tape.gather(y, rows: rows([(0, 7)], tape))
        addLoss([100, 200, 300], to: gathered, tape)
        tape.backward()
        var expected = (0..<24).map { Float($0) + 2 }
        for column in 0..<3 { expected[21 + column] += Float(100 * (column + 1)) }
        #expect(tape.readGradient(x) == expected)
        #expect(tape.readGradient(y) == expected)
    }

    @Test func nothingIsRecordedUnlessAskedFor() {
        var stream = Stream(state: 4)
        var parameters: [Parameter] = []
        let store = randomStore(backend, &stream) {
            parameters = [$0.matrix("w", 5, 5), $0.vector("b", 5), $0.vector("g", 5), $0.vector("h", 5)]
        }
        let tape = Tape(backend: backend)
        tape.bank = store.online
        for isRecording in [false, true] {
            tape.reset()
            tape.isRecording = isRecording
            let x = tape.variable(stream.floats(50), rows: 10, columns: 5)
            let y = tape.layerNorm(tape.linear(x, parameters[0], parameters[1]), parameters[2], parameters[3])
            let loss = tape.crossEntropy(
                tape.sum(y, x), targets: [Int32](repeating: 1, count: 10), weights: [Float](repeating: 1, count: 10),
                factor: 1)
            #expect(loss > 0)
            tape.backward()
            let gradients = store.read(store.gradients, count: store.layout.valueCount)
            #expect(tape.records.isEmpty == !isRecording)
            #expect(tape.readGradient(x).contains { $0 != 0 } == isRecording)
            #expect(gradients.contains { $0 != 0 } == isRecording)
        }
    }

    /// Scale and shift learn whether or not anything before them does.
    @Test(arguments: [false, true])
    func normsOfConstantsLearn(byBatch: Bool) {
        var stream = Stream(state: 5)
        var (g, h, moments): (Parameter?, Parameter?, RunningMoments?)
        let store = randomStore(backend, &stream) {
            g = $0.vector("g", 6)
            h = $0.vector("h", 6)
            moments = $0.moments("n", 6)
        }
        let (values, probe) = (stream.floats(120), stream.floats(120))
        func gradients(_ isConstant: Bool) -> [Float] {
            let tape = Tape(backend: backend)
            tape.bank = store.online
            backend.zero(store.gradients, count: store.layout.valueCount)
            let x =
                isConstant
                ? values.withUnsafeBufferPointer { tape.constant($0, rows: 20, columns: 6) }
                : tape.variable(values, rows: 20, columns: 6)
            addLoss(probe, to: byBatch ? tape.batchNorm(x, g!, h!, moments!) : tape.layerNorm(x, g!, h!), tape)
            tape.backward()
            return store.read(store.gradients, count: store.layout.valueCount)
        }
        let expected = gradients(false)
        #expect(expected.contains { $0 != 0 })
        #expect(gradients(true) == expected)
    }
}
