internal import CKernels

/// An operation as it was done: enough to do it backwards.
enum Record {
    case linear(
        x: Tensor, weight: WeightPointer, bias: WeightPointer?, relu: Bool, dropout: Dropout, y: Tensor)
    case features(
        frames: UnsafePointer<UnsafeRawPointer>, count: Int, format: FeatureFormat, weight: WeightPointer,
        bias: WeightPointer, y: Tensor)
    case convolution(
        x: Tensor, shape: ConvolutionShape, pictures: Int, weight: WeightPointer, bias: WeightPointer?, relu: Bool,
        y: Tensor)
    case layerNorm(
        branch: Tensor, residual: Tensor?, weight: WeightPointer, bias: WeightPointer, relu: Bool, dropout: Dropout,
        stats: UnsafeMutablePointer<Float>, y: Tensor)
    case batchNorm(
        x: Tensor, weight: WeightPointer, bias: WeightPointer, isTraining: Bool, stats: UnsafeMutablePointer<Float>,
        y: Tensor)
    case attention(
        plan: AttentionPlan, query: Tensor, queryColumn: Int, keys: Tensor, keyColumn: Int, valueColumn: Int,
        out: Tensor)
    case gather(sources: (Tensor, Tensor?, Tensor?), rows: UnsafePointer<CKRow>, out: Tensor)
    case embedding(table: WeightPointer, rows: UnsafePointer<CKRow>, out: Tensor)
    /// A loss wrote its gradient already: it only has to be added to what others contribute.
    case loss(input: Tensor, gradient: UnsafeMutablePointer<Float>)
    case tied(x: Tensor, weight: WeightPointer, y: Tensor)
    case add(a: Tensor, b: Tensor, y: Tensor)

    func backward(_ tape: Tape) {
        let backend = tape.backend
        switch self {
        case .linear(let x, let weight, let bias, let relu, let dropout, let y):
            guard let dy = tape.gradient(y) else { return }
            backend.linearBackward(
                tape.matrix(x), weight, bias, relu: relu, dropout, y: tape.matrix(y), dy: dy, dx: tape.slot(x))
        case .tied(let x, let weight, let y):
            guard let dy = tape.gradient(y) else { return }
            backend.linearBackward(
                tape.matrix(x), weight, nil, relu: false, .none, y: tape.matrix(y), dy: dy, dx: tape.slot(x))
        case .features(let frames, let count, let format, let weight, let bias, let y):
            guard let dy = tape.gradient(y) else { return }
            backend.featuresBackward(frames, count: count, format: format, weight, bias, dy: dy)
        case .convolution(let x, let shape, let pictures, let weight, let bias, let relu, let y):
            guard let dy = tape.gradient(y) else { return }
            backend.convolutionBackward(
                tape.matrix(x), shape, pictures: pictures, weight, bias, relu: relu, y: tape.matrix(y), dy: dy,
                dx: tape.slot(x))
        case .layerNorm(let branch, let residual, let weight, let bias, let relu, let dropout, let stats, let y):
            guard let dy = tape.gradient(y) else { return }
            let dBranch = tape.slot(branch) ?? tape.spareSlot(branch)
            backend.layerNormBackward(
                sum: tape.matrix(branch), weight, bias, relu: relu, dropout, stats: stats, y: tape.matrix(y), dy: dy,
                dBranch: dBranch, dResidual: residual.flatMap { tape.slot($0) })
        case .batchNorm(let x, let weight, let bias, let isTraining, let stats, let y):
            guard let dy = tape.gradient(y) else { return }
            let dx = tape.slot(x) ?? tape.spareSlot(x)
            backend.batchNormBackward(
                tape.matrix(x), weight, bias, isTraining: isTraining, stats: stats, dy: dy, dx: dx)
        case .attention(let plan, let query, let queryColumn, let keys, let keyColumn, let valueColumn, let out):
            attentionBackward(tape, plan, query, queryColumn, keys, keyColumn, valueColumn, out)
        case .gather(let sources, let rows, let out):
            guard let dOut = tape.gradient(out) else { return }
            backend.scatter(
                (
                    tape.clearedSlot(sources.0), sources.1.flatMap { tape.clearedSlot($0) },
                    sources.2.flatMap { tape.clearedSlot($0) }
                ), rows, dOut: dOut)
        case .embedding(let table, let rows, let out):
            guard let dOut = tape.gradient(out) else { return }
            backend.scatter((table.gradient, nil, nil), rows, dOut: dOut)
        case .loss(let input, let gradient):
            guard let slot = tape.slot(input) else { return }
            if slot.isFresh { backend.zero(slot.data, count: input.count) }
            backend.add(gradient, to: slot.data, count: input.count)
        case .add(let a, let b, let y):
            guard let dy = tape.gradient(y) else { return }
            contribute(dy.data, to: a, tape)
            contribute(dy.data, to: b, tape)
        }
    }

    private func contribute(_ gradient: UnsafeMutablePointer<Float>, to input: Tensor, _ tape: Tape) {
        guard let slot = tape.slot(input) else { return }
        if slot.isFresh {
            tape.backend.copy(gradient, to: slot.data, count: input.count)
        } else {
            tape.backend.add(gradient, to: slot.data, count: input.count)
        }
    }

    private func attentionBackward(
        _ tape: Tape, _ plan: AttentionPlan, _ query: Tensor, _ queryColumn: Int, _ keys: Tensor, _ keyColumn: Int,
        _ valueColumn: Int, _ out: Tensor
    ) {
        guard let dOut = tape.gradient(out), let dKeys = tape.slot(keys) else { return }
        let dQuery = query == keys ? dKeys : tape.slot(query)
        guard let dQuery else { return }
        precondition(
            dKeys.isFresh && dQuery.isFresh, "queries, keys and values are used by one attention and nothing else")
        tape.backend.attentionBackward(
            plan,
            AttentionOperands(
                query: tape.data(query) + queryColumn, queryStride: query.columns, key: tape.data(keys) + keyColumn,
                value: tape.data(keys) + valueColumn, keyStride: keys.columns),
            dOut: dOut,
            gradients: AttentionOperands(
                query: dQuery.data + queryColumn, queryStride: query.columns, key: dKeys.data + keyColumn,
                value: dKeys.data + valueColumn, keyStride: keys.columns))
    }
}
