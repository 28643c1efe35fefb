@testable import ALFRED
import Episodes
import ExperimentStore
import Foundation
import Frames
import Images
import SampleData
import StoreFixture
import TestSupport
import Testing

@testable import Ingestion

/// A sample dataset on disk and a store beside it.
final class Workplace {
    let folder: TemporaryFolder
    var root: String { folder("data-root") }
    var storePath: String { folder("x.sqlite") }
    var data: String { root + "/data/json_2.1.0" }

    init(trajectories: [String: Int] = ["train": 3, "valid_seen": 1, "tests_seen": 1], seed: UInt64 = 0) throws {
        folder = try TemporaryFolder()
        var sample = SampleDataset(seed: seed)
        sample.trajectories = trajectories
        try sample.write(to: root)
    }

    func ingest(
        _ change: (inout ALFREDIngest.Options) -> Void = { _ in }, shouldStop: @Sendable () -> Bool = { false }
    ) async throws -> IngestReport {
        var options = ALFREDIngest.Options(root: root)
        change(&options)
        let store = try ExperimentStore(storePath, access: .write)
        defer { try? store.close() }
        return try await ALFREDIngest(options).run(into: store, shouldStop: shouldStop)
    }

    func store() throws -> ExperimentStore { try ExperimentStore(storePath, access: .read) }

    /// The files of the training trajectories, sorted.
    func trajectoryFiles(_ split: String = "train") throws -> [String] {
        try Release(root: root).trajectories(in: split).trajectories.map(\.file)
    }

    /// Everything in the store as text, but for times.
    func dump() throws -> String {
        let store = try self.store()
        return try [
            "scenes", "episodes", "annotations", "subtasks", "subgoals", "transitions", "frames", "instructions",
        ].flatMap { table in
            let columns = try store.texts("SELECT name FROM pragma_table_info('\(table)')")
            let kept = columns.filter { $0 != "source_stamp" }.map { $0.hasSuffix("sha256") ? "hex(\($0))" : $0 }
            return try store.rows("SELECT \(kept.joined(separator: ", ")) FROM \(table) ORDER BY 1, 2").map {
                "\(table) \($0.joined(separator: "|"))"
            }
        }.joined(separator: "\n")
    }

    func change(_ path: String, _ edit: (String) -> String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try edit(text).write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Every check of the store and of its frames.
    func findings() throws -> [Verification.Finding] {
        let store = try ExperimentStore(storePath, access: .read)
        var findings = try store.read { try Verification.fileFindings($0) }
        for check in Verification.checks { findings += try store.read { try Verification.findings(of: check, $0) } }
        return try findings + FrameVerification.run(store).findings
    }
}

@Suite struct IngestionTests {
    @Test func theSampleIsStoredWhole() async throws {
        let place = try Workplace()
        let report = try await place.ingest()
        #expect(report.problems == [] && report.notes == [] && report.isComplete)
        #expect(report.splits.map(\.name) == ["train", "valid_seen", "tests_seen"])
        #expect(report.total.new == 5 && report.total.trajectories == 5)
        #expect(try place.findings() == [])
        let summary = try #require(try place.store().read { try DatasetSummary.all($0) }.first)
        let train = try #require(summary.splits.first)
        #expect(train.samples == 9 && train.instructions == ["task": 9, "primitive": 18, "composite": 9])
        #expect(train.frames.present == train.transitions + 3 && train.frames.missing == 0)
        // Tests come without a plan.
        let tests = try #require(summary.splits.last)
        #expect(tests.episodes == 1 && tests.samples == 3 && tests.transitions == 0 && tests.frames.observations == 0)
        #expect(tests.episodesByTaskType == ["(none)": 1])
        // JPEG for train and PNG for valid_seen, whatever traj_data.json says.
        let paths = try place.store().texts("SELECT path FROM frame_list ORDER BY episode_id, t")
        #expect(paths.first?.hasSuffix("raw_images/000000000.jpg") == true && paths.last?.hasSuffix(".png") == true)
    }

