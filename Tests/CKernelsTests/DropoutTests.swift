import CKernels
import Testing

@Test func dropoutDropsTheStatedShare() {
    let count = 1 << 17
    for share in [0.1, 0.5, 0.9] {
        let threshold = UInt32(share * 0x1p32)
        var means: [Double] = []
        for key in [0, 1, 2, UInt64.max, 1 << 32, 1 << 63] as [UInt64] {
            let drop = CKDropout(key: key, threshold: threshold, scale: 2)
            let kept = mask(count, drop, from: key &* 999)
            #expect(kept.allSatisfy { $0 == 0 || $0 == 2 })
            means.append(Double(kept.filter { $0 == 0 }.count) / Double(count))
        }
        // Five standard deviations.
        let bound = 5 * (share * (1 - share) / Double(count)).squareRoot()
        for mean in means { #expect(abs(mean - share) < bound, "\(share): \(means)") }
    }
}

/// Neighbours, elements a row apart, and the same element under other keys must not know of each other.
@Test func dropoutsMasksAreNotCorrelated() {
    let count = 1 << 16
    let half = { (key: UInt64) in
        mask(count + 4096, CKDropout(key: key, threshold: 1 << 31, scale: 2), from: 0).map { Double($0) - 1 }
    }
    let base = half(5)
    let bound = 5 / Double(count).squareRoot()
    for distance in [1, 2, 3, 4, 8, 15, 16, 17, 32, 64, 82, 128, 256, 384, 768, 1024, 3072, 4096] {
        var sum = 0.0
        for i in 0..<count { sum += base[i] * base[i + distance] }
        #expect(abs(sum / Double(count)) < bound, "distance \(distance)")
    }
    for key in [4, 6, 7, 5 + 1 << 32, 5 + 1 << 60] as [UInt64] {
        let other = half(key)
        for distance in [0, 1, 16] {
            var sum = 0.0
            for i in 0..<count { sum += base[i] * other[i + distance] }
            #expect(abs(sum / Double(count)) < bound, "key \(key), distance \(distance)")
        }
    }
    // Sums of 64 in a row spread as those of independent halves do.
    var squares = 0.0
    for block in 0..<(count / 64) {
        let sum = base[(64 * block)..<(64 * block + 64)].reduce(0, +)
        squares += sum * sum
    }
    let variance = squares / Double(count / 64) / 64
    #expect(abs(variance - 1) < 5 * (2 / Double(count / 64)).squareRoot(), "\(variance)")
}

@Test func dropoutDependsOnlyOnTheElementsIndex() {
    let whole = mask(1000, third, from: 0)
    for first in [1, 3, 16, 21, 500] {
        #expect(mask(1000 - first, third, from: UInt64(first)) == Array(whole[first...]))
    }
    let across = mask(64, third, from: UInt64(UInt32.max) - 20)
    #expect(mask(40, third, from: UInt64(UInt32.max) + 4) == Array(across[24...]))
    var random = Generator(1)
    let x = random.floats(1000)
    var inPlace = x
    var (source, out) = (x, x)
    ck_dropout_backward(&source, &out, 1000, third, 0)
    inPlace.withUnsafeMutableBufferPointer { ck_dropout_backward($0.baseAddress, $0.baseAddress, 1000, third, 0) }
    #expect(inPlace == out)
    #expect(out == zip(x, whole).map { $0 * $1 })
    ck_dropout_backward(x, &out, 1000, none, 0)
    #expect(out == x)
}
