/// How a frame's record is laid out, and how it becomes cells: a matrix [49, channels] over a 7x7 grid.
package enum FeatureFormat: Sendable, Hashable {
    /// RGB bytes [56, 56, 3], cut into 8x8 patches: 192 channels. A byte becomes `byte / 255 - 0.5`.
    case patches
    /// Float16 [channels, 7, 7].
    case half(channels: Int)
    /// Float32 [channels, 7, 7].
    case float(channels: Int)

    /// Cells of a side of the grid, and of the grid.
    package static let grid = 7
    package static let cells = 49
    /// Pixels of a side of a frame that is cut into patches.
    package static let patchesSide = 56

    package var channels: Int {
        switch self {
        case .patches: 192
        case .half(let channels), .float(let channels): channels
        }
    }

    /// Bytes of one frame.
    package var byteCount: Int {
        switch self {
        case .patches: 3 * Self.patchesSide * Self.patchesSide
        case .half(let channels): 2 * Self.cells * channels
        case .float(let channels): 4 * Self.cells * channels
        }
    }
}
