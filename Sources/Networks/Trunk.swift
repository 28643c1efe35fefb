internal import CKernels
package import Tensors

/// Words, frames and actions of a batch's windows through the text layers and the joint layers.
///
/// Two things of SPRINT's layout are used to do less work with the same result: words see only words, so that V and Q
/// share their rows in every layer; and V and Q differ only in who sees which action slot, so that they share the first
/// layer's queries, keys and values. The last layer computes only the rows that are read: the frames'.
struct Trunk {
    /// What a pass computes.
    enum Pass {
        /// Frames 0 ..< T, each seeing the action before it.
        case policy
        /// Frames 0 ... T for V, then frames 0 ..< T for Q, window by window.
        case critic
        /// Frames 0 ..< T, each seeing its own action.
        case target
        /// Frames 0 ... T, each seeing the actions before it.
        case values
        /// Like `policy`, of the last frame only.
        case acting

        func frameCount(_ steps: Int) -> Int { self == .critic || self == .values ? steps + 1 : steps }
        /// The policy's last action is seen by nothing.
        func slotCount(_ steps: Int) -> Int { self == .policy || self == .acting ? steps - 1 : steps }
        func outputCount(_ steps: Int) -> Int {
            switch self {
            case .critic: 2 * steps + 1
            case .policy, .target: steps
            case .values: steps + 1
            case .acting: 1
            }
        }

        /// The one sight of all frames; nil for the critic, which has both.
        var sight: Sight? {
            switch self {
            case .critic: nil
            case .policy, .acting, .values: .before
            case .target: .own
            }
        }
    }

    let width: Int
    let words: Parameter
    let textNorm: Norm
    let textLayers: [EncoderLayer]
    let frames: FrameEncoder
    let actions: Parameter
    let norm: Norm
    let layers: [EncoderLayer]

    init(_ shape: NetworkShape, _ layout: inout ParameterLayout) {
        width = shape.width
        (words, textNorm, textLayers) = layout.scope("text") { layout in
            (
                layout.matrix("words", shape.vocabularySize, shape.width), Norm("norm", shape.width, &layout),
                (0..<shape.textLayers).map { EncoderLayer("layers.\($0)", shape, &layout) }
            )
        }
        frames = FrameEncoder("frames", shape, &layout)
        actions = layout.matrix("actions", NetworkShape.actionCount, shape.width)
        norm = Norm("norm", shape.width, &layout)
        layers = (0..<shape.jointLayers).map { EncoderLayer("layers.\($0)", shape, &layout) }
    }

    /// - Parameters:
    ///   - text: What ``text(_:_:_:)`` gave for the batch's words, where it is known already.
    ///   - frameRows: The frames' embeddings, `pass.frameCount` a window.
    ///   - slotRows: The action slots' embeddings, `pass.slotCount` a window.
    ///   - positions: The table of ``PositionTable``.
    /// - Returns: `pass.outputCount` rows a window.
    func callAsFunction(
        _ batch: WindowBatch, _ pass: Pass, text known: Tensor? = nil, frameRows: Tensor, slotRows: Tensor,
        positions: PositionTable, _ tape: Tape
    ) -> Tensor {
        for window in 0..<batch.windowCount {
            let (words, steps) = counts(batch, window)
            precondition(
                words + pass.frameCount(steps) <= PositionTable.count,
                "\(words) words and \(steps) steps, for \(PositionTable.count) positions")
        }
        let text = known ?? text(batch, positions, tape)
        var x = joint(batch, pass, text, frameRows, slotRows, positions, tape)
        x = tape.layerNorm(x, norm.weight, norm.bias)
        for (index, layer) in layers.enumerated() {
            let stage = stage(
                batch, pass, isFirst: index == 0, isLast: index == layers.count - 1, tape)
            x = layer(x, stage, tape)
        }
        return x
    }

