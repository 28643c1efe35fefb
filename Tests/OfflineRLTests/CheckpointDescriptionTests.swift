import Episodes
import Foundation
import Networks
import Tensors
import Testing

@testable import OfflineRL

@Suite struct CheckpointDescriptionTests {
    private static let description = CheckpointDescription(
        step: 7,
        settings: LearningSettings(
            algorithm: .filteredBC, batchSize: 32, dataSHA256: "ab", reward: RewardMix(source: .labels(run: "a/b")),
            encoder: "patches", seed: .max),
        network: CheckpointDescription.Network(NetworkShape(.small, features: .patches, vocabularySize: 9)),
        vocabulary: Vocabulary(texts: ["take it"]),
        unrecorded: [CheckpointDescription.Figure(step: 7, split: "train", name: "loss", value: 0.5)])

    /// Members of the settings stand among the others, as they always did: runs are compared by this text, and
    /// checkpoints hold it.
    @Test func theTextIsFlat() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func text(_ value: some Encodable) throws -> String {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        let description = Self.description
        let settings = description.settings
        let members = [
            #""algorithm":"filtered-bc","batchSize":32,"dataSHA256":"ab","encoder":"patches""#,
            #""iql":\#(try text(settings.iql))"#, #""network":\#(try text(description.network))"#,
            #""optimizer":\#(try text(settings.optimizer)),"precision":"float32""#,
            #""reward":{"ends":"absorbing","generatedWeight":1,"source":{"labels":{"run":"a/b"}},"#
                + #""sparseWeight":1,"transform":"scaled"}"#,
            #""seed":18446744073709551615,"shift":0,"step":7,"sums":{"count":0,"names":[],"values":[]}"#,
            #""unrecorded":[{"name":"loss","split":"train","step":7,"value":0.5}],"version":2"#,
            #""vocabulary":["<padding>","<unknown>","it","take"],"window":17"#,
        ]
        #expect(try text(description) == "{" + members.joined(separator: ",") + "}")
    }

    /// The row of a run and its checkpoints are read by the type that writes them.
    @Test func whatIsWrittenIsRead() throws {
        var description = Self.description
        // JSONSerialization has no larger numbers.
        description.settings.seed = 5
        let data = try JSONEncoder().encode(description)
        #expect(try JSONDecoder().decode(CheckpointDescription.self, from: data) == description)
        #expect(try JSONDecoder().decode(LearningSettings.self, from: data) == description.settings)
        var whole = description
        whole.settings.earlyStop = 3
        whole.settings.start = LearningSettings.Start(run: "bc", step: 9, sha256: "cd")
        whole.earlyStop = EarlyStop()
        _ = whole.earlyStop?.note(0.5, step: 4)
        let both = try JSONDecoder().decode(CheckpointDescription.self, from: try JSONEncoder().encode(whole))
        #expect(both == whole && both.earlyStop?.bestStep == 4)
        var members = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for name in members.keys.sorted() {
            let value = members.removeValue(forKey: name)
            let partial = try JSONSerialization.data(withJSONObject: members)
            #expect(throws: DecodingError.self, "\(name)") {
                try JSONDecoder().decode(CheckpointDescription.self, from: partial)
            }
            members[name] = value
        }
    }
}
