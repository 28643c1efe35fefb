package import CKernels

extension Tape {
    /// dropout(relu(x wᵀ + bias)): [n, in] -> [n, out] for w [out, in]. A constant bias gets no gradient.
    package func linear(
        _ x: Tensor, _ weight: Parameter, _ bias: Parameter?, biasIsConstant: Bool = false, relu: Bool = false,
        dropout rate: Float = 0
    ) -> Tensor {
        precondition(x.columns == weight.columns, "[\(x.rows), \(x.columns)] by [\(weight.rows), \(weight.columns)]")
        let y = make(x.rows, weight.rows)
        let (w, b) = (self.weight(weight), bias.map { self.weight($0, isConstant: biasIsConstant) })
        let dropout = nextDropout(rate)
        backend.linear(matrix(x), w, b, relu: relu, dropout, y: matrix(y))
        record(.linear(x: x, weight: w, bias: b, relu: relu, dropout: dropout, y: y))
        return y
    }

    /// The cells of frames times wᵀ plus bias: [49 * frames, out]. Frames are host pointers that stay valid until the
    /// reset. A constant bias gets no gradient.
    package func features(
        _ frames: UnsafeBufferPointer<UnsafeRawPointer>, format: FeatureFormat, _ weight: Parameter, _ bias: Parameter,
        biasIsConstant: Bool = false
    ) -> Tensor {
        precondition(
            weight.columns == format.channels, "weights for \(weight.columns) channels, frames of \(format.channels)")
        let y = make(frames.count * FeatureFormat.cells, weight.rows)
        guard let base = frames.baseAddress else { return y }
        let (w, b) = (self.weight(weight), self.weight(bias, isConstant: biasIsConstant))
        backend.features(base, count: frames.count, format: format, w, b, y: matrix(y))
        record(.features(frames: base, count: frames.count, format: format, weight: w, bias: b, y: y))
        return y
    }

    /// A k x k convolution with zero padding: x is [pictures * height * width, channels], w [out, k * k * channels]
    /// with the kernel's rows outermost.
    package func convolution(
        _ x: Tensor, _ shape: ConvolutionShape, _ weight: Parameter, _ bias: Parameter?, relu: Bool = false
    ) -> Tensor {
        let pixels = shape.height * shape.width
        precondition(
            x.columns == shape.channels && x.rows % pixels == 0 && weight.columns == shape.patch,
            "[\(x.rows), \(x.columns)] by [\(weight.rows), \(weight.columns)] for \(shape)")
        let pictures = x.rows / pixels
        let y = make(pictures * shape.outHeight * shape.outWidth, weight.rows)
        let (w, b) = (self.weight(weight), bias.map { self.weight($0) })
        backend.convolution(matrix(x), shape, pictures: pictures, w, b, relu: relu, y: matrix(y))
        record(.convolution(x: x, shape: shape, pictures: pictures, weight: w, bias: b, relu: relu, y: y))
        return y
    }

    /// The normalisation by row of residual + dropout(branch), then relu where asked for. `branch` is used up.
    package func layerNorm(
        _ branch: Tensor, residual: Tensor? = nil, _ weight: Parameter, _ bias: Parameter, relu: Bool = false,
        dropout rate: Float = 0
    ) -> Tensor {
        let y = make(branch.rows, branch.columns)
        let stats = arena.allocate(Float.self, count: max(2 * branch.rows, 1))
        let (w, b, dropout) = (self.weight(weight), self.weight(bias), nextDropout(rate))
        backend.layerNorm(
            branch: matrix(branch), residual: residual.map { matrix($0) }, w, b, relu: relu, dropout, stats: stats,
            y: matrix(y))
        record(
            .layerNorm(
                branch: branch, residual: residual, weight: w, bias: b, relu: relu, dropout: dropout, stats: stats, y: y
            ))
        return y
    }

