import CKernels
import Foundation
import Testing

@Test func crossEntropyMatchesItsFormulas() {
    for (n, (rows, classes)) in shapes.enumerated() {
        var random = Generator(n)
        let logits = random.floats(rows * classes, scale: 10)
        let targets = (0..<rows).map { _ in Int32(random.below(classes + 1) - 1) }
        let weights = random.floats(rows, shift: 1)
        var (expected, p, gradient) = ([Double](), [Double](), [Double]())
        for r in 0..<rows {
            let row = logits[(r * classes)..<((r + 1) * classes)].map(Double.init)
            let top = row.max() ?? 0
            let sum = row.reduce(0) { $0 + exp($1 - top) }
            let softmax = row.map { exp($0 - top) / sum }
            p += softmax
            let target = Int(targets[r])
            expected.append(target < 0 ? 0 : Double(weights[r]) * (log(sum) + top - row[target]))
            gradient += softmax.indices.map { c in
                target < 0 ? 0 : 0.25 * Double(weights[r]) * (softmax[c] - (c == target ? 1 : 0))
            }
        }
        let name = "\(rows)x\(classes)"
        var losses = [Float](repeating: 9, count: rows)
        var probabilities = [Float](repeating: 9, count: rows * classes)
        ck_cross_entropy_forward(logits, targets, weights, &losses, &probabilities, rows, classes)
        expectClose(losses, expected, "loss \(name)")
        expectClose(probabilities, p, "probabilities \(name)")
        var alone = [Float](repeating: 9, count: rows)
        ck_cross_entropy_forward(logits, targets, weights, &alone, nil, rows, classes)
        #expect(bits(alone) == bits(losses))

        var work = logits
        work.withUnsafeMutableBufferPointer {
            ck_cross_entropy_forward($0.baseAddress, targets, weights, &losses, $0.baseAddress, rows, classes)
        }
        #expect(bits(losses) == bits(alone))
        #expect(bits(work) == bits(probabilities))
        work.withUnsafeMutableBufferPointer {
            ck_cross_entropy_backward($0.baseAddress, targets, weights, 0.25, $0.baseAddress, rows, classes)
        }
        expectClose(work, gradient, "gradient \(name)")
        for r in 0..<rows where targets[r] < 0 {
            #expect(work[(r * classes)..<((r + 1) * classes)].allSatisfy { $0 == 0 })
        }
    }
}

/// The exponential of the softmax, seen through two classes of which one has nearly everything.
@Test func exponentialIsExactToTheLastBits() {
    for step in 0...8600 {
        let x = -Float(step) / 100
        var p: [Float] = [0, 0]
        var loss: [Float] = [0]
        ck_cross_entropy_forward([0, x], [0], [1], &loss, &p, 1, 2)
        let right = exp(Double(x)) / (1 + exp(Double(x)))
        #expect(abs(Double(p[1]) / right - 1) < 4e-7, "\(x)")
    }
    var (p, loss): ([Float], [Float]) = ([0, 0, 0], [0])
    ck_cross_entropy_forward([0, -.infinity, -3e38], [0], [1], &loss, &p, 1, 3)
    #expect(p == [1, 0, 0])
    ck_cross_entropy_forward([0, .nan, 1], [0], [1], &loss, &p, 1, 3)
    #expect(loss[0].isNaN)
}

