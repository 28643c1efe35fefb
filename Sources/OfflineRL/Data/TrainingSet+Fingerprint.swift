internal import Frames
internal import Ground
internal import Episodes

extension TrainingSet {
    /// SHA-256, as hexadecimal digits, of all that windows are cut from but the frames' pixels, for which the frame
    /// store's identifier stands.
    package var fingerprint: String {
        var hash = SHA256()
        for item in items {
            var numbers = [
                item.firstWord, item.wordCount, item.firstStep, item.firstFrame, item.stepCount, item.firstReward,
                item.isFulfilled ? 1 : 0, item.isTerminal ? 1 : 0,
            ]
            numbers.withUnsafeMutableBytes { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        for list in [words, actions, objects, records] {
            list.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        for list in [rewards, weights] { list.withUnsafeBytes { hash.update(bufferPointer: $0) } }
        hash.update(data: frameStore.identifier)
        return hash.finalize().hex
    }
}

extension TrainingSet {
    /// The action and the object class that occur most often.
    package struct MostFrequent: Sendable, Equatable {
        /// The action's id.
        package var action: Int32
        /// The object's class among interactions.
        package var object: Int32
    }

    /// Of all steps of the instructions; the smaller id where two are even.
    package var mostFrequent: MostFrequent {
        var actionCounts = [Int32: Int]()
        var objectCounts = [Int32: Int]()
        for item in items {
            for step in item.firstStep..<item.firstStep + item.stepCount {
                actionCounts[actions[step], default: 0] += 1
                if objects[step] > 0 { objectCounts[objects[step], default: 0] += 1 }
            }
        }
        func top(_ counts: [Int32: Int]) -> Int32 {
            counts.max { $0.value != $1.value ? $0.value < $1.value : $0.key > $1.key }?.key ?? 1
        }
        return MostFrequent(action: top(actionCounts), object: top(objectCounts))
    }
}
