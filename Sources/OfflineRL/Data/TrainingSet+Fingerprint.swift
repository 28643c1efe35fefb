internal import Crypto
internal import Episodes

extension TrainingSet {
    /// SHA-256, as hexadecimal digits, of all that windows are cut from but the frames' pixels, for which the frame store's
    /// identifier stands.
    public var fingerprint: String {
        var hash = SHA256()
        for item in items {
            var numbers = [
                item.firstWord, item.wordCount, item.firstStep, item.firstFrame, item.stepCount, item.firstReward,
                item.isFulfilled ? 1 : 0,
            ]
            numbers.withUnsafeMutableBytes { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        for list in [words, actions, objects, records] {
            list.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        rewards.withUnsafeBytes { hash.update(bufferPointer: $0) }
        hash.update(data: frameStore.identifier)
        return hash.finalize().hex
    }
}
