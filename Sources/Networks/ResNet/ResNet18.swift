/// The trunk of ResNet-18 (He et al., 2016, table 1) up to the last block, with torchvision's weights: pictures of
/// [224, 224, 3] become features of [512, 7, 7]. Inference only.
package struct ResNet18: Sendable {
    /// Pixels of a side of the pictures.
    package static let side = 224
    /// Of the features.
    package static let channels = 512
    /// Cells of a side of the features.
    package static let grid = 7
    /// Floats of a picture and of its features.
    package static let pictureSize = side * side * 3
    package static let featureSize = channels * grid * grid

    /// A tensor by its name in torchvision's state dictionary.
    package struct Tensor: Sendable, Equatable {
        package var name: String
        package var shape: [Int]
    }

    /// What is wrong with the weights.
    package struct WeightError: Error, Sendable, Equatable, CustomStringConvertible {
        package var tensor: String
        package var message: String
        package var description: String { "tensor \(tensor) \(message)" }
    }

    struct Block: Sendable {
        let first: FoldedConvolution
        let second: FoldedConvolution
        /// Of the way around the two, where it changes size.
        let downsample: FoldedConvolution?
    }

    let stem: FoldedConvolution
    let blocks: [Block]

    /// The tensors that are read: torchvision's, without `fc` and the `num_batches_tracked` counts.
    package static let tensors: [Tensor] = {
        var tensors: [Tensor] = []
        for layer in layers {
            tensors.append(
                Tensor(
                    name: layer.name + ".weight", shape: [layer.outputs, layer.inputs, layer.kernel, layer.kernel]))
            for part in ["weight", "bias", "running_mean", "running_var"] {
                tensors.append(Tensor(name: "\(layer.norm).\(part)", shape: [layer.outputs]))
            }
        }
        return tensors
    }()

    /// Makes the network.
    ///
    /// - Parameter tensor: The shape and the values, row-major, of the tensor with this name; nil when there is none.
    /// - Throws: ``WeightError`` for a tensor that is missing, of another shape, or not finite, and what `tensor`
    ///   throws.
    package init(_ tensor: (String) throws -> (shape: [Int], values: [Float])?) throws {
        func values(_ name: String, _ shape: [Int]) throws -> [Float] {
            guard let found = try tensor(name) else { throw WeightError(tensor: name, message: "is missing") }
            guard found.shape == shape, found.values.count == shape.reduce(1, *) else {
                throw WeightError(tensor: name, message: "has shape \(found.shape); ResNet-18 has \(shape)")
            }
            guard found.values.allSatisfy(\.isFinite) else {
                throw WeightError(tensor: name, message: "has values that are infinite or not a number")
            }
            return found.values
        }
        var made: [String: FoldedConvolution] = [:]
        for layer in Self.layers {
            let weight = try values(
                layer.name + ".weight", [layer.outputs, layer.inputs, layer.kernel, layer.kernel])
            let variance = try values(layer.norm + ".running_var", [layer.outputs])
            guard variance.allSatisfy({ $0 >= 0 }) else {
                throw WeightError(tensor: layer.norm + ".running_var", message: "has negative variances")
            }
            made[layer.name] = FoldedConvolution(
                inputs: layer.inputs, outputs: layer.outputs, kernel: layer.kernel, stride: layer.stride,
                weight: weight, scale: try values(layer.norm + ".weight", [layer.outputs]),
                bias: try values(layer.norm + ".bias", [layer.outputs]),
                mean: try values(layer.norm + ".running_mean", [layer.outputs]), variance: variance)
        }
        func convolution(_ name: String) throws -> FoldedConvolution {
            guard let convolution = made[name] else { throw WeightError(tensor: name, message: "is missing") }
            return convolution
        }
        stem = try convolution("conv1")
        blocks = try (1...4).flatMap { stage in
            try (0...1).map { index in
                let prefix = "layer\(stage).\(index)"
                return Block(
                    first: try convolution(prefix + ".conv1"), second: try convolution(prefix + ".conv2"),
                    downsample: made[prefix + ".downsample.0"])
            }
        }
    }

    /// A convolution and the batch norm behind it.
    private struct Layer {
        var name: String
        var norm: String
        var inputs: Int
        var outputs: Int
        var kernel: Int
        var stride: Int
    }

    private static let layers: [Layer] = {
        var layers = [Layer(name: "conv1", norm: "bn1", inputs: 3, outputs: 64, kernel: 7, stride: 2)]
        for stage in 1...4 {
            let outputs = 32 << stage
            for index in 0...1 {
                let isNarrower = stage > 1 && index == 0
                let inputs = isNarrower ? outputs / 2 : outputs
                let prefix = "layer\(stage).\(index)"
                layers.append(
                    Layer(
                        name: prefix + ".conv1", norm: prefix + ".bn1", inputs: inputs, outputs: outputs, kernel: 3,
                        stride: isNarrower ? 2 : 1))
                layers.append(
                    Layer(
                        name: prefix + ".conv2", norm: prefix + ".bn2", inputs: outputs, outputs: outputs, kernel: 3,
                        stride: 1))
                if isNarrower {
                    layers.append(
                        Layer(
                            name: prefix + ".downsample.0", norm: prefix + ".downsample.1", inputs: inputs,
                            outputs: outputs, kernel: 1, stride: 2))
                }
            }
        }
        return layers
    }()
}
