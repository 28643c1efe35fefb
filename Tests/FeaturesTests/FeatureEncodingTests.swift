@testable import ALFRED
import Episodes
import Features
import Foundation
import Synchronization
import TestSupport
import StoreFixture
import Testing

struct FeatureEncodingTests {
    // MARK: Segmentation

    /// A cell's shares add up to 1, and what an action is about has about as many pixels as its recorded mask.
    @Test func segmentationShowsWhatIsThere() async throws {
        let place = try EncodingPlace()
        try await place.ingest()
        let report = try await place.encode(.segmentation)
        #expect(report.shape == [82, 7, 7] && report.isOracle)
        let count = try place.store().number("SELECT count(*) FROM frames WHERE record IS NOT NULL")
        #expect(report.records == count && report.computed == count && report.records > 20)
        for record in 0..<report.records {
            let shares = try place.record(record, .segmentation)
            let sums = (0..<49).map { cell in (0..<82).reduce(Float(0)) { $0 + Float(shares[$1 * 49 + cell]) } }
            #expect(sums == [Float](repeating: 1, count: 49))
        }
        var checked = 0
        for folder in try place.episodeFolders() {
            let trajectory = try Trajectory(contentsOf: folder + "/traj_data.json")
            for (t, action) in (trajectory.plan?.lowActions ?? []).enumerated() {
                guard let mask = action.target?.mask, let id = action.targetObjectID,
                    let objectClass = ObjectClass(objectID: id)
                else { continue }
                let record = try place.store().number(
                    """
                    SELECT f.record FROM frames f JOIN episodes e ON e.id = f.episode_id
                    WHERE e.task_id = '\(trajectory.taskID)' AND f.t = \(t) AND f.record IS NOT NULL
                    """)
                let shares = try place.record(record, .segmentation)
                let shown = shares[(Int(objectClass.id) * 49)...].prefix(49).reduce(0) { $0 + Double($1) } / 49
                let masked = Double(mask.runs.reduce(0) { $0 + Int($1.length) }) / 90_000
                // Others of the class may be in view as well; the edges differ with the size of the picture.
                #expect(shown > 0.7 * masked - 0.0005, "\(id): \(shown) of \(masked)")
                checked += 1
            }
        }
        #expect(checked > 3)
    }

    // MARK: Going on

    @Test func goesOnAfterACut() async throws {
        let place = try EncodingPlace()
        try await place.ingest()
        let whole = try await place.encode(.segmentation)
        let expected = try place.records(.segmentation)
        for suffix in ["", ".json"] {
            try FileManager.default.removeItem(atPath: place.features + "segmentation.features" + suffix)
        }
        // Asked after the first step of the work.
        let partial = try await place.encode(.segmentation, { $0.threads = 1 }) { true }
        #expect(partial.wasInterrupted && partial.records < whole.records)
        let asked = Mutex(0)
        let next = try await place.encode(.segmentation, { $0.threads = 1 }) {
            asked.withLock { asked in
                asked += 1
                return asked >= 3
            }
        }
        #expect(next.records > partial.records && next.records < whole.records)
        let early = try place.manifest(.segmentation)
        let done = try await place.encode(.segmentation)
        #expect(try place.records(.segmentation) == expected)
        #expect(done.records == whole.records && done.computed == whole.records - next.records)
        let again = try await place.encode(.segmentation)
        #expect(again.computed == 0 && again.records == whole.records)

        // As a crash leaves it after the records' commit and before the manifest's.
        try early.write(to: URL(fileURLWithPath: place.features + "segmentation.features.json"))
        let redone = try await place.encode(.segmentation)
        #expect(redone.computed == whole.records - next.records)
        #expect(try place.records(.segmentation) == expected)
    }

