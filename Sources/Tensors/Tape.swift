internal import CKernels
internal import Ground

/// A matrix [rows, columns] on a ``Tape``; valid until the tape is reset.
package struct Tensor: Sendable, Hashable {
    let index: Int32
    package let rows: Int
    package let columns: Int

    package var count: Int { rows * columns }
}

/// Records operations and walks them back: reverse-mode differentiation.
///
/// Operations are values in an array that keeps its capacity, tensors are places in pooled memory: once the largest
/// batch has been seen, a step allocates nothing. Not for use from several threads at once.
package final class Tape {
    struct Value {
        let data: UnsafeMutablePointer<Float>
        let count: Int
        /// Nil until an operation contributes.
        var gradient: UnsafeMutablePointer<Float>?
        /// Whether gradients are wanted.
        let isDifferentiable: Bool
    }

    package let backend: any Backend
    /// The parameters that operations read from now on.
    package var bank: ParameterBank?
    /// Batch norms use the batch's moments and dropout is active.
    package var isTraining = true
    /// Whether operations are recorded for the way back.
    package var isRecording = true
    /// Changes every step; dropout depends on it and on the operation's number since it was set.
    package var dropoutKey: UInt64 = 0 {
        didSet { operationCount = 0 }
    }
    var operationCount: UInt64 = 0
    var arena: Arena
    var values: [Value] = []
    var records: [Record] = []

    package init(backend: any Backend) {
        self.backend = backend
        arena = Arena(backend: backend)
        values.reserveCapacity(1024)
        records.reserveCapacity(1024)
    }

    deinit { arena.freeAll() }

    /// Bytes of pooled memory held.
    package var byteCount: Int { arena.byteCount }

    /// Forgets everything recorded; the memory is used again.
    package func reset() {
        arena.reset()
        values.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        operationCount = 0
    }

    /// Runs `body`, then gives back the memory of all that it made. Nothing of it may be used later, or be recorded.
    package func scratch<R>(_ body: () throws -> R) rethrows -> R {
        let (mark, count, wasRecording) = (arena.mark, values.count, isRecording)
        isRecording = false
        defer {
            isRecording = wasRecording
            values.removeLast(values.count - count)
            arena.release(to: mark)
        }
        return try body()
    }

    // MARK: Values

    /// Room for `count` values of a plain type, for tables that operations read. Lives until the reset.
    package func allocate<T: BitwiseCopyable>(_ type: T.Type, count: Int) -> UnsafeMutableBufferPointer<T> {
        UnsafeMutableBufferPointer(start: arena.allocate(type, count: max(count, 1)), count: count)
    }

    /// A tensor without contents.
    func make(_ rows: Int, _ columns: Int, isDifferentiable: Bool = true) -> Tensor {
        let data = arena.allocate(Float.self, count: max(rows * columns, 1))
        values.append(
            Value(data: data, count: rows * columns, gradient: nil, isDifferentiable: isDifferentiable && isRecording))
        return Tensor(index: Int32(values.count - 1), rows: rows, columns: columns)
    }

    /// A constant from the host's memory, row-major.
    package func constant(_ source: UnsafeBufferPointer<Float>, rows: Int, columns: Int) -> Tensor {
        precondition(source.count == rows * columns, "\(source.count) values for [\(rows), \(columns)]")
        let tensor = make(rows, columns, isDifferentiable: false)
        if let base = source.baseAddress {
            backend.upload(base, to: data(tensor), byteCount: source.count * 4)
        }
        return tensor
    }

    /// An input whose gradient is wanted, for tests and for inputs that are learned elsewhere.
    package func variable(_ source: [Float], rows: Int, columns: Int) -> Tensor {
        precondition(source.count == rows * columns, "\(source.count) values for [\(rows), \(columns)]")
        let tensor = make(rows, columns)
        source.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { backend.upload(base, to: data(tensor), byteCount: bytes.count) }
        }
        return tensor
    }

    package func data(_ tensor: Tensor) -> UnsafeMutablePointer<Float> { values[Int(tensor.index)].data }

    /// Copies the contents to the host's memory.
    package func download(_ tensor: Tensor, into destination: UnsafeMutableBufferPointer<Float>) {
        precondition(destination.count >= tensor.count, "\(destination.count) places for \(tensor.count) values")
        backend.synchronize()
        guard let base = destination.baseAddress else { return }
        backend.download(data(tensor), to: base, byteCount: tensor.count * 4)
    }

    /// The contents, row-major, on the host.
    package func read(_ tensor: Tensor) -> [Float] { read(data(tensor), tensor.count) }

    /// The gradient after ``backward()``; zeros where nothing contributed.
    package func readGradient(_ tensor: Tensor) -> [Float] {
        guard let gradient = values[Int(tensor.index)].gradient else {
            return [Float](repeating: 0, count: tensor.count)
        }
        return read(gradient, tensor.count)
    }

    private func read(_ pointer: UnsafePointer<Float>, _ count: Int) -> [Float] {
        backend.synchronize()
        // The library writes the count even to the empty array that all threads share.
        guard count > 0 else { return [] }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            backend.download(pointer, to: buffer.baseAddress!, byteCount: count * 4)
            initialized = count
        }
    }

    func matrix(_ tensor: Tensor) -> Matrix { Matrix(data(tensor), rows: tensor.rows, columns: tensor.columns) }

    /// Where an operation contributes to the gradient of `tensor`, or nil where none is wanted.
    func slot(_ tensor: Tensor) -> GradientSlot? {
        let index = Int(tensor.index)
        guard values[index].isDifferentiable else { return nil }
        if let gradient = values[index].gradient { return GradientSlot(gradient, isFresh: false) }
        let gradient = arena.allocate(Float.self, count: max(values[index].count, 1))
        values[index].gradient = gradient
        return GradientSlot(gradient, isFresh: true)
    }

    /// Like ``slot(_:)``, with zeros where nothing has contributed.
    func clearedSlot(_ tensor: Tensor) -> UnsafeMutablePointer<Float>? {
        guard let slot = slot(tensor) else { return nil }
        if slot.isFresh { backend.zero(slot.data, count: tensor.count) }
        return slot.data
    }

    /// Room for a gradient that nobody reads, of a constant whose operation has parameters.
    func spareSlot(_ tensor: Tensor) -> GradientSlot {
        GradientSlot(arena.allocate(Float.self, count: max(tensor.count, 1)), isFresh: true)
    }

    func gradient(_ tensor: Tensor) -> Matrix? {
        values[Int(tensor.index)].gradient.map { Matrix($0, rows: tensor.rows, columns: tensor.columns) }
    }

    func weight(_ parameter: Parameter, isConstant: Bool = false) -> WeightPointer {
        guard let bank else { preconditionFailure("no parameters are bound to the tape") }
        let pointer = bank.weight(parameter)
        return isRecording && !isConstant
            ? pointer : WeightPointer(values: pointer.values, gradient: nil, halves: pointer.halves)
    }

    func nextDropout(_ rate: Float) -> Dropout {
        operationCount += 1
        guard isTraining, rate > 0 else { return .none }
        return Dropout(key: SplitMix64.finalized(dropoutKey &+ operationCount &* SplitMix64.step), rate: rate)
    }

    func record(_ record: @autoclosure () -> Record) { if isRecording { records.append(record()) } }

    /// Walks the records back. Parameters' gradients are added to their stores; tensors' are readable until the reset.
    package func backward() {
        for record in records.reversed() { record.backward(self) }
        backend.synchronize()
    }
}
