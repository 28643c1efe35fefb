internal import Tensors

/// Moves pictures by a few pixels, the same way for all of a window, so that a policy does not learn by heart where
/// each pixel is: DrQ's random shift (Kostrikov et al. 2020), a crop of the picture with its edge repeated around it.
struct PictureShift: Sendable, Equatable {
    /// Pixels to the left and up; what comes in at the other side repeats the edge.
    var x: Int
    var y: Int

    /// Writes the shifted picture, RGB bytes [56, 56, 3].
    ///
    /// - Parameters:
    ///   - picture: Is read.
    ///   - target: Other memory of the same size.
    func copy(_ picture: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
        let side = FeatureFormat.patchesSide
        let rowBytes = 3 * side
        let (firstX, lastX) = (max(0, -x), min(side, side - x))
        for row in 0..<side {
            let source = picture + min(max(row + y, 0), side - 1) * rowBytes
            let output = target + row * rowBytes
            if firstX < lastX {
                (output + 3 * firstX).copyMemory(from: source + 3 * (firstX + x), byteCount: 3 * (lastX - firstX))
            }
            for column in 0..<firstX { (output + 3 * column).copyMemory(from: source, byteCount: 3) }
            for column in max(lastX, 0)..<side {
                (output + 3 * column).copyMemory(from: source + 3 * (side - 1), byteCount: 3)
            }
        }
    }
}
