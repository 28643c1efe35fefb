package import Episodes
internal import CKernels
#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A weight matrix or vector of a ``ParameterStore``; vectors have one row.
package struct Parameter: Sendable, Hashable {
    /// Where it begins among the store's values.
    package let offset: Int
    package let rows: Int
    package let columns: Int

    package var count: Int { rows * columns }

    /// Some of its rows.
    package subscript(rows range: Range<Int>) -> Parameter {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return Parameter(offset: offset + range.lowerBound * columns, rows: range.count, columns: columns)
    }

    /// Some elements of a vector.
    package subscript(columns range: Range<Int>) -> Parameter {
        precondition(
            rows == 1 && range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
        return Parameter(offset: offset + range.lowerBound, rows: 1, columns: range.count)
    }
}

/// Running moments of a batch norm: two vectors of a ``ParameterStore``'s buffers.
package struct RunningMoments: Sendable, Hashable {
    package let mean: Int
    package let variance: Int
    package let columns: Int
}

/// Where a name's values lie.
package struct NamedParameter: Sendable, Hashable {
    package let name: String
    /// As in files: `[out, in]` for matrices, `[n]` for vectors.
    package let shape: [Int]
    package let offset: Int
    package var count: Int { shape.reduce(1, *) }
}

/// Lays out the parameters of a network before memory is taken for them.
package struct ParameterLayout: Sendable {
    package private(set) var parameters: [NamedParameter] = []
    package private(set) var buffers: [NamedParameter] = []
    private var prefix: [String] = []
    package private(set) var valueCount = 0
    package private(set) var bufferCount = 0

    package init() {}

    /// Learned numbers, the padding between parameters not counted.
    package var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    /// Adds what `body` adds under `name.`.
    package mutating func scope<R>(_ name: String, _ body: (inout ParameterLayout) throws -> R) rethrows -> R {
        prefix.append(name)
        defer { prefix.removeLast() }
        return try body(&self)
    }

    package mutating func matrix(_ name: String, _ rows: Int, _ columns: Int) -> Parameter {
        add(name, [rows, columns])
        return Parameter(offset: parameters[parameters.count - 1].offset, rows: rows, columns: columns)
    }

    package mutating func vector(_ name: String, _ count: Int) -> Parameter {
        add(name, [count])
        return Parameter(offset: parameters[parameters.count - 1].offset, rows: 1, columns: count)
    }

    package mutating func moments(_ name: String, _ columns: Int) -> RunningMoments {
        let names = ["mean", "variance"].map { (prefix + [name, $0]).joined(separator: ".") }
        let first = bufferCount
        for name in names {
            buffers.append(NamedParameter(name: name, shape: [columns], offset: bufferCount))
            bufferCount += Self.aligned(columns)
        }
        return RunningMoments(mean: first, variance: first + Self.aligned(columns), columns: columns)
    }

    private mutating func add(_ name: String, _ shape: [Int]) {
        let full = (prefix + [name]).joined(separator: ".")
        precondition(!parameters.contains { $0.name == full }, "a second parameter \(full)")
        parameters.append(NamedParameter(name: full, shape: shape, offset: valueCount))
        valueCount += Self.aligned(shape.reduce(1, *))
    }

    /// Each parameter begins on a cache line.
    private static func aligned(_ count: Int) -> Int { (count + 15) & ~15 }
}

/// Values, gradients and optimiser state of a network's parameters, each kind in one piece, so that an update is one
/// pass.
package final class ParameterStore {
    package let layout: ParameterLayout
    package let backend: any Backend
    package let values: UnsafeMutablePointer<Float>
    package let gradients: UnsafeMutablePointer<Float>
    package let moment1: UnsafeMutablePointer<Float>
    package let moment2: UnsafeMutablePointer<Float>
    /// Running moments of batch norms.
    package let buffers: UnsafeMutablePointer<Float>
    /// The slowly following copy of values and buffers, where there is one.
    package let target: UnsafeMutablePointer<Float>?
    package let targetBuffers: UnsafeMutablePointer<Float>?
    /// bfloat16 copies of values and target, where products use them.
    package let halves: UnsafeMutablePointer<UInt16>?
    package let targetHalves: UnsafeMutablePointer<UInt16>?
    /// Updates made.
    package var step = 0
    /// Parameters whose gradients are zero but for rounding. They are set to zero before an update: else the optimiser,
    /// which looks at signs more than at sizes, would follow the rounding.
    package var constants: [Parameter] = []

    /// All zeros; running variances are 1.
    package init(_ layout: ParameterLayout, backend: any Backend, hasTarget: Bool, hasHalves: Bool = false) {
        self.layout = layout
        self.backend = backend
        func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
            let pointer = backend.allocate(byteCount: max(count, 16) * 4).bindMemory(
                to: Float.self, capacity: max(count, 16))
            backend.zero(pointer, count: max(count, 16))
            return pointer
        }
        func words(_ count: Int) -> UnsafeMutablePointer<UInt16> {
            backend.allocate(byteCount: max(count, 16) * 2).bindMemory(to: UInt16.self, capacity: max(count, 16))
        }
        values = floats(layout.valueCount)
        gradients = floats(layout.valueCount)
        moment1 = floats(layout.valueCount)
        moment2 = floats(layout.valueCount)
        buffers = floats(layout.bufferCount)
        target = hasTarget ? floats(layout.valueCount) : nil
        targetBuffers = hasTarget ? floats(layout.bufferCount) : nil
        halves = hasHalves ? words(layout.valueCount) : nil
        targetHalves = hasHalves && hasTarget ? words(layout.valueCount) : nil
        for buffer in layout.buffers where buffer.name.hasSuffix(".variance") {
            let ones = [Float](repeating: 1, count: buffer.count)
            write(ones, to: buffers + buffer.offset)
            if let targetBuffers { write(ones, to: targetBuffers + buffer.offset) }
        }
    }

    deinit {
        for pointer in [values, gradients, moment1, moment2, buffers] { backend.deallocate(pointer) }
        if let target { backend.deallocate(target) }
        if let targetBuffers { backend.deallocate(targetBuffers) }
        if let halves { backend.deallocate(halves) }
        if let targetHalves { backend.deallocate(targetHalves) }
    }

    /// Bytes held.
    package var byteCount: Int {
        let copies = target == nil ? 4 : 5
        let halfCopies = (halves == nil ? 0 : 1) + (targetHalves == nil ? 0 : 1)
        return layout.valueCount * (4 * copies + 2 * halfCopies) + layout.bufferCount * 4 * (target == nil ? 1 : 2)
    }

    /// Copies host values to the backend.
    package func write(_ source: [Float], to destination: UnsafeMutablePointer<Float>) {
        source.withUnsafeBytes { backend.upload($0.baseAddress!, to: destination, byteCount: $0.count) }
    }

    package func read(_ source: UnsafePointer<Float>, count: Int) -> [Float] {
        // The library writes the count even to the empty array that all threads share.
        guard count > 0 else { return [] }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            backend.download(source, to: buffer.baseAddress!, byteCount: count * 4)
            initialized = count
        }
    }

    /// Makes the target, and the bfloat16 copies, equal to the values.
    package func synchronizeTarget() {
        if let target, let targetBuffers {
            write(read(values, count: layout.valueCount), to: target)
            write(read(buffers, count: layout.bufferCount), to: targetBuffers)
        }
        refreshHalves()
    }

    /// Makes the bfloat16 copies anew.
    package func refreshHalves() {
        if let halves { backend.round(values, to: halves, count: layout.valueCount) }
        if let target, let targetHalves { backend.round(target, to: targetHalves, count: layout.valueCount) }
    }

    /// The values an operation reads, and where its gradients go.
    package var online: ParameterBank {
        ParameterBank(values: values, gradients: gradients, halves: halves, buffers: buffers)
    }

    /// The values without gradients.
    package var constant: ParameterBank {
        ParameterBank(values: values, gradients: nil, halves: halves, buffers: buffers)
    }

    /// The target's values, which have no gradients.
    package var targetBank: ParameterBank {
        guard let target, let targetBuffers else { preconditionFailure("these parameters have no target") }
        return ParameterBank(values: target, gradients: nil, halves: targetHalves, buffers: targetBuffers)
    }

    /// One AdamW step on the gradients, which are zero afterwards; the target follows by `polyak`, its buffers are
    /// copied.
    package func update(_ optimizer: AdamW, polyak: Float = 0) {
        for constant in constants { backend.zero(gradients + constant.offset, count: constant.count) }
        step += 1
        let settings = CKAdamW(
            learning_rate: optimizer.learningRate(at: step - 1), beta1: optimizer.beta1, beta2: optimizer.beta2,
            epsilon: optimizer.epsilon, weight_decay: optimizer.weightDecay,
            correction1: Float(1 - power(Double(optimizer.beta1), step)),
            correction2: Float(1 - power(Double(optimizer.beta2), step)), polyak: polyak)
        backend.adamW(
            values: values, gradients: gradients, moment1: moment1, moment2: moment2, target: target, halves: halves,
            targetHalves: targetHalves, count: layout.valueCount, settings)
        if let targetBuffers { backend.copy(buffers, to: targetBuffers, count: layout.bufferCount) }
    }
}

/// Which copy of the parameters operations use.
package struct ParameterBank {
    let values: UnsafeMutablePointer<Float>
    let gradients: UnsafeMutablePointer<Float>?
    let halves: UnsafeMutablePointer<UInt16>?
    let buffers: UnsafeMutablePointer<Float>

    func weight(_ parameter: Parameter) -> WeightPointer {
        WeightPointer(
            values: values + parameter.offset, gradient: gradients.map { $0 + parameter.offset },
            halves: halves.map { UnsafePointer($0 + parameter.offset) })
    }
}

extension AdamW {
    /// The rate of an update.
    ///
    /// - Parameter step: Updates made before this one.
    package func learningRate(at step: Int) -> Float {
        guard let cosineSteps else { return learningRate }
        let share = min(1, Double(step) / Double(max(1, cosineSteps)))
        return learningRate * Float(0.5 * (1 + cos(Double.pi * share)))
    }
}

/// base to a whole power, exactly reproducible.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var factor = base
    var rest = exponent
    while rest > 0 {
        if rest & 1 == 1 { result *= factor }
        factor *= factor
        rest >>= 1
    }
    return result
}
