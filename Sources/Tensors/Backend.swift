package import CKernels

/// The dropout of one operation: which elements go is a function of its key and their index alone.
package typealias Dropout = CKDropout

extension CKDropout {
    package static let none = CKDropout(key: 0, threshold: 0, scale: 1)

    /// - Parameter rate: Share of elements dropped, 0 ..< 1.
    package init(key: UInt64, rate: Float) {
        precondition(rate >= 0 && rate < 1, "a dropout rate of \(rate)")
        self.init(key: key, threshold: UInt32(Double(rate) * 4_294_967_296), scale: 1 / (1 - rate))
    }
}

/// A row-major matrix [rows, columns] in the backend's memory.
package struct Matrix {
    package let data: UnsafeMutablePointer<Float>
    package let rows: Int
    package let columns: Int

    package init(_ data: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
        self.data = data
        self.rows = rows
        self.columns = columns
    }

    package var count: Int { rows * columns }
}

/// A gradient an operation contributes to. The first contribution writes, the others add.
package struct GradientSlot {
    package let data: UnsafeMutablePointer<Float>
    package let isFresh: Bool

    package init(_ data: UnsafeMutablePointer<Float>, isFresh: Bool) {
        self.data = data
        self.isFresh = isFresh
    }
}

/// Weights of an operation and where their gradients are added; without a gradient the weights are constant.
package struct WeightPointer {
    package let values: UnsafePointer<Float>
    package let gradient: UnsafeMutablePointer<Float>?
    /// The same values in bfloat16, where the parameters keep them.
    package let halves: UnsafePointer<UInt16>?

    package init(
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>?, halves: UnsafePointer<UInt16>? = nil
    ) {
        self.values = values
        self.gradient = gradient
        self.halves = halves
    }
}

/// One sequence of an attention: a range of query rows and a range of key rows.
package struct AttentionSequence: BitwiseCopyable {
    package var firstQuery: Int32
    package var queries: Int32
    package var firstKey: Int32
    package var keys: Int32
    /// Index of the first query's first mask word.
    package var firstMaskWord: Int32
    /// Index of the first head's first probability.
    package var firstProbability: Int32

    package init(
        firstQuery: Int32, queries: Int32, firstKey: Int32, keys: Int32, firstMaskWord: Int32 = 0,
        firstProbability: Int32 = 0
    ) {
        self.firstQuery = firstQuery
        self.queries = queries
        self.firstKey = firstKey
        self.keys = keys
        self.firstMaskWord = firstMaskWord
        self.firstProbability = firstProbability
    }
}

/// A masked multi-head attention over packed sequences: what forward and backward pass both need.
///
/// Query row i of a sequence sees its key j where bit `j % 64` of the query's mask word `j / 64` is set.
package struct AttentionPlan {
    package let sequences: UnsafePointer<AttentionSequence>
    package let sequenceCount: Int
    package let mask: UnsafePointer<UInt64>
    /// Mask words per query.
    package let maskWords: Int
    package let heads: Int
    package let headSize: Int
    /// Largest counts of any sequence.
    package let maximumQueries: Int
    package let maximumKeys: Int
    package let probabilities: UnsafeMutablePointer<Float>
    package let dropout: Dropout
}

/// Queries, keys and values as columns of matrices: head h takes columns `first + h * headSize ...`.
package struct AttentionOperands {
    package let query: UnsafeMutablePointer<Float>
    package let queryStride: Int
    package let key: UnsafeMutablePointer<Float>
    package let value: UnsafeMutablePointer<Float>
    package let keyStride: Int
}

