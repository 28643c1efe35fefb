import CKernels
import Testing

/// One head among others: rows are wider than the head.
private struct Head {
    var queries: Int
    var keys: Int
    var size: Int
    var dropout: CKDropout
    var q, k, v, dout: [Float]
    var mask: [UInt64]
    let words: Int
    let scale: Float

    var queryStride: Int { size + 5 }
    var keyStride: Int { 2 * size }
    var valueStride: Int { size + 1 }
    var outStride: Int { size + 3 }
    var padded: Int { (keys + 15) / 16 * 16 }

    enum Visible { case all, one, some }

    init(queries: Int, keys: Int, size: Int, visible: Visible, dropout: CKDropout, seed: Int) {
        var random = Generator(seed)
        self.queries = queries
        self.keys = keys
        self.size = size
        self.dropout = dropout
        scale = 1 / Float(size).squareRoot()
        words = (keys + 63) / 64
        mask = [UInt64](repeating: 0, count: queries * words)
        for i in 0..<queries {
            let sure = random.below(keys)
            for j in 0..<keys {
                let seen =
                    switch visible {
                    case .all: true
                    case .one: false
                    case .some: random.below(2) == 0
                    }
                if seen || j == sure { mask[i * words + j / 64] |= 1 << UInt64(j % 64) }
            }
            // Bits after the last key mean nothing.
            if keys % 64 != 0 { mask[i * words + words - 1] |= UInt64.max << UInt64(keys % 64) }
        }
        (q, k, v, dout) = ([], [], [], [])
        q = random.floats(queries * queryStride, scale: 3)
        k = random.floats(keys * keyStride, scale: 3)
        v = random.floats(keys * valueStride)
        dout = random.floats(queries * outStride)
    }

    func sees(_ i: Int, _ j: Int) -> Bool {
        mask[i * words + j / 64] >> UInt64(j % 64) & 1 == 1
    }

    struct Results {
        var out, probabilities, dq, dk, dv: [Float]
    }

    /// What lies between the rows must stay 7.
    func run() -> Results {
        var r = Results(
            out: [Float](repeating: 7, count: queries * outStride),
            probabilities: [Float](repeating: 7, count: queries * padded),
            dq: [Float](repeating: 7, count: queries * queryStride),
            dk: [Float](repeating: 7, count: keys * keyStride), dv: [Float](repeating: 7, count: keys * valueStride))
        let count = ck_attention_scratch(queries, keys, size)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: max(4 * count, 4), alignment: 64)
        let floats = scratch.bindMemory(to: Float.self, capacity: count)
        defer { scratch.deallocate() }
        for i in 0..<count { floats[i] = .nan }
        q.withUnsafeBufferPointer { q in
            k.withUnsafeBufferPointer { k in
                v.withUnsafeBufferPointer { v in
                    mask.withUnsafeBufferPointer { mask in
                        r.probabilities.withUnsafeMutableBufferPointer { p in
                            var attention = CKAttention(
                                q: q.baseAddress, k: k.baseAddress, v: v.baseAddress, q_stride: queryStride,
                                k_stride: keyStride, v_stride: valueStride, out_stride: outStride, queries: queries,
                                keys: keys, head_size: size, mask: mask.baseAddress, mask_words: words, scale: scale,
                                probabilities: p.baseAddress, dropout: dropout, first_element: 321, scratch: floats)
                            ck_attention_forward(&attention, &r.out)
                            for i in 0..<count { floats[i] = .nan }
                            ck_attention_backward(&attention, dout, &r.dq, &r.dk, &r.dv)
                        }
                    }
                }
            }
        }
        return r
    }

    struct Reference {
        var out, probabilities, dq, dk, dv: [Double]
    }

    func reference() -> Reference {
        var r = Reference(
            out: [Double](repeating: 7, count: queries * outStride),
            probabilities: [Double](repeating: 0, count: queries * padded),
            dq: [Double](repeating: 7, count: queries * queryStride),
            dk: [Double](repeating: 7, count: keys * keyStride), dv: [Double](repeating: 7, count: keys * valueStride))
        for d in 0..<size {
            for i in 0..<queries {
                r.out[i * outStride + d] = 0
                r.dq[i * queryStride + d] = 0
            }
            for j in 0..<keys {
                r.dk[j * keyStride + d] = 0
                r.dv[j * valueStride + d] = 0
            }
        }
        let keep = CKernelsTests.mask(queries * padded, dropout, from: 321)
        for i in 0..<queries {
            let seen = (0..<keys).filter { sees(i, $0) }
            let scores = seen.map { j in
                (0..<size).reduce(0.0) { $0 + Double(q[i * queryStride + $1]) * Double(k[j * keyStride + $1]) }
                    * Double(scale)
            }
            let top = scores.max() ?? 0
            let sum = scores.reduce(0) { $0 + exponential($1 - top) }
            let p = scores.map { exponential($0 - top) / sum }
            let kept = seen.map { Double(keep[i * padded + $0]) }
            var gradients = [Double]()
            for (n, j) in seen.enumerated() {
                r.probabilities[i * padded + j] = p[n]
                var gradient = 0.0
                for d in 0..<size {
                    r.out[i * outStride + d] += p[n] * kept[n] * Double(v[j * valueStride + d])
                    r.dv[j * valueStride + d] += p[n] * kept[n] * Double(dout[i * outStride + d])
                    gradient += Double(dout[i * outStride + d]) * Double(v[j * valueStride + d]) * kept[n]
                }
                gradients.append(gradient)
            }
            let delta = zip(p, gradients).reduce(0) { $0 + $1.0 * $1.1 }
            for (n, j) in seen.enumerated() {
                let ds = p[n] * (gradients[n] - delta) * Double(scale)
                for d in 0..<size {
                    r.dq[i * queryStride + d] += ds * Double(k[j * keyStride + d])
                    r.dk[j * keyStride + d] += ds * Double(q[i * queryStride + d])
                }
            }
        }
        return r
    }
}