    @Test func theRecordsAreThePicturesMadeSmall() async throws {
        let place = try Workplace(trajectories: ["valid_seen": 1])
        _ = try await place.ingest { $0.frameSide = 28 }
        let dataset = try #require(try place.store().read { try DatasetRow.named("alfred", $0) })
        let frames = try FrameStore(place.folder("x.sqlite.alfred.frames"))
        #expect(frames.identifier == dataset.frameStoreID)
        #expect(frames.format.shape == [28, 28, 3])
        let rows = try place.store().rows("SELECT path, record, width, height FROM frames ORDER BY t")
        #expect(rows.count == frames.count)
        for row in rows {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: place.data + "/" + row[0]))
            let image = try bytes.withUnsafeBytes { try RGBImage(decoding: $0) }
            #expect(["\(image.width)", "\(image.height)"] == row[2...])
            let expected = image.resized(width: 28, height: 28).pixels
            #expect(frames.withFrame(try #require(Int(row[1]))) { Array($0) } == expected)
        }
    }

    @Test func aSecondRunChangesNothing() async throws {
        let place = try Workplace()
        _ = try await place.ingest()
        let store = try Data(contentsOf: URL(fileURLWithPath: place.storePath))
        let frames = try Data(contentsOf: URL(fileURLWithPath: place.folder("x.sqlite.alfred.frames")))
        let second = try await place.ingest()
        #expect(second.total.new == 0 && second.total.changed == 0 && second.total.unchanged == 5)
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.storePath)) == store)
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.folder("x.sqlite.alfred.frames"))) == frames)
    }

    /// Copied data has other times; its contents count.
    @Test func newTimesAloneChangeNothing() async throws {
        let place = try Workplace()
        _ = try await place.ingest()
        let before = try place.dump()
        for file in try place.trajectoryFiles() {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: file)
        }
        let second = try await place.ingest()
        #expect(second.total.unchanged == 5 && second.total.changed == 0)
        #expect(try place.dump() == before)
    }

    @Test func anyNumberOfWorkersGivesTheSameStore() async throws {
        var dumps: Set<String> = []
        for workers in [1, 2, 7] {
            let place = try Workplace(trajectories: ["train": 20, "valid_seen": 2])
            _ = try await place.ingest { $0.workers = workers }
            dumps.insert(try place.dump())
        }
        #expect(dumps.count == 1)
    }

    @Test func aChangedTrajectoryIsReplaced() async throws {
        let place = try Workplace()
        _ = try await place.ingest()
        let files = try place.trajectoryFiles()
        let ids = try place.store().rows("SELECT id, key FROM episodes")
        try place.change(files[1]) { $0.replacing("Put the", with: "Please put the") }
        let second = try await place.ingest()
        #expect(second.total.changed == 1 && second.total.unchanged == 4)
        #expect(try place.store().rows("SELECT id, key FROM episodes") == ids)
        let goals = try place.store().texts("SELECT text FROM instructions WHERE kind = 'task' AND text LIKE 'Please%'")
        #expect(goals.count == 1)
        #expect(try place.findings() == [])
    }

    @Test func aStopKeepsWhatWasReadAndTheNextRunGoesOn() async throws {
        let place = try Workplace(trajectories: ["train": 90])
        let stopped = try await place.ingest(shouldStop: { true })
        #expect(!stopped.isComplete && stopped.wasInterrupted)
        #expect(stopped.total.new < 90)
        #expect(try place.findings() == [])
        let rest = try await place.ingest()
        #expect(rest.total.unchanged == stopped.total.new && rest.total.new == 90 - stopped.total.new)
        let whole = try Workplace(trajectories: ["train": 90])
        _ = try await whole.ingest()
        #expect(try place.dump() == whole.dump())
    }

    // MARK: Files that cannot be used

    private struct Damage: Sendable, CustomTestStringConvertible {
        var name: String
        var edit: @Sendable (String) -> String
        var reason: String
        var testDescription: String { name }
    }

    private static let damages = [
        Damage(name: "truncated", edit: { String($0.prefix(5000)) }, reason: "truncated JSON: it ends where"),
        Damage(name: "empty", edit: { _ in "" }, reason: "line 1, column 1: the file is empty"),
        Damage(
            name: "no scene", edit: { $0.replacing("\"scene\":", with: "\"scent\":") },
            reason: "missing key \"scene\""),
        Damage(
            name: "wrong type", edit: { $0.replacing("\"scene_num\": 100", with: "\"scene_num\": true, \"x\": 100") },
            reason: "scene.scene_num: expected an integer, found a boolean"),
        Damage(
            name: "NaN", edit: { $0.replacing("\"y\": 0.95", with: "\"y\": NaN") },
            reason: "NaN is not a number in JSON"),
        Damage(
            name: "images", edit: { $0.replacing("\"low_idx\": 1\n", with: "\"low_idx\": 2\n") },
            reason: "images[1]: low_idx is 2, expected 0 or 1"),
    ]

    @Test(arguments: damages)
    private func aBadFileIsReportedAndTheRestKept(_ damage: Damage) async throws {
        let place = try Workplace()
        let bad = try place.trajectoryFiles()[1]
        try place.change(bad, damage.edit)
        let report = try await place.ingest()
        #expect(report.total.new == 4 && report.total.skipped == 1 && report.isComplete)
        let problem = try #require(report.problems.first)
        #expect(report.problems.count == 1)
        #expect(place.data + "/" + problem.path == bad)
        #expect(problem.reason.contains(damage.reason), "\(problem.reason)")
        #expect(try place.findings() == [])
        // It is tried again, and taken once it is mended.
        #expect(try await place.ingest().problems == report.problems)
    }

    @Test func aFileThatWasGoodStaysWhenItTurnsBad() async throws {
        let place = try Workplace()
        _ = try await place.ingest()
        let before = try place.dump()
        try place.change(try place.trajectoryFiles()[0]) { String($0.dropLast(30)) }
        let report = try await place.ingest()
        #expect(report.total.skipped == 1 && report.total.unchanged == 4)
        #expect(try place.dump() == before)
    }

    @Test func strictStopsAtTheFirstProblem() async throws {
        let place = try Workplace(trajectories: ["train": 6, "valid_seen": 2])
        let files = try place.trajectoryFiles()
        for bad in [files[2], files[4]] { try place.change(bad) { _ in "{" } }
        let report = try await place.ingest { $0.isStrict = true }
        #expect(report.problems.map(\.path) == [String(files[2].dropFirst(place.data.count + 1))])
        #expect(!report.isComplete && !report.wasInterrupted)
        #expect(report.total.new == 2)
        #expect(try place.store().number("SELECT count(*) FROM episodes") == 2)
    }

    @Test func unreadablePicturesAreReported() async throws {
        let place = try Workplace(trajectories: ["train": 2])
        let folders = try place.trajectoryFiles().map { ($0 as NSString).deletingLastPathComponent + "/raw_images/" }
        let whole = try Data(contentsOf: URL(fileURLWithPath: folders[0] + "000000003.jpg"))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folders[0] + "000000003.jpg"))
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: folders[0] + "000000004.jpg"))
        try FileManager.default.removeItem(atPath: folders[0] + "000000005.jpg")
        let report = try await place.ingest()
        #expect(report.total.new == 2 && report.total.skipped == 0)
        #expect(report.problems.count == 2)
        #expect(
            report.problems[0].path.hasSuffix("raw_images/000000003.jpg")
                && report.problems[0].reason.hasPrefix("damaged JPEG: "))
        #expect(
            report.problems[1].path.hasSuffix("raw_images/000000004.jpg")
                && report.problems[1].reason == "is neither a PNG nor a JPEG")
        let frames = try #require(try place.store().read { try DatasetSummary.all($0) }.first?.splits.first?.frames)
        #expect(frames.unreadable == 2 && frames.missing == 1)
        #expect(try place.findings() == [])
        // Reported again until it is mended.
        #expect(try await place.ingest().problems.count == 2)
        try whole.write(to: URL(fileURLWithPath: folders[0] + "000000003.jpg"))
        try whole.write(to: URL(fileURLWithPath: folders[0] + "000000004.jpg"))
        let mended = try await place.ingest()
        #expect(mended.problems == [] && mended.total.changed == 1)
        #expect(try place.findings() == [])
    }

    @Test func changedPicturesAreFoundByVerification() async throws {
        let place = try Workplace(trajectories: ["train": 1])
        _ = try await place.ingest()
        let folder = (try place.trajectoryFiles()[0] as NSString).deletingLastPathComponent + "/raw_images/"
        let other = try Data(contentsOf: URL(fileURLWithPath: folder + "000000000.jpg"))
        try other.write(to: URL(fileURLWithPath: folder + "000000001.jpg"))
        try FileManager.default.removeItem(atPath: folder + "000000002.jpg")
        let frames = place.folder("x.sqlite.alfred.frames")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: frames))
        bytes[4096 + 100] ^= 1
        try bytes.write(to: URL(fileURLWithPath: frames))
        let messages = try place.findings().map { $0.place + ": " + $0.message }
        #expect(messages.count == 3)
        #expect(messages[0].hasSuffix("observation 0: \(frames): record 0 does not match its checksum"))
        #expect(messages[1].hasSuffix("000000001.jpg: has changed since it was ingested"))
        #expect(messages[2].hasSuffix("000000002.jpg: cannot open: No such file or directory"))
    }

    @Test(arguments: [(0, 1), (-1, 1), (9, 1), (30, 0)])
    func featuresAreTakenWhenTheyFit(_ extra: Int, _ expected: Int) async throws {
        let place = try Workplace(trajectories: ["train": 1])
        let file = try place.trajectoryFiles()[0]
        let count = try Trajectory(contentsOf: file).actionCount + 1
        let features = FeatureFile.legacyFile(
            frames: [[Float]](repeating: [1, 2, 3, 4], count: count + extra), frameShape: [1, 2, 2])
        try Data(features).write(
            to: URL(fileURLWithPath: (file as NSString).deletingLastPathComponent + "/feat_conv.pt"))
        let report = try await place.ingest()
        let rows = try place.store().texts("SELECT feature_row FROM frames ORDER BY t").map { Int($0) }
        if expected == 0 {
            #expect(
                report.problems.map(\.reason) == [
                    "has \(count + extra) frames; expected \(count - 1) or \(count) (one per action), or "
                        + "\(count - 1) to \(count + 9) (one per image)"
                ])
            #expect(rows.allSatisfy { $0 == nil })
        } else {
            #expect(report.problems == [])
            #expect(rows == (0..<count).map { extra == -1 && $0 == count - 1 ? nil : $0 })
        }
        #expect(report.total.new == 1)
    }

    // MARK: Splits file

    @Test func withoutASplitsFileEveryAnnotationIsASample() async throws {
        let place = try Workplace(trajectories: ["train": 2])
        try FileManager.default.removeItem(atPath: place.root + "/data/splits")
        let report = try await place.ingest()
        #expect(report.problems == [])
        #expect(try place.store().read { try DatasetSummary.all($0) }.first?.splits.first?.samples == 6)
    }

    @Test func theSplitsFileDecidesWhatIsASample() async throws {
        let place = try Workplace(trajectories: ["train": 2])
        _ = try await place.ingest()
        let keys = try Release(root: place.root).trajectories(in: "train").trajectories.map(\.key)
        let splits = Splits(samples: [
            "train": [
                .init(task: keys[0], repeatIndex: 1), .init(task: keys[0], repeatIndex: 7),
                .init(task: "gone/trial", repeatIndex: 0),
            ]
        ])
        try Data(splits.json()).write(to: URL(fileURLWithPath: place.root + "/data/splits/oct21.json"))
        let report = try await place.ingest()
        #expect(report.total.absent == 1 && report.total.changed == 2)
        #expect(report.notes == ["train/\(keys[0]): the splits file lists annotation 7, the file has 3"])
        let rows = try place.store().rows("SELECT DISTINCT episode_id, repeat_idx FROM instructions")
        #expect(rows == [["1", "1"]])
    }

    @Test func aSplitThatIsNotThereIsRefused() throws {
        let place = try Workplace(trajectories: ["train": 1])
        var options = ALFREDIngest.Options(root: place.root)
        options.splits = ["train", "valid_unseen"]
        let error = #expect(throws: ALFREDError.self) { try ALFREDIngest(options) }
        let folder = try Release(root: place.root).dataFolder
        #expect(error?.description == "\(folder): has no split valid_unseen; it has train")
    }

    @Test func unknownClassesAreNoted() async throws {
        let place = try Workplace(trajectories: ["train": 1])
        let file = try place.trajectoryFiles()[0]
        try place.change(file) {
            $0.replacing("CounterTop|", with: "Counter|").replacing(
                /"(Apple|Mug|Potato|Bowl|SoapBar|Book)\|/, with: "\"Gizmo|")
        }
        let report = try await place.ingest()
        #expect(report.notes.count == 1)
        #expect(report.notes.first?.hasSuffix(": Gizmo is outside the 81 object classes; stored as None") == true)
        let rows = try place.store().rows("SELECT object_class, object_id FROM transitions WHERE action = 4")
        #expect(rows.first?[0] == "0" && rows.first?[1].hasPrefix("Gizmo|") == true)
    }

    @Test func problemsWithFeaturesAreReportedEveryTime() async throws {
        let place = try Workplace(trajectories: ["train": 1])
        let folder = (try place.trajectoryFiles()[0] as NSString).deletingLastPathComponent
        try Data("hello".utf8).write(to: URL(fileURLWithPath: folder + "/feat_conv.pt"))
        let first = try await place.ingest()
        #expect(first.problems.count == 1 && first.total.new == 1)
        let store = try Data(contentsOf: URL(fileURLWithPath: place.storePath))
        let second = try await place.ingest()
        #expect(second.problems == first.problems && second.total.unchanged == 1)
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.storePath)) == store)
    }

    @Test func foldersThatCannotBeListedAreReported() async throws {
        let place = try Workplace(trajectories: ["train": 2])
        _ = try await place.ingest()
        let before = try place.dump()
        let folder = (try place.trajectoryFiles()[0] as NSString).deletingLastPathComponent + "/raw_images"
        try FileManager.default.moveItem(atPath: folder, toPath: folder + "-away")
        try Data().write(to: URL(fileURLWithPath: folder))
        let report = try await place.ingest()
        #expect(report.problems.map(\.reason) == ["cannot list: Not a directory"])
        #expect(report.problems.first?.path.hasSuffix("/raw_images") == true)
        #expect(try place.dump() == before)
    }

    @Test func twoStoresDoNotShareFrames() async throws {
        let place = try Workplace(trajectories: ["train": 2])
        _ = try await place.ingest()
        // Another store in the same folder whose name differs in its last part only.
        let store = try ExperimentStore(place.folder("x.db"), access: .write)
        _ = try await ALFREDIngest(ALFREDIngest.Options(root: place.root)).run(into: store)
        try store.close()
        #expect(try place.findings() == [])
        // A copy of a store does not take the frames of the first.
        try FileManager.default.copyItem(atPath: place.storePath, toPath: place.folder("copy.sqlite"))
        let copy = try ExperimentStore(place.folder("copy.sqlite"), access: .write)
        let refusal = await #expect(throws: ALFREDIngest.Refusal.self) {
            try await ALFREDIngest(ALFREDIngest.Options(root: place.root)).run(into: copy)
        }
        #expect(refusal?.description.hasPrefix(place.folder("copy.sqlite.alfred.frames") + ": is missing") == true)
        #expect(!FileManager.default.fileExists(atPath: place.folder("copy.sqlite.alfred.frames")))
        #expect(try place.findings() == [])
    }

    @Test func anotherFrameSizeIsRefusedWithTheWayOut() async throws {
        let place = try Workplace(trajectories: ["train": 1])
        _ = try await place.ingest()
        let refusal = await #expect(throws: ALFREDIngest.Refusal.self) { try await place.ingest { $0.frameSide = 64 } }
        #expect(
            refusal?.description.hasSuffix(
                "holds pictures of 56 pixels; go on with --frame-size 56, or begin a new store") == true)
        // Without the frames another size can begin.
        _ = try await place.ingest { $0.frameSide = nil }
        #expect(try place.store().number("SELECT count(record) FROM frames") == 0)
        #expect(try place.findings() == [])
    }

    @Test func aDatasetMayMoveButNotBecomeAnother() async throws {
        let place = try Workplace(trajectories: ["train": 2])
        _ = try await place.ingest()
        let other = try Workplace(trajectories: ["valid_seen": 1], seed: 5)
        let refusal = await #expect(throws: ALFREDIngest.Refusal.self) {
            try await place.ingest { $0.root = other.root }
        }
        #expect(refusal?.description.contains("is not the dataset alfred of this store") == true)
        #expect(try place.findings() == [])
        try FileManager.default.moveItem(atPath: place.root, toPath: place.folder("moved"))
        let moved = try await place.ingest { $0.root = place.folder("moved") }
        #expect(moved.total.unchanged == 2)
        #expect(try place.findings() == [])
    }

    /// Two folders whose names differ in Unicode form only are two trajectories.
    @Test func namesAreComparedByteByByte() async throws {
        let place = try Workplace(trajectories: ["train": 1])
        let file = try place.trajectoryFiles()[0]
        let task = place.data + "/train/task"
        for name in ["\u{E9}", "e\u{301}"] {
            try FileManager.default.createDirectory(atPath: "\(task)/\(name)", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: file, toPath: "\(task)/\(name)/traj_data.json")
        }
        guard try FileManager.default.contentsOfDirectory(atPath: task).count == 2 else { return }
        let report = try await place.ingest()
        #expect(report.total.trajectories == 3 && report.total.new == 3)
        try place.change("\(task)/e\u{301}/traj_data.json") { $0.replacing("Put the", with: "Lay the") }
        let second = try await place.ingest()
        #expect(second.total.changed == 1 && second.total.unchanged == 2)
        #expect(try place.findings() == [])
    }

    @Test func aChangedSceneIsUpdated() async throws {
        let place = try Workplace(trajectories: ["train": 1])
        _ = try await place.ingest()
        let file = try place.trajectoryFiles()[0]
        try place.change(file) { $0.replacing(/"scene_num": [0-9]+/, with: "\"scene_num\": 1207") }
        _ = try await place.ingest()
        #expect(
            try place.store().rows("SELECT number, room FROM scenes") == [
                ["1207", "LivingRoom"]
            ])
        try place.change(file) { $0.replacing(/"floor_plan": "[A-Za-z0-9]+"/, with: "\"floor_plan\": \"FloorPlan9\"") }
        _ = try await place.ingest()
        #expect(try place.store().texts("SELECT floor_plan FROM scenes") == ["FloorPlan9"])
    }

    @Test func theFrameStoreMustBelongToTheStore() async throws {
        let place = try Workplace(trajectories: ["train": 1, "valid_seen": 1])
        _ = try await place.ingest { $0.splits = ["train"] }
        try FileManager.default.removeItem(atPath: place.folder("x.sqlite.alfred.frames"))
        await #expect(throws: ALFREDIngest.Refusal.self) { try await place.ingest() }
    }

    /// A crash between the two commits leaves records that nothing refers to.
    @Test func recordsWithoutRowsAreDropped() async throws {
        let place = try Workplace(trajectories: ["train": 1, "valid_seen": 1])
        _ = try await place.ingest { $0.splits = ["train"] }
        let path = place.folder("x.sqlite.alfred.frames")
        let count: Int
        do {
            let writer = try FrameStoreWriter(
                path, format: FrameFormat(element: .uint8, shape: [56, 56, 3])!,
                identifier: try FrameStore(path).identifier)
            count = writer.count
            let record = [UInt8](repeating: 7, count: 56 * 56 * 3)
            for _ in 0..<5 { _ = try record.withUnsafeBytes { try writer.append($0) } }
            try writer.commit()
        }
        _ = try await place.ingest()
        #expect(try place.findings() == [])
        let second = try place.store().number("SELECT min(record) FROM frame_list WHERE split = 'valid_seen'")
        #expect(second == count)
    }
}

@Suite struct StampTests {
    @Test func stampsAreShortAndTellFilesApart() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", to: "a")
        try folder.write("ab", to: "b")
        var one = SourceStamp(options: "1")
        one.add(folder("a"))
        var two = SourceStamp(options: "1")
        two.add(folder("b"))
        var missing = SourceStamp(options: "1")
        missing.add(folder("c"))
        #expect(Set([one.value, two.value, missing.value]).count == 3)
        for _ in 0..<50 { one.add(folder("a")) }
        #expect(one.value.count == 32)
    }
}
