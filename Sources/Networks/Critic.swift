internal import CKernels
package import Tensors

/// Two Q functions and V over one trunk.
package struct Critic {
    package let shape: NetworkShape
    let trunk: Trunk
    let objects: Parameter
    let pair: Linear
    let q1: ValueHead
    let q2: ValueHead
    let v: ValueHead

    /// Adds its parameters to `layout` under `critic.`.
    package init(_ shape: NetworkShape, _ layout: inout ParameterLayout) {
        self.shape = shape
        (trunk, objects, pair, q1, q2, v) = layout.scope("critic") { layout in
            (
                Trunk(shape, &layout), layout.matrix("objects", NetworkShape.objectCount, shape.width),
                Linear("pair", 2 * shape.width, shape.width, &layout), ValueHead("q1", shape.width, &layout),
                ValueHead("q2", shape.width, &layout), ValueHead("v", shape.width, &layout)
            )
        }
    }

    /// Biases whose gradient is zero but for rounding.
    package var constantBiases: [Parameter] { trunk.constantBiases }

    package struct Output {
        /// Per step: [steps, 1].
        package let q1: Tensor
        package let q2: Tensor
        /// Per frame, the one after a window's last step included: [steps + windows, 1].
        package let v: Tensor

        package var parts: (q1: Tensor?, q2: Tensor?, v: Tensor) { (q1, q2, v) }
    }

    /// Q(s_t, a_t) of all steps and V(s_t) of all frames, given the instruction and what came before.
    package func callAsFunction(_ batch: WindowBatch, positions: PositionTable, _ tape: Tape) -> Output {
        let hidden = trunk(
            batch, .critic, frameRows: trunk.frames(allFrames(batch, tape), tape), slotRows: slots(batch, tape),
            positions: positions, tape)
        let ofQ = tape.allocate(CKRow.self, count: batch.stepCount)
        let ofV = tape.allocate(CKRow.self, count: batch.frames.count)
        var row: Int32 = 0
        for window in 0..<batch.windowCount {
            let steps = Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1])
            for frame in steps.lowerBound + window...steps.upperBound + window {
                ofV[frame] = CKRow(source: 0, row: row, position: -1)
                row += 1
            }
            for step in steps {
                ofQ[step] = CKRow(source: 0, row: row, position: -1)
                row += 1
            }
        }
        let hiddenOfQ = tape.gather(hidden, rows: UnsafeBufferPointer(ofQ))
        let hiddenOfV = tape.gather(hidden, rows: UnsafeBufferPointer(ofV))
        return Output(q1: q1(hiddenOfQ, tape), q2: q2(hiddenOfQ, tape), v: v(hiddenOfV, tape))
    }

    /// V only, of all frames: [steps + windows, 1].
    package func values(_ batch: WindowBatch, positions: PositionTable, _ tape: Tape) -> Tensor {
        v(
            trunk(
                batch, .values, frameRows: trunk.frames(allFrames(batch, tape), tape), slotRows: slots(batch, tape),
                positions: positions, tape), tape)
    }

    private func allFrames(_ batch: WindowBatch, _ tape: Tape) -> UnsafeBufferPointer<UnsafeRawPointer> {
        let frames = tape.allocate(UnsafeRawPointer.self, count: batch.frames.count)
        for frame in frames.indices { frames[frame] = batch.frames[frame] }
        return UnsafeBufferPointer(frames)
    }

    /// Q only, as the target needs it: [steps, 1] each.
    package func q(_ batch: WindowBatch, positions: PositionTable, _ tape: Tape) -> (q1: Tensor, q2: Tensor) {
        let frames = tape.allocate(UnsafeRawPointer.self, count: batch.stepCount)
        for window in 0..<batch.windowCount {
            for step in Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1]) {
                frames[step] = batch.frames[step + window]
            }
        }
        let hidden = trunk(
            batch, .target, frameRows: trunk.frames(UnsafeBufferPointer(frames), tape), slotRows: slots(batch, tape),
            positions: positions, tape)
        return (q1(hidden, tape), q2(hidden, tape))
    }

    /// What stands in the action slots: object and action, side by side, through one layer.
    private func slots(_ batch: WindowBatch, _ tape: Tape) -> Tensor {
        let count = batch.stepCount
        let objectRows = tape.allocate(CKRow.self, count: count)
        let actionRows = tape.allocate(CKRow.self, count: count)
        let sides = tape.allocate(CKRow.self, count: 2 * count)
        for step in 0..<count {
            objectRows[step] = CKRow(source: 0, row: batch.objects[step], position: -1)
            actionRows[step] = CKRow(source: 0, row: batch.actions[step], position: -1)
            sides[2 * step] = CKRow(source: 0, row: Int32(step), position: -1)
            sides[2 * step + 1] = CKRow(source: 1, row: Int32(step), position: -1)
        }
        let object = tape.embedding(objects, rows: UnsafeBufferPointer(objectRows))
        let action = tape.embedding(trunk.actions, rows: UnsafeBufferPointer(actionRows))
        let both = tape.gather(object, action, rows: UnsafeBufferPointer(sides))
        return pair(tape.reshape(both, rows: count, columns: 2 * object.columns), tape)
    }
}

extension Trunk {
    var constantBiases: [Parameter] { (textLayers + layers).map(\.keyBias) }
}
