internal import CKernels
package import Tensors

/// pi(action, object | frames, earlier actions, instruction).
package struct Policy {
    package let shape: NetworkShape
    let trunk: Trunk
    let actionHead: Linear
    let objectFrames: FrameEncoder
    let objectHead: Linear

    /// Adds its parameters to `layout` under `policy.`.
    package init(_ shape: NetworkShape, _ layout: inout ParameterLayout) {
        self.shape = shape
        (trunk, actionHead, objectFrames, objectHead) = layout.scope("policy") { layout in
            (
                Trunk(shape, &layout), Linear("action_head", shape.width, shape.width, &layout),
                FrameEncoder("object_frames", shape, &layout),
                Linear("object_head", shape.width, NetworkShape.objectClassCount, &layout)
            )
        }
    }

    /// Biases whose gradient is zero but for rounding.
    package var constantBiases: [Parameter] { trunk.constantBiases }

    package struct Output {
        /// Per step: scores of the 13 action ids, padding included.
        package let actions: Tensor
        /// Per row of `objectSteps`: scores of the 82 object classes; nil where there are none.
        package let objects: Tensor?
    }

    /// - Parameters:
    ///   - batch: Windows; the frame after a window's last step is not read.
    ///   - objectSteps: The steps whose object is asked for, in order.
    package func callAsFunction(
        _ batch: WindowBatch, objectSteps: UnsafeBufferPointer<Int32>, positions: PositionTable, _ tape: Tape
    ) -> Output {
        let frames = tape.allocate(UnsafeRawPointer.self, count: batch.stepCount)
        let slots = tape.allocate(CKRow.self, count: batch.stepCount - batch.windowCount)
        var slot = 0
        for window in 0..<batch.windowCount {
            let end = Int(batch.stepOffsets[window + 1])
            for step in Int(batch.stepOffsets[window])..<end {
                frames[step] = batch.frames[step + window]
                guard step < end - 1 else { continue }
                slots[slot] = CKRow(source: 0, row: batch.actions[step], position: -1)
                slot += 1
            }
        }
        let views = UnsafeBufferPointer(frames)
        let hidden = trunk(
            batch, .policy, frameRows: trunk.frames(views, tape),
            slotRows: tape.embedding(trunk.actions, rows: UnsafeBufferPointer(slots)), positions: positions, tape)
        let actions = tape.scores(actionHead(hidden, tape), trunk.actions)
        // Batch norm needs all frames; after it only those are wanted whose object is.
        let cells = objectFrames.cells(views, tape)
        guard objectSteps.count > 0 else { return Output(actions: actions, objects: nil) }
        let rows = tape.allocate(CKRow.self, count: objectSteps.count)
        for (index, step) in objectSteps.enumerated() { rows[index] = CKRow(source: 0, row: step, position: -1) }
        let wanted = UnsafeBufferPointer(rows)
        let looks = objectFrames.output(tape.gather(cells, rows: wanted), tape)
        let objects = objectHead(tape.sum(tape.gather(hidden, rows: wanted), looks), tape)
        return Output(actions: actions, objects: objects)
    }

    // MARK: Acting

    /// The words of all windows through the text layers: [words, width]. They stay the same while an instruction is
    /// followed.
    func text(_ batch: WindowBatch, positions: PositionTable, _ tape: Tape) -> Tensor {
        trunk.text(batch, positions, tape)
    }

    /// Frames as the trunk and as the object head see them: two of [frames, width].
    func looks(_ frames: UnsafeBufferPointer<UnsafeRawPointer>, _ tape: Tape) -> (trunk: Tensor, objects: Tensor) {
        (trunk.frames(frames, tape), objectFrames(frames, tape))
    }

    /// The scores of each window's last step, from what is known of its words and frames.
    ///
    /// - Parameters:
    ///   - batch: Of it, offsets and actions are read; the last action of a window is not.
    ///   - text: [words, width], as ``text(_:positions:_:)`` gives.
    ///   - frameRows: [steps, width], as ``looks(_:_:)`` gives.
    ///   - looks: [windows, width], of the last frames.
    /// - Returns: Scores of actions [windows, 13] and of objects [windows, 82].
    func act(
        _ batch: WindowBatch, text: Tensor, frameRows: Tensor, looks: Tensor, positions: PositionTable, _ tape: Tape
    ) -> (actions: Tensor, objects: Tensor) {
        let slots = tape.allocate(CKRow.self, count: batch.stepCount - batch.windowCount)
        var slot = 0
        for window in 0..<batch.windowCount {
            for step in Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1]) - 1 {
                slots[slot] = CKRow(source: 0, row: batch.actions[step], position: -1)
                slot += 1
            }
        }
        let hidden = trunk(
            batch, .acting, text: text, frameRows: frameRows,
            slotRows: tape.embedding(trunk.actions, rows: UnsafeBufferPointer(slots)), positions: positions, tape)
        return (
            tape.scores(actionHead(hidden, tape), trunk.actions), objectHead(tape.sum(hidden, looks), tape)
        )
    }
}