    /// The words of all windows through the text layers: a row each. They depend on nothing else.
    func text(_ batch: WindowBatch, _ positions: PositionTable, _ tape: Tape) -> Tensor {
        let rows = tape.allocate(CKRow.self, count: batch.words.count)
        let sequences = tape.allocate(AttentionSequence.self, count: batch.windowCount)
        var longest = 1
        for window in 0..<batch.windowCount {
            let (first, end) = (Int(batch.wordOffsets[window]), Int(batch.wordOffsets[window + 1]))
            longest = max(longest, end - first)
            for row in first..<end {
                rows[row] = CKRow(source: 0, row: batch.words[row], position: Int32(row - first))
            }
        }
        let maskWords = (longest + 63) / 64
        var mask = MaskWriter(
            tape.allocate(UInt64.self, count: maskWords * batch.words.count), wordsPerRow: maskWords)
        for window in 0..<batch.windowCount {
            let first = batch.wordOffsets[window]
            let count = batch.wordOffsets[window + 1] - first
            sequences[window] = AttentionSequence(
                firstQuery: first, queries: count, firstKey: first, keys: count, firstMaskWord: Int32(mask.nextWord))
            for _ in 0..<count { mask.word(seeing: Int(count)) }
        }
        var x = tape.embedding(words, rows: UnsafeBufferPointer(rows), positions: positions.data)
        x = tape.layerNorm(x, textNorm.weight, textNorm.bias)
        for layer in textLayers {
            x = layer(
                x, AttentionStage(queries: .all, sequences: sequences, mask: mask.words, maskWords: maskWords), tape)
        }
        return x
    }

    /// Words, frames and action slots, window by window; frames and slots with their positions.
    private func joint(
        _ batch: WindowBatch, _ pass: Pass, _ text: Tensor, _ frameRows: Tensor, _ slotRows: Tensor,
        _ positions: PositionTable, _ tape: Tape
    ) -> Tensor {
        let rows = tape.allocate(CKRow.self, count: text.rows + frameRows.rows + slotRows.rows)
        var (row, frame, slot) = (0, 0, 0)
        for window in 0..<batch.windowCount {
            let words = batch.wordOffsets[window]..<batch.wordOffsets[window + 1]
            let steps = Int(batch.stepOffsets[window + 1] - batch.stepOffsets[window])
            for word in words {
                rows[row] = CKRow(source: 0, row: word, position: -1)
                row += 1
            }
            for step in 0..<pass.frameCount(steps) {
                rows[row] = CKRow(source: 1, row: Int32(frame), position: Int32(words.count + step))
                row += 1
                frame += 1
            }
            for step in 0..<pass.slotCount(steps) {
                rows[row] = CKRow(source: 2, row: Int32(slot), position: Int32(words.count + step))
                row += 1
                slot += 1
            }
        }
        return tape.gather(text, frameRows, slotRows, rows: UnsafeBufferPointer(rows), positions: positions.data)
    }

    /// Tokens before the first layer are words, frames, slots. The critic's first layer doubles frames and slots, once
    /// as V sees them and once as Q does; its later layers keep them apart.
    private func stage(
        _ batch: WindowBatch, _ pass: Pass, isFirst: Bool, isLast: Bool, _ tape: Tape
    ) -> AttentionStage {
        let isDouble = pass == .critic && !isFirst
        var (queryCount, longest) = (0, 1)
        for window in 0..<batch.windowCount {
            let (words, steps) = counts(batch, window)
            queryCount += queries(words, steps, pass, isLast: isLast)
            longest = max(longest, keys(words, steps, pass, isDouble: isDouble))
        }
        let maskWords = (longest + 63) / 64
        var mask = MaskWriter(tape.allocate(UInt64.self, count: maskWords * queryCount), wordsPerRow: maskWords)
        let sequences = tape.allocate(AttentionSequence.self, count: batch.windowCount)
        let isIdentity = !isLast && (pass != .critic || isDouble)
        let rows = tape.allocate(CKRow.self, count: isIdentity ? 0 : queryCount)
        var (firstQuery, firstKey) = (0, 0)
        for window in 0..<batch.windowCount {
            let (words, steps) = counts(batch, window)
            let before = places(words, steps, pass, isDouble ? .before : nil)
            let own = places(words, steps, pass, isDouble ? .own : nil)
            let keyCount = keys(words, steps, pass, isDouble: isDouble)
            sequences[window] = AttentionSequence(
                firstQuery: Int32(firstQuery), queries: Int32(queries(words, steps, pass, isLast: isLast)),
                firstKey: Int32(firstKey), keys: Int32(keyCount), firstMaskWord: Int32(mask.nextWord))
            func add(_ key: Int) {
                if !isIdentity {
                    rows[mask.rows - 1] = CKRow(source: 0, row: Int32(firstKey + key), position: -1)
                }
            }
            if !isLast {
                for word in 0..<words {
                    mask.word(seeing: words)
                    add(word)
                }
            }
            for (sight, places) in [(Sight.before, before), (.own, own)]
            where pass.sight ?? sight == sight {
                let frameCount = pass == .critic && sight == .own ? steps : pass.frameCount(steps)
                for step in (isLast && pass == .acting ? frameCount - 1 : 0)..<frameCount {
                    mask.step(step, sight, places)
                    add(places.frames + step)
                }
                if isLast { continue }
                for step in 0..<pass.slotCount(steps) {
                    mask.step(step, sight, places)
                    add(places.slots + step)
                }
            }
            firstQuery = mask.rows
            firstKey += keyCount
        }
        let list = UnsafeBufferPointer(rows)
        return AttentionStage(
            queries: isIdentity ? .all : isLast ? .some(list) : .repeated(list), sequences: sequences, mask: mask.words,
            maskWords: maskWords)
    }

