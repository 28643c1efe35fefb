internal import Ground
package import Tensors

extension ParameterStore {
    /// First values, as PyTorch's layers begin: weights and biases of linear layers uniform over 1 / sqrt(inputs),
    /// attention's input by Glorot and its biases zero, norms 1 and 0; tables uniform over 0.1, as SPRINT's;
    /// `action_head.weight` too.
    package func initialize(seed: UInt64) {
        var inputs: [String: Int] = [:]
        for parameter in layout.parameters where parameter.shape.count == 2 {
            inputs[String(parameter.name.dropLast(".weight".count))] = parameter.shape[1]
        }
        for (index, parameter) in layout.parameters.enumerated() {
            var stream = SplitMix64(seed: seed &* 0xD1B5_4A32_D192_ED03 &+ UInt64(index) &* 0x8CB9_2BA7_2F3D_8DD7)
            let name = parameter.name
            let parts = name.split(separator: ".")
            let (last, layer) = (parts[parts.count - 1], parts.count > 1 ? parts[parts.count - 2] : "")
            let owner = String(name.dropLast(last.count + 1))
            var values = [Float](repeating: 0, count: parameter.count)
            func fill(_ bound: Double) {
                for index in values.indices { values[index] = Float((stream.fraction() * 2 - 1) * bound) }
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