/// Sides of a convolution. Pictures are rows (y, x) of channels, one after the other.
package struct ConvolutionShape: Sendable, Hashable {
    package var height: Int
    package var width: Int
    package var channels: Int
    package var kernel: Int
    package var stride: Int
    package var padding: Int

    package init(height: Int, width: Int, channels: Int, kernel: Int, stride: Int, padding: Int) {
        self.height = height
        self.width = width
        self.channels = channels
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    package var outHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
    package var outWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
    /// Columns of the unfolded picture.
    package var patch: Int { kernel * kernel * channels }
}

/// What a device must do. All pointers are to its own memory unless noted; a call may return before its work is done as
/// long as later calls see the results and ``synchronize()`` waits for them.
///
/// The tape, the layers and the learners know nothing else of a device: a GPU is one further file that conforms.
package protocol Backend: AnyObject {
    func allocate(byteCount: Int) -> UnsafeMutableRawPointer
    func deallocate(_ pointer: UnsafeMutableRawPointer)
    /// To and from the host's memory.
    func upload(_ source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer, byteCount: Int)
    func download(_ source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer, byteCount: Int)
    func copy(_ source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<Float>, count: Int)
    /// To bfloat16, to nearest even.
    func round(_ source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<UInt16>, count: Int)
    func zero(_ pointer: UnsafeMutablePointer<Float>, count: Int)
    func synchronize()

    /// y = dropout(relu(x wᵀ + bias)); w is [y.columns, x.columns]. Backward turns `dy` into scratch.
    func linear(_ x: Matrix, _ weight: WeightPointer, _ bias: WeightPointer?, relu: Bool, _ dropout: Dropout, y: Matrix)
    func linearBackward(
        _ x: Matrix, _ weight: WeightPointer, _ bias: WeightPointer?, relu: Bool, _ dropout: Dropout, y: Matrix,
        dy: Matrix, dx: GradientSlot?)

    /// The same product with the cells of frames as x: frames are host pointers to records of `format`.
    func features(
        _ frames: UnsafePointer<UnsafeRawPointer>, count: Int, format: FeatureFormat, _ weight: WeightPointer,
        _ bias: WeightPointer, y: Matrix)
    func featuresBackward(
        _ frames: UnsafePointer<UnsafeRawPointer>, count: Int, format: FeatureFormat, _ weight: WeightPointer,
        _ bias: WeightPointer, dy: Matrix)

    /// A k x k convolution of `pictures` pictures as a product with unfolded pictures; w is [y.columns, shape.patch].
    func convolution(
        _ x: Matrix, _ shape: ConvolutionShape, pictures: Int, _ weight: WeightPointer, _ bias: WeightPointer?,
        relu: Bool, y: Matrix)
    func convolutionBackward(
        _ x: Matrix, _ shape: ConvolutionShape, pictures: Int, _ weight: WeightPointer, _ bias: WeightPointer?,
        relu: Bool, y: Matrix, dy: Matrix, dx: GradientSlot?)

    /// `branch` becomes residual + dropout(branch); y is its normalisation by row, then relu. `stats` is [rows, 2].
    func layerNorm(
        branch: Matrix, residual: Matrix?, _ weight: WeightPointer, _ bias: WeightPointer, relu: Bool,
        _ dropout: Dropout,
        stats: UnsafeMutablePointer<Float>, y: Matrix)
    func layerNormBackward(
        sum: Matrix, _ weight: WeightPointer, _ bias: WeightPointer, relu: Bool, _ dropout: Dropout,
        stats: UnsafePointer<Float>, y: Matrix, dy: Matrix, dBranch: GradientSlot, dResidual: GradientSlot?)

    /// y = relu(normalisation of x by column). `stats` is [4, columns]: mean, 1 / deviation, scale, shift. In training
    /// the moments are the batch's and the running ones move by `momentum`; else they are the running ones.
    func batchNorm(
        _ x: Matrix, _ weight: WeightPointer, _ bias: WeightPointer, runningMean: UnsafeMutablePointer<Float>,
        runningVariance: UnsafeMutablePointer<Float>, isTraining: Bool, momentum: Float,
        stats: UnsafeMutablePointer<Float>, y: Matrix)
    func batchNormBackward(
        _ x: Matrix, _ weight: WeightPointer, _ bias: WeightPointer, isTraining: Bool,
        stats: UnsafePointer<Float>, dy: Matrix, dx: GradientSlot)

    /// out is [queries of all sequences, heads * headSize]. Backward writes all of dq, dk and dv.
    func attention(_ plan: AttentionPlan, _ operands: AttentionOperands, out: Matrix)
    func attentionBackward(
        _ plan: AttentionPlan, _ operands: AttentionOperands, dOut: Matrix, gradients: AttentionOperands)

    /// out[i] = sources[rows[i].source][rows[i].row] + positions[rows[i].position]; three sources at most.
    func gather(
        _ sources: (UnsafePointer<Float>, UnsafePointer<Float>?, UnsafePointer<Float>?), _ rows: UnsafePointer<CKRow>,
        positions: UnsafePointer<Float>?, out: Matrix)
    /// The transpose of gather: adds to the gradients that are there.
    func scatter(
        _ gradients: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?),
        _ rows: UnsafePointer<CKRow>, dOut: Matrix)
    func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int)

    /// Per row weights[i] * -log softmax(logits[i])[targets[i]] into `losses`, and factor * its gradient into dLogits
    /// (written). A target below 0 gives zeros.
    func crossEntropy(
        _ logits: Matrix, targets: UnsafePointer<Int32>, weights: UnsafePointer<Float>, factor: Float,
        losses: UnsafeMutablePointer<Float>, dLogits: UnsafeMutablePointer<Float>)
    /// Per element w (p - t)^2 into `losses` with w = expectile where t >= p, else 1 - expectile, and factor * its
    /// gradient into dPredictions. An expectile of nil stands for w = 1.
    func expectile(
        _ predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, count: Int, expectile: Float?,
        factor: Float,
        losses: UnsafeMutablePointer<Float>, dPredictions: UnsafeMutablePointer<Float>)

    /// One pass of AdamW, Polyak averaging and clearing of gradients over `count` values.
    func adamW(
        values: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>,
        moment1: UnsafeMutablePointer<Float>,
        moment2: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>?,
        halves: UnsafeMutablePointer<UInt16>?, targetHalves: UnsafeMutablePointer<UInt16>?, count: Int,
        _ settings: CKAdamW)
    func isFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool
}