    /// relu(normalisation of x by column) with the batch's moments in training, which move the running ones, else with
    /// those.
    package func batchNorm(
        _ x: Tensor, _ weight: Parameter, _ bias: Parameter, _ moments: RunningMoments, momentum: Float = 0.1
    ) -> Tensor {
        guard let bank else { preconditionFailure("no parameters are bound to the tape") }
        let y = make(x.rows, x.columns)
        let stats = arena.allocate(Float.self, count: 4 * x.columns)
        let (w, b) = (self.weight(weight), self.weight(bias))
        backend.batchNorm(
            matrix(x), w, b, runningMean: bank.buffers + moments.mean, runningVariance: bank.buffers + moments.variance,
            isTraining: isTraining, momentum: momentum, stats: stats, y: matrix(y))
        record(.batchNorm(x: x, weight: w, bias: b, isTraining: isTraining, stats: stats, y: y))
        return y
    }

    /// Masked multi-head attention over packed sequences. Queries are columns `queryColumn ...` of `query`, keys and
    /// values columns of `keys`; each row of them belongs to one sequence. Result: [query.rows, heads * headSize].
    package func attention(
        _ query: Tensor, column queryColumn: Int = 0, keys: Tensor, keyColumn: Int, valueColumn: Int,
        _ sequences: UnsafeMutableBufferPointer<AttentionSequence>, mask: UnsafeBufferPointer<UInt64>, maskWords: Int,
        heads: Int, headSize: Int, dropout rate: Float = 0
    ) -> Tensor {
        let out = make(query.rows, heads * headSize)
        var (probabilities, maximumQueries, maximumKeys) = (0, 1, 1)
        for index in sequences.indices {
            let (queries, keys) = (Int(sequences[index].queries), Int(sequences[index].keys))
            sequences[index].firstProbability = Int32(probabilities)
            probabilities += heads * queries * ((keys + 15) & ~15)
            maximumQueries = max(maximumQueries, queries)
            maximumKeys = max(maximumKeys, keys)
        }
        guard let first = sequences.baseAddress, let maskBase = mask.baseAddress else { return out }
        let plan = AttentionPlan(
            sequences: UnsafePointer(first), sequenceCount: sequences.count, mask: maskBase, maskWords: maskWords,
            heads: heads, headSize: headSize, maximumQueries: maximumQueries, maximumKeys: maximumKeys,
            probabilities: arena.allocate(Float.self, count: max(probabilities, 1)), dropout: nextDropout(rate))
        backend.attention(
            plan,
            AttentionOperands(
                query: data(query) + queryColumn, queryStride: query.columns, key: data(keys) + keyColumn,
                value: data(keys) + valueColumn, keyStride: keys.columns), out: matrix(out))
        record(
            .attention(
                plan: plan, query: query, queryColumn: queryColumn, keys: keys, keyColumn: keyColumn,
                valueColumn: valueColumn, out: out))
        return out
    }

    /// Rows of up to three tensors of equal width, each plus a row of `positions` where asked for: [rows.count,
    /// columns].
    package func gather(
        _ first: Tensor, _ second: Tensor? = nil, _ third: Tensor? = nil, rows: UnsafeBufferPointer<CKRow>,
        positions: UnsafePointer<Float>? = nil
    ) -> Tensor {
        let out = make(rows.count, first.columns)
        guard let base = rows.baseAddress else { return out }
        precondition(
            second.map { $0.columns == first.columns } ?? true && third.map { $0.columns == first.columns } ?? true,
            "rows of unequal widths")
        check(rows, first.rows, second?.rows ?? 0, third?.rows ?? 0)
        backend.gather(
            (
                UnsafePointer(data(first)), second.map { UnsafePointer(data($0)) },
                third.map { UnsafePointer(data($0)) }
            ), base, positions: positions, out: matrix(out))
        record(.gather(sources: (first, second, third), rows: base, out: out))
        return out
    }

    /// Rows of a table, each plus a row of `positions` where asked for: [rows.count, columns].
    package func embedding(
        _ table: Parameter, rows: UnsafeBufferPointer<CKRow>, positions: UnsafePointer<Float>? = nil
    ) -> Tensor {
        let out = make(rows.count, table.columns)
        guard let base = rows.baseAddress else { return out }
        check(rows, table.rows)
        let w = weight(table)
        backend.gather((w.values, nil, nil), base, positions: positions, out: matrix(out))
        record(.embedding(table: w, rows: base, out: out))
        return out
    }

