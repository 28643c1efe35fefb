import Ground
import Networks
import Tensors

/// Weights and batches that Tests/Parity/deterministic.py makes too.
enum DeterministicInputs {
    static func hash(_ seed: Int, _ index: Int) -> UInt64 {
        SplitMix64.finalized((UInt64(seed) &+ 1) &* SplitMix64.step &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
    }

    static func uniform(_ seed: Int, _ index: Int) -> Float { Float(hash(seed, index) >> 40) / Float(1 << 24) }
    static func signed(_ seed: Int, _ index: Int) -> Float { 2 * uniform(seed, index) - 1 }
    static func below(_ seed: Int, _ index: Int, _ limit: Int) -> Int {
        Int(Double(uniform(seed, index)) * Double(limit))
    }

    static func initialValues(_ parameter: NamedParameter, number: Int) -> [Float] {
        let parts = parameter.name.split(separator: ".")
        let last = parts[parts.count - 1]
        let owner = parts[parts.count - 2]
        return (0..<parameter.count).map { index in
            let value = signed(1000 + number, index)
            if last == "words" || last == "actions" || last == "objects" { return value * 0.1 }
            if last == "weight", owner.hasPrefix("norm") || owner.hasPrefix("bn") { return 1 + 0.1 * value }
            if parameter.shape.count == 1 { return value * 0.1 }
            return value * (1 / Float(parameter.shape[1]).squareRoot())
        }
    }

    /// Batches whose frames live as long as this.
    final class Batches {
        private var memory: [UnsafeMutableRawPointer] = []
        private let windows: Int
        private let vocabulary: Int

        init(windows: Int, vocabulary: Int) {
            self.windows = windows
            self.vocabulary = vocabulary
        }

        deinit { free() }

        func free() {
            for pointer in memory { pointer.deallocate() }
            memory = []
        }

        func batch(_ number: Int) -> WindowBatch {
            free()
            var batch = WindowBatch(format: .patches)
            for window in 0..<windows {
                let words = 1 + below(2000 + number, window, 12)
                let steps = window == 0 ? 1 : window == 1 ? 17 : 1 + below(3000 + number, window, 17)
                for word in 0..<words {
                    batch.words.append(Int32(1 + below(4000 + number, 1000 * window + word, vocabulary - 1)))
                }
                batch.wordOffsets.append(Int32(batch.words.count))
                for step in 0..<steps {
                    let index = 1000 * window + step
                    let action = 1 + below(5000 + number, index, 12)
                    batch.actions.append(Int32(action))
                    let isInteraction = [4, 5, 8, 9, 10, 11, 12].contains(action)
                    batch.objects.append(isInteraction ? Int32(1 + below(6000 + number, index, 82)) : 0)
                    batch.rewards.append(uniform(7000 + number, index) - 0.25)
                    batch.terminals.append(step == steps - 1 && window % 2 == 0 ? 1 : 0)
                    batch.isScored.append(true)
                }
                batch.stepOffsets.append(Int32(batch.actions.count))
                for step in 0...steps {
                    let count = FeatureFormat.patches.byteCount
                    let frame = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
                    for byte in 0..<count {
                        frame.storeBytes(
                            of: UInt8(below(8000 + number, (1000 * window + step) * 10000 + byte, 256)),
                            toByteOffset: byte, as: UInt8.self)
                    }
                    memory.append(frame)
                    batch.frames.append(UnsafeRawPointer(frame))
                }
            }
            return batch
        }
    }
}
