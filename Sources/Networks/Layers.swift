internal import Tensors

/// y = x wᵀ + b.
struct Linear {
    let weight: Parameter
    let bias: Parameter

    init(_ name: String, _ inputs: Int, _ outputs: Int, _ layout: inout ParameterLayout) {
        (weight, bias) = layout.scope(name) { ($0.matrix("weight", outputs, inputs), $0.vector("bias", outputs)) }
    }

    func callAsFunction(
        _ x: Tensor, _ tape: Tape, relu: Bool = false, dropout: Float = 0
    ) -> Tensor {
        tape.linear(x, weight, bias, relu: relu, dropout: dropout)
    }
}

/// Scale and shift of a normalisation.
struct Norm {
    let weight: Parameter
    let bias: Parameter

    init(_ name: String, _ width: Int, _ layout: inout ParameterLayout) {
        (weight, bias) = layout.scope(name) { ($0.vector("weight", width), $0.vector("bias", width)) }
    }
}

/// A transformer encoder layer, normalised after each half, as PyTorch's default is.
struct EncoderLayer {
    let width: Int
    let heads: Int
    let dropout: Float
    let input: Linear
    let output: Linear
    let norm1: Norm
    let linear1: Linear
    let linear2: Linear
    let norm2: Norm

    init(_ name: String, _ shape: NetworkShape, _ layout: inout ParameterLayout) {
        (width, heads, dropout) = (shape.width, shape.heads, shape.dropout)
        let width = shape.width
        (input, output, norm1, linear1, linear2, norm2) = layout.scope(name) { layout in
            let (input, output) = layout.scope("attention") {
                (Linear("in", width, 3 * width, &$0), Linear("out", width, width, &$0))
            }
            return (
                input, output, Norm("norm1", width, &layout), Linear("linear1", width, width, &layout),
                Linear("linear2", width, width, &layout), Norm("norm2", width, &layout)
            )
        }
    }

    /// The bias of the keys. A softmax does not see it, so its gradient is zero but for rounding.
    var keyBias: Parameter { input.bias[columns: width..<2 * width] }

    func callAsFunction(_ x: Tensor, _ stage: AttentionStage, _ tape: Tape) -> Tensor {
        let attended: Tensor
        let residual: Tensor
        switch stage.queries {
        case .all:
            let all = input(x, tape)
            residual = x
            attended = attention(all, all, keyColumn: width, stage, tape)
        case .some(let rows):
            residual = tape.gather(x, rows: rows)
            let query = tape.linear(residual, input.weight[rows: 0..<width], input.bias[columns: 0..<width])
            attended = attention(query, keysAndValues(x, tape), keyColumn: 0, stage, tape)
        case .repeated(let rows):
            residual = tape.gather(x, rows: rows)
            let query = tape.linear(x, input.weight[rows: 0..<width], input.bias[columns: 0..<width])
            attended = attention(
                tape.gather(query, rows: rows), keysAndValues(x, tape), keyColumn: 0, stage, tape)
        }
        let middle = tape.layerNorm(
            output(attended, tape), residual: residual, norm1.weight, norm1.bias, dropout: dropout)
        let hidden = linear1(middle, tape, relu: true, dropout: dropout)
        return tape.layerNorm(
            linear2(hidden, tape), residual: middle, norm2.weight, norm2.bias, dropout: dropout)
    }

    private func keysAndValues(_ x: Tensor, _ tape: Tape) -> Tensor {
        tape.linear(x, input.weight[rows: width..<3 * width], input.bias[columns: width..<3 * width])
    }

    private func attention(
        _ query: Tensor, _ keys: Tensor, keyColumn: Int, _ stage: AttentionStage, _ tape: Tape
    ) -> Tensor {
        tape.attention(
            query, keys: keys, keyColumn: keyColumn, valueColumn: keyColumn + width, stage.sequences,
            mask: UnsafeBufferPointer(stage.mask), maskWords: stage.maskWords, heads: heads, headSize: width / heads,
            dropout: dropout)
    }
}

/// A frame's cells through two 1x1 convolutions with batch norm, flattened to one vector.
struct FrameEncoder {
    let features: FeatureFormat
    let convolution1: Linear
    let norm1: Norm
    let moments1: RunningMoments
    let convolution2: Linear
    let norm2: Norm
    let moments2: RunningMoments
    let output: Linear

    init(_ name: String, _ shape: NetworkShape, _ layout: inout ParameterLayout) {
        features = shape.features
        (convolution1, norm1, moments1, convolution2, norm2, moments2, output) = layout.scope(name) { layout in
            (
                Linear("conv1", shape.features.channels, shape.channels1, &layout),
                Norm("bn1", shape.channels1, &layout),
                layout.moments("bn1", shape.channels1), Linear("conv2", shape.channels1, shape.channels2, &layout),
                Norm("bn2", shape.channels2, &layout), layout.moments("bn2", shape.channels2),
                Linear("out", FeatureFormat.cells * shape.channels2, shape.width, &layout)
            )
        }
    }

    /// The last convolution's cells as one row a frame: [frames, 49 * channels2].
    ///
    /// The convolutions' biases get no gradient: batch norm takes them out again, so that it is zero but for rounding.
    func cells(_ frames: UnsafeBufferPointer<UnsafeRawPointer>, _ tape: Tape) -> Tensor {
        let first = tape.features(
            frames, format: features, convolution1.weight, convolution1.bias, biasIsConstant: true)
        let second = tape.linear(
            tape.batchNorm(first, norm1.weight, norm1.bias, moments1), convolution2.weight, convolution2.bias,
            biasIsConstant: true)
        let out = tape.batchNorm(second, norm2.weight, norm2.bias, moments2)
        return tape.reshape(out, rows: frames.count, columns: FeatureFormat.cells * out.columns)
    }

    func callAsFunction(_ frames: UnsafeBufferPointer<UnsafeRawPointer>, _ tape: Tape) -> Tensor {
        output(cells(frames, tape), tape)
    }
}

/// A scalar of each row.
struct ValueHead {
    let linear1: Linear
    let norm1: Norm
    let linear2: Linear
    let norm2: Norm
    let linear3: Linear

    init(_ name: String, _ width: Int, _ layout: inout ParameterLayout) {
        (linear1, norm1, linear2, norm2, linear3) = layout.scope(name) { layout in
            (
                Linear("linear1", width, width, &layout), Norm("norm1", width, &layout),
                Linear("linear2", width, width / 2, &layout), Norm("norm2", width / 2, &layout),
                Linear("linear3", width / 2, 1, &layout)
            )
        }
    }

    func callAsFunction(_ x: Tensor, _ tape: Tape) -> Tensor {
        let first = tape.layerNorm(linear1(x, tape), norm1.weight, norm1.bias, relu: true)
        let second = tape.layerNorm(linear2(first, tape), norm2.weight, norm2.bias, relu: true)
        return linear3(second, tape)
    }
}