    /// What is gathered is there: a wrong id would read, and on the way back write, other memory.
    private func check(_ rows: UnsafeBufferPointer<CKRow>, _ first: Int, _ second: Int = 0, _ third: Int = 0) {
        for row in rows {
            let count =
                switch row.source {
                case 0: first
                case 1: second
                case 2: third
                default: 0
                }
            precondition(row.row >= 0 && row.row < count, "row \(row.row) of source \(row.source), which has \(count)")
        }
    }

    /// x tableᵀ: scores of all rows of a table that is also embedded.
    package func scores(_ x: Tensor, _ table: Parameter) -> Tensor {
        let y = make(x.rows, table.rows)
        let w = weight(table)
        backend.linear(matrix(x), w, nil, relu: false, .none, y: matrix(y))
        record(.tied(x: x, weight: w, y: y))
        return y
    }

    /// a + b, of equal shape.
    package func sum(_ a: Tensor, _ b: Tensor) -> Tensor {
        precondition(a.rows == b.rows && a.columns == b.columns, "a sum of unequal shapes")
        let y = make(a.rows, a.columns)
        backend.copy(data(a), to: data(y), count: a.count)
        backend.add(data(b), to: data(y), count: b.count)
        record(.add(a: a, b: b, y: y))
        return y
    }

    /// The same numbers, and the same gradients, as [rows, columns].
    package func reshape(_ x: Tensor, rows: Int, columns: Int) -> Tensor {
        precondition(rows * columns == x.count, "[\(x.rows), \(x.columns)] as [\(rows), \(columns)]")
        return Tensor(index: x.index, rows: rows, columns: columns)
    }

    // MARK: Losses

    /// factor * sum of weights[i] * cross entropy of row i, as a scalar on the host; rows with a negative target count
    /// nothing.
    @discardableResult
    package func crossEntropy(
        _ logits: Tensor, targets: UnsafePointer<Int32>, weights: UnsafePointer<Float>, factor: Float
    ) -> Double {
        for row in 0..<logits.rows {
            precondition(targets[row] < logits.columns, "class \(targets[row]) of \(logits.columns)")
        }
        let losses = arena.allocate(Float.self, count: max(logits.rows, 1))
        let gradient = arena.allocate(Float.self, count: max(logits.count, 1))
        backend.crossEntropy(
            matrix(logits), targets: targets, weights: weights, factor: factor, losses: losses, dLogits: gradient)
        record(.loss(input: logits, gradient: gradient))
        return total(losses, logits.rows) * Double(factor)
    }

    /// factor * sum of w (p - t)^2 over a column of predictions, w = expectile where t >= p, else 1 - expectile; w = 1
    /// without one (Newey and Powell 1987; IQL, equation 5).
    @discardableResult
    package func expectileLoss(
        _ predictions: Tensor, targets: UnsafePointer<Float>, expectile: Float?, factor: Float
    ) -> Double {
        precondition(predictions.columns == 1, "predictions are one column")
        let losses = arena.allocate(Float.self, count: max(predictions.rows, 1))
        let gradient = arena.allocate(Float.self, count: max(predictions.rows, 1))
        backend.expectile(
            data(predictions), targets: targets, count: predictions.rows, expectile: expectile, factor: factor,
            losses: losses, dPredictions: gradient)
        record(.loss(input: predictions, gradient: gradient))
        return total(losses, predictions.rows) * Double(factor)
    }

    private func total(_ losses: UnsafePointer<Float>, _ count: Int) -> Double {
        backend.synchronize()
        let mark = arena.mark
        defer { arena.release(to: mark) }
        let host = arena.allocate(Float.self, count: max(count, 1))
        backend.download(losses, to: host, byteCount: count * 4)
        var sum = 0.0
        for index in 0..<count { sum += Double(host[index]) }
        return sum
    }
}
