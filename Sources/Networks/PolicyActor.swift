package import Tensors

/// A policy at work in many places at once. Each place follows one instruction; what does not change from step to step
/// - its words, and the frames it has seen - goes through the network once.
///
/// A place's window is its last frames, as many as the policy was trained with, and the actions between them; positions
/// count from the window's start, as in training. Not for use from several threads at once.
package final class PolicyActor {
    /// Steps of a window.
    package let window: Int

    private struct Place {
        /// Rows of the text layers' output, `wordCount` x width.
        var text: [Float] = []
        var wordCount = 0
        /// Frames seen, the oldest overwritten: `window` x width.
        var frames: [Float] = []
        var frameCount = 0
        /// Actions taken since the instruction began.
        var actions: [Int32] = []
    }

    private let policy: Policy
    private let parameters: ParameterStore
    private let positions: PositionTable
    private let tape: Tape
    private var places: [Place]
    private var batch: WindowBatch
    // Gathered for each step; they keep their capacity.
    private var text: [Float] = []
    private var frameRows: [Float] = []
    /// Scores of the last ``act(_:frames:)``, a row a place asked for: 13 of actions and 82 of objects.
    package private(set) var actionScores: [Float] = []
    package private(set) var objectScores: [Float] = []

    /// - Parameters:
    ///   - parameters: The policy's.
    ///   - placeCount: Places, each empty at first.
    ///   - window: Steps of the windows that the policy was trained with.
    package init(
        _ policy: Policy, parameters: ParameterStore, positions: PositionTable, backend: any Backend, placeCount: Int,
        window: Int = WindowBatch.maximumSteps
    ) {
        precondition((1...WindowBatch.maximumSteps).contains(window), "a window of \(window) steps")
        self.window = window
        self.policy = policy
        self.parameters = parameters
        self.positions = positions
        tape = Tape(backend: backend)
        tape.isTraining = false
        tape.isRecording = false
        places = [Place](repeating: Place(), count: placeCount)
        batch = WindowBatch(format: policy.shape.features)
    }

    private var width: Int { policy.shape.width }

    /// Begins to follow instructions at some places, which forget what they saw.
    ///
    /// - Parameter words: A list of word ids for each, not empty.
    package func begin(_ numbers: [Int], words: [[Int32]]) {
        guard !numbers.isEmpty else { return }
        batch.removeAll()
        for list in words {
            batch.words += list
            batch.wordOffsets.append(Int32(batch.words.count))
        }
        for number in 1...words.count { batch.stepOffsets.append(Int32(number)) }
        tape.reset()
        tape.bank = parameters.online
        let rows = tape.read(policy.text(batch, positions: positions, tape))
        for (index, number) in numbers.enumerated() {
            let range = Int(batch.wordOffsets[index])..<Int(batch.wordOffsets[index + 1])
            places[number] = Place(
                text: Array(rows[range.lowerBound * width..<range.upperBound * width]), wordCount: range.count,
                frames: [Float](repeating: 0, count: window * width))
        }
    }

    /// The scores of the next step at some places, in ``actionScores`` and ``objectScores``.
    ///
    /// - Parameters:
    ///   - numbers: Places, each at most once.
    ///   - frames: What is seen at each now: a record of the policy's feature format.
    package func act(_ numbers: [Int], frames: [UnsafeRawPointer]) {
        precondition(numbers.count == frames.count, "\(frames.count) frames for \(numbers.count) places")
        guard !numbers.isEmpty else {
            actionScores.removeAll(keepingCapacity: true)
            objectScores.removeAll(keepingCapacity: true)
            return
        }
        tape.reset()
        tape.bank = parameters.online
        let seen = frames.withUnsafeBufferPointer { policy.looks($0, tape) }
        let rows = tape.read(seen.trunk)
        batch.removeAll()
        text.removeAll(keepingCapacity: true)
        frameRows.removeAll(keepingCapacity: true)
        for (index, number) in numbers.enumerated() {
            place(number, sees: rows[index * width..<(index + 1) * width])
            append(number)
        }
        let known = text.withUnsafeBufferPointer { tape.constant($0, rows: $0.count / width, columns: width) }
        let visited = frameRows.withUnsafeBufferPointer { tape.constant($0, rows: $0.count / width, columns: width) }
        let scores = policy.act(
            batch, text: known, frameRows: visited, looks: seen.objects, positions: positions, tape)
        actionScores = tape.read(scores.actions)
        objectScores = tape.read(scores.objects)
    }

    /// Notes the action taken at a place, which the next step sees.
    ///
    /// - Parameter action: 1 to 12.
    package func note(_ action: Int, at number: Int) { places[number].actions.append(Int32(action)) }

    private func place(_ number: Int, sees row: ArraySlice<Float>) {
        let start = places[number].frameCount % window * width
        places[number].frames.replaceSubrange(start..<start + width, with: row)
        places[number].frameCount += 1
    }

    /// Appends a place's window to the batch.
    private func append(_ number: Int) {
        let count = min(places[number].frameCount, window)
        let first = places[number].frameCount - count
        for frame in first..<first + count {
            let start = frame % window * width
            frameRows += places[number].frames[start..<start + width]
        }
        let actions = places[number].actions
        batch.actions += actions[first..<first + count - 1]
        // Nothing sees the action of the last step, which is still to be chosen.
        batch.actions.append(0)
        text += places[number].text
        batch.wordOffsets.append(batch.wordOffsets[batch.wordOffsets.count - 1] + Int32(places[number].wordCount))
        batch.stepOffsets.append(Int32(batch.actions.count))
    }
}
