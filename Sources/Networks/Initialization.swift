package import Tensors

/// A stream of numbers that is the same everywhere: splitmix64.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform over -bound ..< bound.
    mutating func uniform(_ bound: Double) -> Float {
        Float((Double(next() >> 11) / 9_007_199_254_740_992 * 2 - 1) * bound)
    }
}

extension ParameterStore {
    /// First values, as PyTorch's layers begin: weights and biases of linear layers uniform over 1 / sqrt(inputs), attention's input by
    /// Glorot and its biases zero, norms 1 and 0; tables uniform over 0.1, as SPRINT's; `action_head.weight` too.
    package func initialize(seed: UInt64) {
        var inputs: [String: Int] = [:]
        for parameter in layout.parameters where parameter.shape.count == 2 {
            inputs[String(parameter.name.dropLast(".weight".count))] = parameter.shape[1]
        }
        for (index, parameter) in layout.parameters.enumerated() {
            var stream = SplitMix64(state: seed &* 0xD1B5_4A32_D192_ED03 &+ UInt64(index) &* 0x8CB9_2BA7_2F3D_8DD7)
            let name = parameter.name
            let parts = name.split(separator: ".")
            let (last, layer) = (parts[parts.count - 1], parts.count > 1 ? parts[parts.count - 2] : "")
            let owner = String(name.dropLast(last.count + 1))
            var values = [Float](repeating: 0, count: parameter.count)
            func fill(_ bound: Double) {
                for index in values.indices { values[index] = stream.uniform(bound) }
            }
            if layer.hasPrefix("norm") || layer.hasPrefix("bn") {
                if last == "weight" { values = [Float](repeating: 1, count: parameter.count) }
            } else if last != "weight" && last != "bias" {
                fill(0.1)
            } else if layer == "action_head" {
                if last == "weight" { fill(0.1) }
            } else if owner.hasSuffix("attention.in") {
                if last == "weight" {
                    fill((6 / Double(parameter.shape[0] + parameter.shape[1])).squareRoot())
                }
            } else if owner.hasSuffix("attention.out"), last == "bias" {
                // zero
            } else if let fanIn = inputs[owner] {
                fill(1 / Double(fanIn).squareRoot())
            }
            write(values, to: self.values + parameter.offset)
        }
        synchronizeTarget()
    }
}
