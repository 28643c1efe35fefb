internal import CKernels

/// One picture: unfolded into scratch, multiplied, bias and relu.
private struct ConvolutionForward: ParallelTask {
    let x: Matrix
    let shape: ConvolutionShape
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let relu: Bool
    let y: Matrix
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

    func run(_ index: Int, worker: Int) {
        let cells = shape.outHeight * shape.outWidth
        let columns = scratch[worker]
        ck_im2col(
            x.data + index * shape.height * shape.width * shape.channels, shape.height, shape.width, shape.channels,
            shape.kernel, shape.stride, shape.padding, columns)
        let out = y.data + index * cells * y.columns
        multiply(
            columns, shape.patch, weight, shape.patch, bTransposed: true, into: out, y.columns, m: cells, n: y.columns,
            k: shape.patch, adding: false)
        ck_bias_forward(out, bias, cells, y.columns, relu ? 1 : 0, .none, 0)
    }
}

/// A range of pictures: dy before relu, partial sums of dw and dbias, dx.
private struct ConvolutionBackward: ParallelTask {
    let x: Matrix
    let shape: ConvolutionShape
    let pictures: Int
    let partitionPictures: Int
    let weight: UnsafePointer<Float>
    let relu: Bool
    let y: Matrix
    let dy: Matrix
    let dx: GradientSlot?
    /// Per partition [y.columns, patch], then [y.columns].
    let partials: UnsafeMutablePointer<Float>
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

    func run(_ index: Int, worker: Int) {
        let cells = shape.outHeight * shape.outWidth
        let pixels = shape.height * shape.width * shape.channels
        let weightPartial = partials + index * y.columns * shape.patch
        let biasPartial = partials + partitionCount * y.columns * shape.patch + index * y.columns
        biasPartial.update(repeating: 0, count: y.columns)
        let columns = scratch[worker]
        let first = index * partitionPictures
        for picture in first..<min(first + partitionPictures, pictures) {
            let gradient = dy.data + picture * cells * y.columns
            ck_bias_backward(
                gradient, y.data + picture * cells * y.columns, biasPartial, cells, y.columns, relu ? 1 : 0, .none, 0)
            ck_im2col(
                x.data + picture * pixels, shape.height, shape.width, shape.channels, shape.kernel, shape.stride,
                shape.padding, columns)
            multiply(
                gradient, y.columns, aTransposed: true, columns, shape.patch, into: weightPartial, shape.patch,
                m: y.columns, n: shape.patch, k: cells, adding: picture > first)
            guard let dx else { continue }
            multiply(
                gradient, y.columns, weight, shape.patch, into: columns, shape.patch, m: cells, n: shape.patch,
                k: y.columns, adding: false)
            if dx.isFresh { (dx.data + picture * pixels).update(repeating: 0, count: pixels) }
            ck_col2im(
                columns, shape.height, shape.width, shape.channels, shape.kernel, shape.stride, shape.padding,
                dx.data + picture * pixels)
        }
    }

    var partitionCount: Int { (pictures + partitionPictures - 1) / partitionPictures }
}

extension CPUBackend {
    package func convolution(
        _ x: Matrix, _ shape: ConvolutionShape, pictures: Int, _ weight: WeightPointer, _ bias: WeightPointer?,
        relu: Bool, y: Matrix
    ) {
        let cells = shape.outHeight * shape.outWidth
        productOperations += 2 * Double(y.rows) * Double(shape.patch) * Double(y.columns)
        reserveScratch(cells * shape.patch)
        scratch.withUnsafeBufferPointer { scratch in
            pool.run(
                pictures,
                ConvolutionForward(
                    x: x, shape: shape, weight: weight.values, bias: bias?.values, relu: relu, y: y,
                    scratch: scratch.baseAddress!))
        }
    }

    package func convolutionBackward(
        _ x: Matrix, _ shape: ConvolutionShape, pictures: Int, _ weight: WeightPointer, _ bias: WeightPointer?,
        relu: Bool, y: Matrix, dy: Matrix, dx: GradientSlot?
    ) {
        let cells = shape.outHeight * shape.outWidth
        productOperations += 2 * Double(y.rows) * Double(shape.patch) * Double(y.columns) * (dx == nil ? 1 : 2)
        reserveScratch(cells * shape.patch)
        let size = y.columns * shape.patch
        let partitionPictures = max(1, (pictures + 15) / 16)
        let partitions = (pictures + partitionPictures - 1) / partitionPictures
        let partials = sharedScratch(partitions * (size + y.columns))
        scratch.withUnsafeBufferPointer { scratch in
            pool.run(
                partitions,
                ConvolutionBackward(
                    x: x, shape: shape, pictures: pictures, partitionPictures: partitionPictures,
                    weight: weight.values, relu: relu, y: y, dy: dy, dx: dx, partials: partials,
                    scratch: scratch.baseAddress!))
        }
        sum(partials, partitions, size, into: weight.gradient)
        sum(partials + partitions * size, partitions, y.columns, into: bias?.gradient)
    }
}
