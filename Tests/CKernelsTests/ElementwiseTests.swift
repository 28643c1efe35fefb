import CKernels
import Testing

@Test(arguments: [none, third])
func biasMatchesItsFormulas(dropout: CKDropout) {
    for (n, (rows, columns)) in shapes.enumerated() {
        for (relu, hasBias) in [(Int32(0), true), (1, true), (0, false), (1, false)] {
            var random = Generator(n)
            let count = rows * columns
            let x = random.floats(count)
            let bias = random.floats(columns)
            let keep = mask(count, dropout, from: 1000)
            let expected = x.indices.map { i in
                let z = Double(x[i]) + (hasBias ? Double(bias[i % columns]) : 0)
                return (relu == 1 ? max(z, 0) : z) * Double(keep[i])
            }
            var y = x
            ck_bias_forward(&y, hasBias ? bias : nil, rows, columns, relu, dropout, 1000)
            expectClose(y, expected, "y \(rows)x\(columns)")

            let dy = random.floats(count)
            let start = random.floats(columns)
            var dx = dy
            var gradient = start
            ck_bias_backward(&dx, relu == 1 ? y : nil, &gradient, rows, columns, relu, dropout, 1000)
            let right = dy.indices.map { relu == 1 && y[$0] <= 0 ? 0 : Double(dy[$0]) * Double(keep[$0]) }
            expectClose(dx, right, "dx \(rows)x\(columns)")
            var sums = start.map(Double.init)
            for i in right.indices { sums[i % columns] += right[i] }
            expectClose(gradient, sums, "bias gradient \(rows)x\(columns)")

            var alone = dy
            ck_bias_backward(&alone, relu == 1 ? y : nil, nil, rows, columns, relu, dropout, 1000)
            #expect(bits(alone) == bits(dx))
        }
    }
}

@Test func splittingRowsLeavesBiasAndNormUnchanged() {
    for (rows, columns) in [(13, 48), (21, 82), (5, 1)] {
        var random = Generator(rows)
        let x = random.floats(rows * columns)
        let (residual, gamma, beta) = (random.floats(rows * columns), random.floats(columns), random.floats(columns))
        let dy = random.floats(rows * columns)
        func run(_ parts: [Range<Int>]) -> [[UInt32]] {
            var results = [[Float]](repeating: [], count: 6)
            for part in parts {
                let (span, count) = ((part.lowerBound * columns)..<(part.upperBound * columns), part.count)
                let element = UInt64(span.lowerBound + 7)
                var z = Array(x[span])
                ck_bias_forward(&z, beta, count, columns, 1, third, element)
                var (sum, y, stats) = (Array(x[span]), z, [Float](repeating: 0, count: 2 * count))
                ck_layer_norm_forward(
                    &sum, Array(residual[span]), gamma, beta, &y, &stats, count, columns, 1e-5, 1, third, element)
                var (dz, dx) = (Array(dy[span]), Array(dy[span]))
                ck_bias_backward(&dz, z, nil, count, columns, 1, third, element)
                var (gammaGradient, betaGradient) = (gamma, beta)
                ck_layer_norm_backward(
                    Array(dy[span]), sum, y, stats, gamma, &dx, &gammaGradient, &betaGradient, count, columns, 1)
                for (n, result) in [z, sum, y, stats, dz, dx].enumerated() { results[n] += result }
            }
            return results.map(bits)
        }
        #expect(run([0..<rows]) == run([0..<1, 1..<4, 4..<rows]))
    }
}

@Test func sumsAndFinite() {
    for count in [0, 1, 15, 16, 17, 100, 5000] {
        var random = Generator(count)
        let (x, y) = (random.floats(count), random.floats(count))
        var sum = y
        ck_add(&sum, x, count)
        let right = zip(x, y).map { $1 + $0 }
        #expect(bits(sum) == bits(right))
        #expect(ck_all_finite(x, count) == 1)
        for place in Set([0, count / 2, count - 1]) where count > 0 {
            for bad in [Float.nan, .infinity, -.infinity] {
                var broken = x
                broken[place] = bad
                #expect(ck_all_finite(broken, count) == 0)
            }
        }
        #expect(ck_all_finite([Float](repeating: .greatestFiniteMagnitude, count: count), count) == 1)
    }
}

@Test func reluKeepsNaN() {
    var y = [Float](repeating: .nan, count: 17)
    ck_bias_forward(&y, nil, 1, 17, 1, none, 0)
    #expect(y.allSatisfy { $0.isNaN })
}

@Test func bfloat16RoundsToNearestEven() {
    var random = Generator(3)
    var x: [Float] = [0, -0.0, 1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    for high in stride(from: UInt32(0), to: 0x7F80, by: 57) {
        for low in [UInt32(0), 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF] { x.append(Float(bitPattern: high << 16 | low)) }
    }
    x += random.floats(1001)
    var out = [UInt16](repeating: 0, count: x.count)
    ck_to_bf16(x, &out, x.count)
    for (value, half) in zip(x, out) {
        let back = Float(bitPattern: UInt32(half) << 16)
        if value.isNaN {
            #expect(back.isNaN)
            continue
        }
        let below = value.bitPattern >> 16
        let rest = value.bitPattern & 0xFFFF
        let up = rest > 0x8000 || (rest == 0x8000 && below & 1 == 1)
        #expect(UInt32(half) == below + (up ? 1 : 0), "\(value)")
    }
}