/// By squaring: enough for a reference, and needs no C library.
private func exponential(_ x: Double) -> Double {
    let small = x / 1024
    var (sum, term) = (1.0, 1.0)
    for n in 1...8 {
        term *= small / Double(n)
        sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
}

@Test(arguments: [none, third])
func attentionMatchesItsFormulas(dropout: CKDropout) {
    var cases = [
        (0, 5, 16), (1, 1, 16), (1, 1, 1), (1, 16, 32), (2, 17, 32), (5, 33, 64), (6, 64, 64), (7, 48, 32),
        (25, 40, 32),
        (70, 80, 64), (10, 20, 64), (3, 150, 32), (24, 200, 16), (49, 65, 48), (4, 512, 16), (9, 30, 20), (26, 13, 5),
    ]
    for rows in 1...13 { cases.append((rows, 70 - rows, 32)) }
    for (n, (queries, keys, size)) in cases.enumerated() {
        for visible in [Head.Visible.all, .one, .some] {
            let head = Head(queries: queries, keys: keys, size: size, visible: visible, dropout: dropout, seed: n)
            let (values, right) = (head.run(), head.reference())
            let name = "\(queries) queries, \(keys) keys of \(size), \(visible):"
            expectClose(values.probabilities, right.probabilities, within: 4e-6, "\(name) probabilities")
            expectClose(values.out, right.out, within: 4e-6, "\(name) out")
            expectClose(values.dq, right.dq, within: 1e-5, "\(name) dq")
            expectClose(values.dk, right.dk, within: 1e-5, "\(name) dk")
            expectClose(values.dv, right.dv, within: 1e-5, "\(name) dv")
        }
    }
}

@Test func hiddenKeysGetExactlyNothing() {
    let head = Head(queries: 9, keys: 83, size: 32, visible: .some, dropout: none, seed: 4)
    let p = head.run().probabilities
    for i in 0..<9 {
        for j in 0..<head.padded where j >= 83 || !head.sees(i, j) { #expect(p[i * head.padded + j] == 0) }
        let sum = p[(i * head.padded)..<((i + 1) * head.padded)].reduce(0, +)
        #expect(abs(sum - 1) < 1e-6)
    }
}

@Test func hiddenKeysValuesDoNotMatter() {
    let head = Head(queries: 5, keys: 40, size: 64, visible: .one, dropout: none, seed: 4)
    var other = head
    for j in 0..<40 where !(0..<5).contains(where: { head.sees($0, j) }) {
        for d in 0..<64 {
            other.k[j * head.keyStride + d] *= 1000
            other.v[j * head.valueStride + d] *= 1000
        }
    }
    #expect(head.run().out == other.run().out)
    #expect(head.run().dq == other.run().dq)
}

@Test func farScoresNeitherOverflowNorVanish() {
    var head = Head(queries: 6, keys: 33, size: 32, visible: .some, dropout: none, seed: 8)
    head.q = head.q.map { $0 * 1e4 }
    let r = head.run()
    #expect(ck_all_finite(r.out, r.out.count) == 1)
    #expect(ck_all_finite(r.dk, r.dk.count) == 1)
    for i in 0..<6 {
        let sum = r.probabilities[(i * head.padded)..<((i + 1) * head.padded)].reduce(0, +)
        #expect(abs(sum - 1) < 1e-6)
    }
}

@Test func aQuerysResultDoesNotDependOnItsNeighbours() {
    let head = Head(queries: 31, keys: 50, size: 32, visible: .some, dropout: none, seed: 9)
    let whole = head.run()
    for i in [0, 1, 7, 30] {
        var one = head
        one.queries = 1
        one.q = Array(head.q[(i * head.queryStride)...])
        one.mask = Array(head.mask[(i * head.words)...])
        #expect(one.run().out[..<32] == whole.out[(i * head.outStride)..<(i * head.outStride + 32)])
    }
}
