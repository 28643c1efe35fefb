/// Memory for a batch's frames that are changed before a network sees them. Belongs to the one who fills the batch, and
/// goes with it: whoever has the batch has the frames.
package final class FrameCopies: @unchecked Sendable {
    /// Room for frames of `byteCount` bytes, one after the other.
    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int
    /// Frames there is room for.
    package let capacity: Int
    private var count = 0

    /// - Parameter byteCount: Of a frame.
    package init(capacity: Int, byteCount: Int) {
        self.capacity = capacity
        self.byteCount = byteCount
        memory = .allocate(byteCount: capacity * byteCount, alignment: 64)
    }

    deinit { memory.deallocate() }

    /// Gives all room back.
    package func removeAll() { count = 0 }

    /// The room of the next frame, which stays in place until ``removeAll()``.
    package func next() -> UnsafeMutableRawPointer {
        precondition(count < capacity, "room for \(capacity) frames")
        count += 1
        return memory + (count - 1) * byteCount
    }
}