    private func counts(_ batch: WindowBatch, _ window: Int) -> (words: Int, steps: Int) {
        (
            Int(batch.wordOffsets[window + 1] - batch.wordOffsets[window]),
            Int(batch.stepOffsets[window + 1] - batch.stepOffsets[window])
        )
    }

    private func keys(_ words: Int, _ steps: Int, _ pass: Pass, isDouble: Bool) -> Int {
        isDouble ? words + 4 * steps + 1 : words + pass.frameCount(steps) + pass.slotCount(steps)
    }

    private func queries(_ words: Int, _ steps: Int, _ pass: Pass, isLast: Bool) -> Int {
        if isLast { return pass.outputCount(steps) }
        return keys(words, steps, pass, isDouble: pass == .critic)
    }

    /// Where the tokens that a sight sees stand: in doubled keys V's come first, frames 0 ... T and slots 0 ..< T, then
    /// Q's.
    private func places(_ words: Int, _ steps: Int, _ pass: Pass, _ sight: Sight?) -> TokenPlaces {
        switch sight {
        case nil:
            TokenPlaces(
                words: words, frames: words, slots: words + pass.frameCount(steps), frameCount: pass.frameCount(steps),
                slotCount: pass.slotCount(steps))
        case .before:
            TokenPlaces(
                words: words, frames: words, slots: words + steps + 1, frameCount: steps + 1, slotCount: steps)
        case .own:
            TokenPlaces(
                words: words, frames: words + 2 * steps + 1, slots: words + 3 * steps + 1, frameCount: steps,
                slotCount: steps)
        }
    }
}

/// Sinusoids by position, divided by the root of the width (Vaswani et al. 2017; scaled as SPRINT scales them).
package final class PositionTable {
    /// Positions there are.
    package static let count = 1024
    let data: UnsafePointer<Float>
    private let memory: UnsafeMutableRawPointer
    private let backend: any Backend

    package init(width: Int, backend: any Backend) {
        var table = [Float](repeating: 0, count: Self.count * width)
        for position in 0..<Self.count {
            for pair in 0..<width / 2 {
                let angle = Double(position) / power(10_000, 2 * Double(pair) / Double(width))
                table[position * width + 2 * pair] = Float(sine(angle) / Double(width).squareRoot())
                table[position * width + 2 * pair + 1] = Float(cosine(angle) / Double(width).squareRoot())
            }
        }
        let memory = backend.allocate(byteCount: table.count * 4)
        table.withUnsafeBytes { backend.upload($0.baseAddress!, to: memory, byteCount: $0.count) }
        self.backend = backend
        self.memory = memory
        data = UnsafePointer(memory.bindMemory(to: Float.self, capacity: table.count))
    }

    deinit { backend.deallocate(memory) }
}
