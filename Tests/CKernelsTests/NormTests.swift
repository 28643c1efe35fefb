import CKernels
import Testing

@Test(arguments: [none, third])
func layerNormMatchesItsFormulas(dropout: CKDropout) {
    for (n, (rows, columns)) in shapes.enumerated() {
        for (relu, hasResidual) in [(Int32(0), true), (1, true), (0, false), (1, false)] {
            var random = Generator(n)
            let count = rows * columns
            let x = random.floats(count, scale: 3, shift: 1)
            let residual = random.floats(count)
            let (gamma, beta) = (random.floats(columns, shift: 1), random.floats(columns))
            let keep = mask(count, dropout, from: 50)
            let (name, epsilon) = ("\(rows)x\(columns)", 1e-5)
            var (sum, y) = (x, [Float](repeating: 9, count: count))
            var stats = [Float](repeating: 9, count: 2 * rows)
            ck_layer_norm_forward(
                &sum, hasResidual ? residual : nil, gamma, beta, &y, &stats, rows, columns, Float(epsilon), relu,
                dropout, 50)
            expectClose(
                sum, x.indices.map { Double(x[$0]) * Double(keep[$0]) + (hasResidual ? Double(residual[$0]) : 0) },
                "x \(name)")

            let dy = random.floats(count)
            let (gammaStart, betaStart) = (random.floats(columns), random.floats(columns))
            var (expected, expectedStats, dx) = ([Double](), [Double](), [Double]())
            var (gammaSums, betaSums) = (gammaStart.map(Double.init), betaStart.map(Double.init))
            for r in 0..<rows {
                let row = sum[(r * columns)..<((r + 1) * columns)].map(Double.init)
                let mean = row.reduce(0, +) / Double(columns)
                let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
                let rstd = 1 / (variance + epsilon).squareRoot()
                expectedStats += [mean, rstd]
                let h = row.map { ($0 - mean) * rstd }
                let z = h.indices.map { h[$0] * Double(gamma[$0]) + Double(beta[$0]) }
                expected += z.map { relu == 1 ? max($0, 0) : $0 }
                let dz = (0..<columns).map { c in
                    relu == 1 && y[r * columns + c] <= 0 ? 0 : Double(dy[r * columns + c])
                }
                let scaled = dz.indices.map { dz[$0] * Double(gamma[$0]) }
                let first = scaled.reduce(0, +) / Double(columns)
                let second = scaled.indices.reduce(0) { $0 + scaled[$1] * h[$1] } / Double(columns)
                dx += scaled.indices.map { rstd * (scaled[$0] - first - h[$0] * second) }
                for c in 0..<columns {
                    gammaSums[c] += dz[c] * h[c]
                    betaSums[c] += dz[c]
                }
            }
            if columns > 1 {
                expectClose(y, expected, within: 1e-5, "y \(name)")
                expectClose(stats, expectedStats, within: 1e-5, "stats \(name)")
            }
            var gradient = [Float](repeating: 9, count: count)
            var (gammaGradient, betaGradient) = (gammaStart, betaStart)
            ck_layer_norm_backward(
                dy, sum, y, stats, gamma, &gradient, &gammaGradient, &betaGradient, rows, columns, relu)
            expectClose(gradient, dx, within: 1e-5, "dx \(name)")
            expectClose(gammaGradient, gammaSums, within: 1e-5, "gamma \(name)")
            expectClose(betaGradient, betaSums, within: 1e-5, "beta \(name)")

            var inPlace = dy
            inPlace.withUnsafeMutableBufferPointer {
                ck_layer_norm_backward(
                    $0.baseAddress, sum, relu == 1 ? y : nil, stats, gamma, $0.baseAddress, &gammaGradient,
                    &betaGradient, rows, columns, relu)
            }
            #expect(bits(inPlace) == bits(gradient))
        }
    }
}

@Test func momentsKeepAFarMean() {
    for (rows, columns) in shapes + [(1000, 33), (5000, 3)] {
        var random = Generator(rows)
        let x = random.floats(rows * columns, scale: 0.5, shift: 100)
        var (mean, m2) = ([Float](repeating: 9, count: columns), [Float](repeating: 9, count: columns))
        ck_column_moments(x, rows, columns, &mean, &m2)
        var (means, squares) = ([Double](), [Double]())
        for c in 0..<columns {
            let column = stride(from: c, to: x.count, by: columns).map { Double(x[$0]) }
            let middle = rows == 0 ? 0 : column.reduce(0, +) / Double(rows)
            means.append(middle)
            squares.append(column.reduce(0) { $0 + ($1 - middle) * ($1 - middle) })
        }
        expectClose(mean, means, within: 1e-7, "mean \(rows)x\(columns)")
        expectClose(m2, squares, within: 1e-5, "m2 \(rows)x\(columns)")
    }
}

@Test(arguments: [Int32(0), 1])
func batchNormMatchesItsFormulas(relu: Int32) {
    for (n, (rows, columns)) in shapes.enumerated() {
        var random = Generator(n)
        let count = rows * columns
        let (x, dy) = (random.floats(count), random.floats(count))
        let (mean, rstd) = (random.floats(columns), random.floats(columns, shift: 2))
        let (scale, shift) = (random.floats(columns), random.floats(columns))
        let (meanDz, meanDzH) = (random.floats(columns), random.floats(columns))
        let (sumStart, sumHStart) = (random.floats(columns), random.floats(columns))
        let name = "\(rows)x\(columns)"
        let z = x.indices.map { Double(x[$0]) * Double(scale[$0 % columns]) + Double(shift[$0 % columns]) }
        var y = x
        y.withUnsafeMutableBufferPointer {
            ck_scale_shift_forward($0.baseAddress, scale, shift, $0.baseAddress, rows, columns, relu)
        }
        expectClose(y, z.map { relu == 1 ? max($0, 0) : $0 }, "y \(name)")

        // The sign of z as the kernel sees it: an exact zero between the two roundings is as good either way.
        let dz = dy.indices.map { relu == 1 && y[$0] <= 0 ? 0 : Double(dy[$0]) }
        let h = x.indices.map { (Double(x[$0]) - Double(mean[$0 % columns])) * Double(rstd[$0 % columns]) }
        var (sums, sumsH) = (sumStart.map(Double.init), sumHStart.map(Double.init))
        for i in 0..<count {
            sums[i % columns] += dz[i]
            sumsH[i % columns] += dz[i] * h[i]
        }
        var (sum, sumH) = (sumStart, sumHStart)
        ck_batch_norm_sums(dy, x, scale, shift, mean, rstd, &sum, &sumH, rows, columns, relu)
        expectClose(sum, sums, "sum \(name)")
        expectClose(sumH, sumsH, within: 5e-6, "sum h \(name)")

        var dx = dy
        dx.withUnsafeMutableBufferPointer {
            ck_batch_norm_backward(
                $0.baseAddress, x, scale, shift, mean, rstd, meanDz, meanDzH, $0.baseAddress, rows, columns, relu)
        }
        let right = dz.indices.map { i in
            let c = i % columns
            return Double(scale[c]) * (dz[i] - Double(meanDz[c]) - h[i] * Double(meanDzH[c]))
        }
        expectClose(dx, right, "dx \(name)")
    }
}