@Test func adamWMatchesItsFormulas() {
    for count in [0, 1, 15, 16, 33, 1000] {
        let kinds = [
            (true, true, true), (true, true, false), (true, false, true), (true, false, false), (false, true, false),
            (false, false, false),
        ]
        for (hasTarget, hasCopies, hasTargetCopies) in kinds {
            var random = Generator(count)
            var values = random.floats(count)
            var target = random.floats(count)
            var (m, v) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
            var (copies, targetCopies) = ([UInt16](repeating: 0, count: count), [UInt16](repeating: 0, count: count))
            var (x, t) = (values.map(Double.init), target.map(Double.init))
            var (dm, dv) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
            for step in 1...20 {
                // Small, large and no gradients.
                var gradients = (0..<count).map { random.float() * [1, 1e-6, 1e4, 0][$0 % 4] }
                let (c1, c2) = (1 - pow(0.9, Double(step)), 1 - pow(0.999, Double(step)))
                for i in 0..<count {
                    let g = Double(gradients[i])
                    x[i] *= 1 - 1e-2 * 0.1
                    dm[i] = 0.9 * dm[i] + 0.1 * g
                    dv[i] = 0.999 * dv[i] + 0.001 * g * g
                    x[i] -= 1e-2 / c1 * dm[i] / ((dv[i] / c2).squareRoot() + 1e-8)
                    t[i] += 0.25 * (x[i] - t[i])
                }
                let settings = CKAdamW(
                    learning_rate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.1,
                    correction1: Float(c1), correction2: Float(c2), polyak: 0.25)
                target.withUnsafeMutableBufferPointer { target in
                    copies.withUnsafeMutableBufferPointer { copies in
                        targetCopies.withUnsafeMutableBufferPointer { targetCopies in
                            ck_adamw(
                                &values, &gradients, &m, &v, hasTarget ? target.baseAddress : nil,
                                hasCopies ? copies.baseAddress : nil,
                                hasTargetCopies ? targetCopies.baseAddress : nil, count, settings)
                        }
                    }
                }
                #expect(gradients.allSatisfy { $0 == 0 })
            }
            expectClose(values, x, within: 4e-6, "values, \(count)")
            if hasTarget { expectClose(target, t, within: 4e-6, "target, \(count)") }
            var right = [UInt16](repeating: 0, count: count)
            ck_to_bf16(values, &right, count)
            if hasCopies { #expect(copies == right) }
            ck_to_bf16(target, &right, count)
            if hasTargetCopies { #expect(targetCopies == right) }
        }
    }
}

@Test func rowsAreGatheredAndScattered() {
    for columns in [1, 13, 16, 40, 128] {
        var random = Generator(columns)
        let sources = [random.floats(5 * columns), random.floats(3 * columns), random.floats(columns)]
        let positions = random.floats(4 * columns)
        let rows = (0..<30).map { _ in
            let source = random.below(3)
            return CKRow(
                source: Int32(source), row: Int32(random.below([5, 3, 1][source])), position: Int32(random.below(5) - 1)
            )
        }
        var out = [Float](repeating: 9, count: 30 * columns)
        let dout = random.floats(30 * columns)
        var pointers: [UnsafePointer<Float>?] = []
        var gradientPointers: [UnsafeMutablePointer<Float>?] = []
        for source in sources {
            let copy = UnsafeMutablePointer<Float>.allocate(capacity: source.count)
            copy.initialize(from: source, count: source.count)
            pointers.append(UnsafePointer(copy))
            let gradient = UnsafeMutablePointer<Float>.allocate(capacity: source.count)
            gradient.initialize(from: source, count: source.count)
            gradientPointers.append(gradient)
        }
        ck_gather_rows(pointers, rows, positions, &out, 30, columns)
        let skipped = gradientPointers[1]
        gradientPointers[1] = nil
        let (first, last) = (columns / 3, columns)
        ck_scatter_rows(gradientPointers, rows, dout, 30, columns, 0, first)
        ck_scatter_rows(gradientPointers, rows, dout, 30, columns, first, last)
        gradientPointers[1] = skipped

        var expected = [Float]()
        var gradients = sources
        for (i, row) in rows.enumerated() {
            for c in 0..<columns {
                let value = sources[Int(row.source)][Int(row.row) * columns + c]
                expected.append(row.position < 0 ? value : value + positions[Int(row.position) * columns + c])
                if row.source != 1 {
                    gradients[Int(row.source)][Int(row.row) * columns + c] += dout[i * columns + c]
                }
            }
        }
        #expect(out == expected)
        for (pointer, gradient) in zip(gradientPointers, gradients) {
            #expect(Array(UnsafeBufferPointer(start: pointer, count: gradient.count)) == gradient)
        }
        for pointer in pointers { pointer?.deallocate() }
        for pointer in gradientPointers { pointer?.deallocate() }
    }
}
