package import Networks
internal import Exchange
internal import Tensors

/// A batch on disk, for somebody to look at.
package enum FailedBatch {
    /// Its name in the run's folder.
    package static let file = "failed-batch.safetensors"

    /// Writes all of the batch, its frames as bytes.
    ///
    /// - Returns: The file.
    package static func save(_ batch: WindowBatch, to folder: String) throws -> String {
        let path = folder + "/" + file
        let frameBytes = batch.format.byteCount
        let tensors = [
            SafetensorsTensor("words", .int32, shape: [batch.words.count]),
            SafetensorsTensor("word_offsets", .int32, shape: [batch.wordOffsets.count]),
            SafetensorsTensor("step_offsets", .int32, shape: [batch.stepOffsets.count]),
            SafetensorsTensor("actions", .int32, shape: [batch.actions.count]),
            SafetensorsTensor("objects", .int32, shape: [batch.objects.count]),
            SafetensorsTensor("rewards", .float32, shape: [batch.rewards.count]),
            SafetensorsTensor("terminals", .float32, shape: [batch.terminals.count]),
            SafetensorsTensor("weights", .float32, shape: [batch.weights.count]),
            SafetensorsTensor("frames", .uint8, shape: [batch.frames.count, frameBytes]),
        ]
        _ = try SafetensorsWriter.write(path, tensors: tensors, metadata: ["frames": batch.format.name]) {
            tensor, append in
            switch tensor.name {
            case "words": try batch.words.withUnsafeBytes(append)
            case "word_offsets": try batch.wordOffsets.withUnsafeBytes(append)
            case "step_offsets": try batch.stepOffsets.withUnsafeBytes(append)
            case "actions": try batch.actions.withUnsafeBytes(append)
            case "objects": try batch.objects.withUnsafeBytes(append)
            case "rewards": try batch.rewards.withUnsafeBytes(append)
            case "terminals": try batch.terminals.withUnsafeBytes(append)
            case "weights": try batch.weights.withUnsafeBytes(append)
            default:
                var bytes: [UInt8] = []
                for frame in batch.frames { bytes += UnsafeRawBufferPointer(start: frame, count: frameBytes) }
                try bytes.withUnsafeBytes(append)
            }
        }
        return path
    }
}
