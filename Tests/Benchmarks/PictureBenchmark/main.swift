// Decodes frames of 300 x 300 with our codecs and with bare C, in turn, and prints the ratio of the medians.
//   PictureBenchmark

import BareCodecs
import Foundation
import Ground
import Images
import SampleData

let rounds = 40
let pairs = 15
let clock = ContinuousClock()

/// A frame with flat parts, gradients and noise: between a rendered room and a photograph.
func frame(noise: Int) -> RGBImage {
    var random = SplitMix64(seed: 1)
    let pixels = (0..<(300 * 300)).flatMap { index -> [UInt8] in
        let (row, column) = (index / 300, index % 300)
        let base = (row / 50 + column / 75) % 4 * 45 + row / 6
        return (0..<3).map { UInt8(min(255, base + $0 * 12 + random.int(0...noise))) }
    }
    return RGBImage(width: 300, height: 300, pixels: pixels)
}

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    try clock.measure(body) / .milliseconds(1) / Double(rounds)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func compare(_ name: String, _ bytes: [UInt8], bare: (UnsafeBufferPointer<UInt8>, inout [UInt8]) -> Int32) throws {
    var pixels = [UInt8](repeating: 0, count: 300 * 300 * 3)
    var (ours, theirs, ratios): ([Double], [Double], [Double]) = ([], [], [])
    for pair in 0...pairs {
        let own = try milliseconds {
            for _ in 0..<rounds { _ = try bytes.withUnsafeBytes { try RGBImage(decoding: $0) } }
        }
        let other = milliseconds { precondition(bytes.withUnsafeBufferPointer { bare($0, &pixels) } == 0) }
        // The first pair warms up.
        if pair > 0 {
            ours.append(own)
            theirs.append(other)
            ratios.append(own / other)
        }
    }
    let same = try bytes.withUnsafeBytes { try RGBImage(decoding: $0) }.pixels == pixels
    print(
        String(
            format: "%@  ours %.3f ms, bare C %.3f ms, ratio %.3f (median of %d pairs; min %.3f, max %.3f), %@ pixels",
            name,
            median(ours), median(theirs), median(ratios), pairs, ratios.min()!, ratios.max()!,
            same ? "the same" : "DIFFERENT"))
}

for noise in [4, 60] {
    let picture = frame(noise: noise)
    try compare("PNG decode, noise \(noise) ", try picture.png()) { bytes, pixels in
        bare_png_decode(bytes.baseAddress, bytes.count, &pixels, Int32(rounds))
    }
    try compare("JPEG decode, noise \(noise)", try picture.jpeg(quality: 90)) { bytes, pixels in
        bare_jpeg_decode(bytes.baseAddress, bytes.count, &pixels, 300, 300, Int32(rounds))
    }
}
let picture = frame(noise: 20)
let resize = milliseconds { for _ in 0..<rounds { _ = picture.resized(width: 56, height: 56) } }
print(String(format: "resize 300 -> 56      %.3f ms", resize))
