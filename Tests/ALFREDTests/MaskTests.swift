import Ground
import SampleData
import Testing

@testable import ALFRED

@Suite struct MaskTests {
    /// Every bitmap of 4 x 3 pixels.
    @Test func everySmallBitmapSurvivesTheCodec() throws {
        let (width, count) = (4, 12)
        for pattern in 0..<(1 << count) {
            let bitmap = (0..<count).map { pattern >> $0 & 1 == 1 }
            let mask = Mask(bitmap: bitmap)
            try #require(mask.bitmap(pixelCount: count) == bitmap)
            try #require(mask.firstProblem(pixelCount: count) == nil)
            try #require(mask.area == bitmap.count { $0 })
            let set = bitmap.indices.filter { bitmap[$0] }
            let box =
                set.isEmpty
                ? nil
                : PixelBox(
                    xMin: set.map { $0 % width }.min()!, yMin: set.first! / width, xMax: set.map { $0 % width }.max()!,
                    yMax: set.last! / width)
            try #require(mask.tightBox(width: width) == box, "pattern \(pattern)")
        }
    }

    @Test func intersectionOverUnionIsThatOfTheBitmaps() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<400 {
            let density = random.int(1...9)
            let a = (0..<60).map { _ in random.int(0...9) < density }
            let b = (0..<60).map { _ in random.int(0...9) < density }
            let both = zip(a, b).count { $0 && $1 }
            let either = zip(a, b).count { $0 || $1 }
            let expected = either == 0 ? 0 : Double(both) / Double(either)
            try #require(Mask(bitmap: a).intersectionOverUnion(Mask(bitmap: b)) == expected)
        }
    }

    @Test func runsAreMaximalAndCrossRowEnds() {
        #expect(
            Mask(bitmap: [false, true, true, true, false, true]).runs == [
                .init(start: 1, length: 3), .init(start: 5, length: 1),
            ])
        #expect(
            Mask(runs: [.init(start: 0, length: 90000)]).tightBox() == PixelBox(xMin: 0, yMin: 0, xMax: 299, yMax: 299))
        #expect(Mask(runs: [.init(start: 299, length: 2)]).tightBox() == PixelBox(xMin: 0, yMin: 0, xMax: 299, yMax: 1))
    }

    @Test(arguments: [
        ([Mask.Run(start: 89_999, length: 2)], "run [89999, 2] leaves the frame of 90000 pixels"),
        ([Mask.Run(start: -1, length: 2)], "run [-1, 2] leaves the frame of 90000 pixels"),
        ([Mask.Run(start: 5, length: 0)], "run [5, 0] has no pixels"),
        ([Mask.Run(start: 5, length: -3)], "run [5, -3] has no pixels"),
        (
            [Mask.Run(start: 5, length: 5), Mask.Run(start: 9, length: 1)],
            "run [9, 1] begins before pixel 10, where the last ended"
        ),
        (
            [Mask.Run(start: Int32.max, length: Int32.max)],
            "run [2147483647, 2147483647] leaves the frame of 90000 pixels"
        ),
    ])
    func impossibleRunsAreNamed(_ runs: [Mask.Run], _ reason: String) {
        let mask = Mask(runs: runs)
        #expect(mask.firstProblem()?.reason == reason)
        // Whatever the runs, nothing overflows.
        _ = (mask.bitmap(), mask.tightBox(), mask.area)
    }
}
