import Foundation
import Testing

@testable import RewardLint

/// The report's JSON byte for byte: which random numbers are drawn and in which order sums are made is part of it.
///
/// The hashes are FNV-1a of what the lint wrote when it was released, sorted keys in snake case, indented.
@Suite struct LintGoldenTests {
    struct Golden: CustomTestStringConvertible {
        var labels: SyntheticLabels
        var seed: UInt64
        var byteCount: Int
        var hash: UInt64
        var testDescription: String { "\(labels.annotator)" }
    }

    private static let goldens = [
        Golden(labels: SyntheticLabels(), seed: 0, byteCount: 16653, hash: 0x7b22_c480_484f_c9f7),
        Golden(
            labels: SyntheticLabels(annotator: .random, seed: 3, episodes: 25), seed: 7, byteCount: 17592,
            hash: 0x137a_c307_ede9_4de6),
        Golden(
            labels: SyntheticLabels(annotator: .late(1), seed: 5, episodes: 30, hasProgress: false), seed: 11,
            byteCount: 14814, hash: 0x537c_6d4f_051b_1bd0),
        // More episodes than groups are drawn.
        Golden(
            labels: SyntheticLabels(annotator: .compressed(0.6), seed: 9, episodes: 1200, failing: 0.4), seed: 13,
            byteCount: 15998, hash: 0x5b8b_bf43_377b_c809),
    ]

    @Test(arguments: goldens) func theReportIsTheSameBytes(_ golden: Golden) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let report = RewardLint(seed: golden.seed).report(golden.labels.spans())
        let text = String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
        #expect(text.utf8.count == golden.byteCount)
        #expect(text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } == golden.hash)
    }
}
