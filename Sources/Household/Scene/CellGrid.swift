/// The cells of the 0.25 m grid where the agent can stand.
package struct CellGrid: Sendable, Equatable {
    /// The first column and row, in cells.
    package let minX, minZ: Int
    /// Cells along x and z.
    package let width, depth: Int
    private var free: [Bool]

    /// The grid around some cells, which are free; all others are not.
    package init(cells: some Sequence<SIMD2<Int>>) {
        let cells = Array(cells)
        minX = cells.map(\.x).min() ?? 0
        minZ = cells.map(\.y).min() ?? 0
        width = (cells.map(\.x).max() ?? -1) - minX + 1
        depth = (cells.map(\.y).max() ?? -1) - minZ + 1
        free = [Bool](repeating: false, count: width * depth)
        for cell in cells { free[(cell.y - minZ) * width + cell.x - minX] = true }
    }

    @inlinable
    package func contains(x: Int, z: Int) -> Bool { index(x: x, z: z).map(isFree) ?? false }

    /// Index of a cell inside the grid's rectangle, row by row.
    package func index(x: Int, z: Int) -> Int? {
        let (column, row) = (x - minX, z - minZ)
        guard column >= 0, column < width, row >= 0, row < depth else { return nil }
        return row * width + column
    }

    /// The same by index.
    package func isFree(_ index: Int) -> Bool { free[index] }

    /// All free cells, row by row.
    package var cells: [SIMD2<Int>] {
        free.indices.filter { free[$0] }.map { SIMD2($0 % width + minX, $0 / width + minZ) }
    }

    /// The number of free cells.
    package var count: Int { free.count { $0 } }
}
