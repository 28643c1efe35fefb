/// A set of pixels of a frame as runs in row-major order. Runs may continue over row ends.
package struct Mask: Sendable, Hashable {
    /// Side of the release's frames in pixels; masks refer to 300 x 300.
    package static let frameSide = 300

    /// Pixels of the mask that follow each other, row by row.
    package struct Run: Sendable, Hashable {
        /// Index of the first pixel: row * width + column.
        package var start: Int32
        /// Number of pixels.
        package var length: Int32

        package init(start: Int32, length: Int32) {
            self.start = start
            self.length = length
        }
    }

    /// In order, apart from each other and not empty where the mask is valid.
    package var runs: [Run]

    package init(runs: [Run]) { self.runs = runs }

    /// Encodes a row-major bitmap: maximal runs, not broken at row ends.
    package init(bitmap: [Bool]) {
        runs = []
        var index = 0
        while index < bitmap.count {
            guard bitmap[index] else {
                index += 1
                continue
            }
            let start = index
            while index < bitmap.count, bitmap[index] { index += 1 }
            runs.append(Run(start: Int32(start), length: Int32(index - start)))
        }
    }

    /// What is wrong with the runs for a frame of `pixelCount` pixels: the first offending run and why, or nil.
    /// Valid runs are not empty, lie inside the frame, ascend and do not overlap.
    package func firstProblem(pixelCount: Int = frameSide * frameSide) -> (run: Int, reason: String)? {
        var end = 0
        for (index, run) in runs.enumerated() {
            let (start, length) = (Int(run.start), Int(run.length))
            if length <= 0 { return (index, "run [\(start), \(length)] has no pixels") }
            if start < 0 || start + length > pixelCount {
                return (index, "run [\(start), \(length)] leaves the frame of \(pixelCount) pixels")
            }
            if start < end {
                return (index, "run [\(start), \(length)] begins before pixel \(end), where the last ended")
            }
            end = start + length
        }
        return nil
    }

    /// Number of pixels.
    package var area: Int { runs.reduce(0) { $0 + Int($1.length) } }

    /// The row-major bitmap of `pixelCount` pixels. Parts outside it are dropped.
    package func bitmap(pixelCount: Int = frameSide * frameSide) -> [Bool] {
        var bitmap = [Bool](repeating: false, count: pixelCount)
        for run in runs {
            let start = max(0, Int(run.start))
            let end = min(pixelCount, Int(run.start) + max(0, Int(run.length)))
            if start < end { for index in start..<end { bitmap[index] = true } }
        }
        return bitmap
    }

    /// The tight box with inclusive corners, or nil for an empty mask. The release's `bbox` is this box with 1 added to
    /// both y.
    package func tightBox(width: Int = frameSide) -> PixelBox? {
        var box: PixelBox?
        for run in runs where run.length > 0 && run.start >= 0 {
            let first = Int(run.start)
            let last = first + Int(run.length) - 1
            let (top, bottom) = (first / width, last / width)
            // A run over a row end covers that row's last column and the next row's first, hence all columns.
            let (left, right) = top == bottom ? (first % width, last % width) : (0, width - 1)
            let part = PixelBox(xMin: left, yMin: top, xMax: right, yMax: bottom)
            box = box?.union(part) ?? part
        }
        return box
    }

    /// Intersection over union of two valid masks; 0 when both are empty.
    func intersectionOverUnion(_ other: Mask) -> Double {
        var (i, j, common) = (0, 0, 0)
        while i < runs.count, j < other.runs.count {
            let (a, b) = (runs[i], other.runs[j])
            let (aEnd, bEnd) = (Int(a.start) + Int(a.length), Int(b.start) + Int(b.length))
            common += max(0, min(aEnd, bEnd) - Int(max(a.start, b.start)))
            if aEnd < bEnd { i += 1 } else { j += 1 }
        }
        let union = area + other.area - common
        return union > 0 ? Double(common) / Double(union) : 0
    }
}

/// A box of pixels with inclusive corners.
package struct PixelBox: Sendable, Hashable {
    /// The outermost pixels, which belong to the box.
    package var xMin, yMin, xMax, yMax: Int

    package init(xMin: Int, yMin: Int, xMax: Int, yMax: Int) {
        self.xMin = xMin
        self.yMin = yMin
        self.xMax = xMax
        self.yMax = yMax
    }

    /// The smallest box around both.
    package func union(_ other: PixelBox) -> PixelBox {
        PixelBox(
            xMin: min(xMin, other.xMin), yMin: min(yMin, other.yMin), xMax: max(xMax, other.xMax),
            yMax: max(yMax, other.yMax))
    }
}