    @Test func leavesOtherSplitsOut() async throws {
        let place = try EncodingPlace()
        try await place.ingest()
        let splits = try place.splits()
        try #require(splits.count > 1)
        let all = try await place.encode(.segmentation)
        let expected = try (0..<all.records).map { try place.record($0, .segmentation) }
        await refusal("are of all splits") { try await place.encode(.segmentation) { $0.splits = [splits[1].name] } }
        for suffix in ["", ".json"] {
            try FileManager.default.removeItem(atPath: place.features + "segmentation.features" + suffix)
        }
        let report = try await place.encode(.segmentation) { $0.splits = [splits[1].name] }
        #expect(report.computed == splits[1].records)
        #expect(report.records == splits[0].records + splits[1].records)
        for record in 0..<report.records {
            let features = try place.record(record, .segmentation)
            if record < splits[0].records {
                #expect(features.contains { !$0.isNaN } == false)
            } else {
                #expect(features == expected[record])
            }
        }
        await refusal("no frames in a split nowhere") {
            try await place.encode(.segmentation) { $0.splits = ["nowhere"] }
        }
    }

    @Test func refusesWhatBelongsToOtherEpisodes() async throws {
        let place = try EncodingPlace()
        try await place.ingest()
        _ = try await place.encode(.segmentation)
        try place.write("UPDATE episodes SET content_sha256 = zeroblob(32) WHERE id = 1")
        await refusal("has changed since its features were computed") { try await place.encode(.segmentation) }
        let manifest = place.features + "segmentation.features.json"
        try Data("{}".utf8).write(to: URL(fileURLWithPath: manifest))
        await refusal("does not say what the features") { try await place.encode(.segmentation) }
        try FileManager.default.removeItem(atPath: manifest)
        await refusal("is missing; delete") { try await place.encode(.segmentation) }
    }

    // MARK: featConv

    @Test func copiesFeatureRows() async throws {
        let place = try EncodingPlace()
        for folder in try place.episodeFolders() { try addFeatures(to: folder, lacking: 0) }
        try await place.ingest()
        let report = try await place.encode(.featConv)
        #expect(report.shape == [5, 7, 7] && !report.isOracle)
        let records = try place.store().numbers("SELECT record FROM frames ORDER BY 1")
        let rows = try place.store().numbers("SELECT feature_row FROM frames ORDER BY record")
        #expect(report.records == records.count)
        for (record, row) in zip(records, rows) {
            let features = try place.record(record, .featConv)
            #expect(features == Self.row(row).map { Float16($0) })
        }
    }

    @Test func saysWhichFeaturesAreMissing() async throws {
        let place = try EncodingPlace()
        let folders = try place.episodeFolders()
        try await place.ingest()
        await refusal("has no feat_conv.pt", .missing) { try await place.encode(.featConv) }
        for folder in folders { try addFeatures(to: folder, lacking: 1) }
        try await place.ingest()
        await refusal("has no row for observation", .missing) { try await place.encode(.featConv) }
    }

    private static func row(_ row: Int) -> [Float] { (0..<(5 * 49)).map { Float(row) + Float($0) / 1000 } }

    private func addFeatures(to folder: String, lacking: Int) throws {
        let trajectory = try Trajectory(contentsOf: folder + "/traj_data.json")
        let rows = (0..<(trajectory.actionCount + 1 - lacking)).map { Self.row($0) }
        try Data(FeatureFile.legacyFile(frames: rows, frameShape: [5, 7, 7])).write(
            to: URL(fileURLWithPath: folder + "/feat_conv.pt"))
    }
}

/// Expects an ``EncodingError`` with `text`.
func refusal(
    _ text: String, _ code: EncodingError.Code? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> FeatureEncoding.Report
) async {
    do {
        let report = try await body()
        Issue.record("no error: \(report)", sourceLocation: sourceLocation)
    } catch let error as EncodingError {
        #expect(error.description.contains(text), "\(error)", sourceLocation: sourceLocation)
        if let code { #expect(error.code == code, sourceLocation: sourceLocation) }
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
}
