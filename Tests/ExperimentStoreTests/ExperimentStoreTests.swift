import Episodes
import Foundation
import GRDB
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@testable import ExperimentStore

/// An episode of two sub-tasks with five transitions.
func sampleRecord(key: String = "task/trial_1", split: String = "train", stamp: String = "s1") -> EpisodeRecord {
    let subgoals = [
        Subgoal(kind: .goto, steps: 0..<2), Subgoal(kind: .pickup, steps: 2..<3, objectID: "Apple|1"),
        Subgoal(kind: .put, steps: 3..<5, objectID: "Apple|1", receptacleID: "Fridge|1"),
    ]
    let labels = Instruction.labels(
        subgoals: subgoals, goal: "Chill the apple", sentences: ["Walk", "Take \"it\"", "Cool / it"], annotation: 0)
    let episode = Episode(
        key: key, split: split,
        transitions: [
            Transition(action: .moveAhead, subTask: 0), Transition(action: .rotateLeft, subTask: 0),
            Transition(
                action: .pickup, objectClass: ObjectClass(name: "Apple")!, objectID: "Apple|1", subTask: 0,
                recordedReward: 0.5),
            Transition(action: .open, objectClass: ObjectClass(name: "Fridge")!, objectID: "Fridge|1", subTask: 1),
            Transition(action: .put, objectClass: ObjectClass(name: "Fridge")!, objectID: "Fridge|1", subTask: 1),
        ], subTasks: SubTask.merging(subgoals), instructions: labels.instructions)
    return EpisodeRecord(
        episode: episode, scene: SceneRecord(floorPlan: "FloorPlan1001", number: 1001, room: "Kitchen"),
        goal: GoalRecord(
            taskType: "pick_and_place_simple", objectTarget: "Apple", objectSliced: false, parentTarget: "Fridge",
            movableTarget: "", toggleTarget: ""),
        taskID: "trial_1", subgoals: subgoals,
        annotations: [
            AnnotationRecord(
                isInSplit: true, isAligned: true, taskDescription: "Chill the apple",
                stepDescriptions: ["Walk", "Take \"it\"", "Cool / it"], votes: [1, 0])
        ],
        frames: (0..<6).map { FrameRecord(name: "00000000\($0)", status: .missing) }, imageCount: 5, features: nil,
        source: SourceRecord(
            path: "\(split)/\(key)/traj_data.json", byteCount: 10, stamp: stamp,
            sha256: [UInt8](repeating: 1, count: 32), contentSHA256: [UInt8](repeating: 2, count: 32)))
}

@Suite struct ExperimentStoreTests {
    private let folder: TemporaryFolder
    private var path: String { folder("x.sqlite") }

    init() throws { folder = try TemporaryFolder() }

    private func makeStore(_ records: [EpisodeRecord] = [sampleRecord()]) throws -> ExperimentStore {
        let store = try ExperimentStore(path, access: .write)
        try store.write { db in
            let dataset = try DatasetRow.upsert(
                name: "d", format: "alfred", root: "/data", splitsFile: nil, db)
            var writer = try EpisodeWriter(db, datasetID: dataset.id)
            for record in records { try writer.apply(.write(record, replacing: nil)) }
        }
        return store
    }

    @Test func theFileIsAsPromised() throws {
        let store = try makeStore()
        try store.read { db in
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
            #expect(try Int.fetchOne(db, sql: "PRAGMA foreign_keys") == 1)
            let tables = try Row.fetchAll(db, sql: "PRAGMA table_list").filter {
                ($0["schema"] as String) == "main" && ($0["type"] as String) == "table"
                    && !["sqlite_schema", "grdb_migrations"].contains($0["name"] as String)
            }
            #expect(tables.count == 28)
            #expect(tables.allSatisfy { ($0["strict"] as Int) == 1 })
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM actions") == 12)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM object_classes") == 82)
            let views = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'view'")
            #expect(views.count == 12)
            for view in views {
                for row in try Row.fetchAll(db, sql: "SELECT * FROM \(view)") {
                    #expect(
                        row.databaseValues.allSatisfy { if case .blob = $0.storage { false } else { true } }, "\(view)")
                }
            }
        }
        try store.close()
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
    }

    @Test func whatIsWrittenIsRead() throws {
        let store = try makeStore()
        let detail = try #require(try store.read { try EpisodeDetail.fetch(1, $0) })
        #expect(detail.steps.map(\.action) == ["MoveAhead", "RotateLeft", "Pickup", "Open", "Put"])
        #expect(detail.steps.map(\.object) == [nil, nil, "Apple", "Fridge", "Fridge"])
        #expect(detail.steps.map(\.sparseReward) == [0, 0, 0, 0, 1])
        #expect(detail.steps.map(\.subtaskReward) == [0, 0, 1, 0, 1])
        #expect(detail.steps.map(\.recordedReward) == [nil, nil, 0.5, nil, nil])
        #expect(detail.subtasks.map(\.kind) == ["Pickup", "Put"])
        #expect(detail.annotations[0].sentences == ["Walk", "Take \"it\"", "Cool / it"])
        #expect(detail.instructions == ["task": 1, "primitive": 2, "composite": 1])
        let goal = try store.read { try Row.fetchOne($0, sql: "SELECT movable_target, parent_target FROM episodes") }
        #expect(goal == ["movable_target": nil, "parent_target": "Fridge"])
        let summary = try #require(try store.read { try DatasetSummary.all($0) }.first?.splits.first)
        #expect(summary.transitionsByAction == ["MoveAhead": 1, "RotateLeft": 1, "Pickup": 1, "Open": 1, "Put": 1])
        #expect(summary.subgoals == ["Goto": 1, "Pickup": 1, "Put": 1])
        #expect(summary.frames.missing == 6 && summary.samples == 1)
        #expect(summary.stepsPerEpisode == .init([5]))
    }

    @Test func emptyTextsStayTexts() throws {
        var record = sampleRecord()
        record.annotations[0].taskDescription = ""
        record.episode.instructions[0].text = ""
        let store = try makeStore([record])
        #expect(try store.read { try String.fetchOne($0, sql: "SELECT task_desc FROM annotations") } == "")
    }

    @Test func replacingKeepsTheNumberAndNothingElse() throws {
        let store = try makeStore([sampleRecord(), sampleRecord(key: "task/trial_2")])
        var changed = sampleRecord()
        changed.episode.transitions.removeLast()
        changed.episode.subTasks[1].steps = 3..<4
        changed.subgoals[2].steps = 3..<4
        changed.episode.instructions.removeAll()
        changed.frames.removeLast()
        try store.write { db in
            var writer = try EpisodeWriter(db, datasetID: 1)
            try writer.apply(.write(changed, replacing: 1))
        }
        try store.read { (db: Database) throws in
            #expect(try Int.fetchAll(db, sql: "SELECT id FROM episodes ORDER BY id") == [1, 2])
            #expect(
                try Int.fetchAll(db, sql: "SELECT count(*) FROM transitions GROUP BY episode_id ORDER BY episode_id")
                    == [4, 5])
            #expect(
                try Int.fetchAll(db, sql: "SELECT count(*) FROM frames GROUP BY episode_id ORDER BY episode_id") == [
                    5, 6,
                ])
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM instructions") == 4)
            for check in Verification.checks { #expect(try Verification.findings(of: check, db) == []) }
            #expect(try Verification.fileFindings(db) == [])
        }
    }

    @Test func aFailedTransactionLeavesNothing() throws {
        let store = try makeStore([])
        var broken = sampleRecord(key: "task/trial_2")
        broken.episode.transitions[0].subTask = 0
        broken.frames.append(FrameRecord(name: "x", status: .present, sha256: [1]))
        #expect(throws: StoreError.self) {
            try store.write { db in
                var writer = try EpisodeWriter(db, datasetID: 1)
                try writer.apply(.write(sampleRecord(), replacing: nil))
                try writer.apply(.write(broken, replacing: nil))
            }
        }
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM episodes") } == 0)
    }

    /// Every check of `verify` finds the damage it is there for.
    @Test(arguments: [
        ("transitions", "DELETE FROM transitions WHERE t = 4", "has 4 transitions from 0 to 3; step_count is 5"),
        ("observations", "DELETE FROM frames WHERE t = 5", "has 5 observations for 5 transitions"),
        (
            "subtasks", "UPDATE subtasks SET first_step = 4, step_count = 1 WHERE idx = 1",
            "sub-task 1 begins at step 4, expected 3"
        ),
        ("subtasks", "UPDATE subtasks SET step_count = 1 WHERE idx = 1", "sub-tasks end at step 4 of 5"),
        ("steps in sub-tasks", "UPDATE transitions SET subtask = 0 WHERE t = 3", "transition 3 names sub-task 0"),
        (
            "instructions", "UPDATE instructions SET step_count = 2 WHERE kind = 'primitive' AND first_subtask = 0",
            "instruction 2 covers steps 0+2, its sub-tasks 0+1 others"
        ),
        (
            "interactions", "UPDATE transitions SET object_id = NULL WHERE t = 2",
            "transition 2 (Pickup) lacks an object"
        ),
        (
            "interactions", "UPDATE transitions SET object_id = 'X' WHERE t = 0",
            "transition 0 (MoveAhead) has an object"
        ),
        ("frames", "UPDATE frames SET status = 'present' WHERE t = 1", "frame 1 is present without path, size or hash"),
    ])
    func verificationFindsDamage(_ name: String, _ sql: String, _ message: String) throws {
        let store = try makeStore([sampleRecord(), sampleRecord(key: "task/trial_2")])
        try store.write { try $0.execute(sql: sql + (sql.contains("WHERE") ? " AND " : " WHERE ") + "episode_id = 1") }
        let check = try #require(Verification.checks.first { $0.name == name })
        let findings = try store.read { try Verification.findings(of: check, $0) }
        #expect(
            findings.contains { $0.message == message && $0.place == "episode 1 (train/task/trial_1)" }, "\(findings)")
        #expect(findings.allSatisfy { $0.place.hasPrefix("episode 1 ") })
    }

    @Test func brokenForeignKeysAreFound() throws {
        let store = try makeStore()
        try store.close()
        let raw = try DatabaseQueue(
            path: path,
            configuration: {
                var c = Configuration(); c.foreignKeysEnabled = false; return c
            }())
        try raw.write { try $0.execute(sql: "UPDATE episodes SET scene_id = 99") }
        try raw.close()
        let reading = try ExperimentStore(path, access: .read)
        let findings = try reading.read { try Verification.fileFindings($0) }
        #expect(findings.map(\.message) == ["refers to a row of scenes that does not exist"])
        #expect(findings.map(\.place) == ["episodes row 1"])
    }

    @Test func instructionsAreFound() throws {
        let store = try makeStore([sampleRecord(), sampleRecord(key: "task/trial_2", split: "valid_seen")])
        var query = InstructionQuery()
        #expect(try store.read { try query.count($0) } == 8)
        query.split = "valid_seen"
        query.kind = .primitive
        query.containing = "TAKE"
        let matches = try store.read { try query.fetch($0) }
        #expect(matches.map(\.text) == ["Take \"it\""])
        #expect(matches.first?.episodeID == 2)
        query.containing = "%' OR 1"
        #expect(try store.read { try query.count($0) } == 0)
    }

    @Test(arguments: ["1", "task/trial_1", "trial_1", "task"])
    func episodesAreFoundByWhatPeopleKnow(_ name: String) throws {
        let store = try makeStore([sampleRecord(), sampleRecord(key: "other/trial_9")])
        let found = try store.read { try EpisodeHeader.find(name, $0) }
        #expect(found.first?.id == 1)
        #expect(try store.read { try EpisodeHeader.find("%", $0) }.isEmpty)
        #expect(try store.read { try EpisodeHeader.find("", $0) }.isEmpty)
    }

    // MARK: What cannot be opened

    private func refusal(_ access: ExperimentStore.Access) -> String? {
        do {
            _ = try ExperimentStore(path, access: access)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func aMissingStoreIsNotMadeByReading() {
        #expect(
            refusal(.read)
                == "\(path): there is no such store; make one with rgvlm-ingest alfred --root DIR --store \(path)")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func otherFilesAreLeftAlone() throws {
        try folder.write(
            "not a database, but long enough to look like one " + String(repeating: "x", count: 200), to: "x.sqlite")
        #expect(refusal(.write) == "\(path): is not an rgvlm store (not an SQLite file)")
        #expect(refusal(.read) == "\(path): is not an rgvlm store (not an SQLite file)")
        try FileManager.default.removeItem(atPath: path)
        let other = try DatabaseQueue(path: path)
        try other.write { try $0.execute(sql: "CREATE TABLE mine (x)") }
        try other.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(refusal(.write) == "\(path): is not an rgvlm store")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    /// What a process leaves that was killed while it made the store.
    @Test func anUnfinishedStoreIsFinished() throws {
        let raw = try DatabaseQueue(path: path)
        try raw.write { try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)") }
        try raw.close()
        #expect(refusal(.read) == "\(path): is empty: nothing was ingested")
        #expect(refusal(.write) == nil)
        #expect(refusal(.read) == nil)
    }

    @Test func aNewerStoreIsRefused() throws {
        let store = try makeStore()
        try store.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9-future')") }
        try store.close()
        let message = "\(path): was written by a newer version of rgvlm (it has 9-future); update this program"
        #expect(refusal(.write) == message)
        #expect(refusal(.read) == message)
    }

    @Test func oneWriterAtATime() throws {
        let store = try makeStore()
        #expect(
            refusal(.write)
                == "\(path): another process (pid \(ProcessInfo.processInfo.processIdentifier)) is writing to this "
                + "store; wait for it to end"
        )
        // Readers are welcome.
        #expect(refusal(.read) == nil)
        try store.close()
    }

    @Test(arguments: ["", "folder/"])
    func impossibleNamesAreRefused(_ name: String) {
        #expect(throws: StoreError.self) { try ExperimentStore(name, access: .write) }
    }

    @Test func whatIsNoFileIsNotWaitedFor() throws {
        #expect(mkfifo(path, 0o600) == 0)
        #expect(refusal(.read) == "\(path): is not a regular file")
        #expect(refusal(.write) == "\(path): is not a regular file")
    }

    /// Names that SQLite would take for something else than a file.
    @Test func specialNamesAreFiles() throws {
        let previous = FileManager.default.currentDirectoryPath
        for name in [":memory:", "file:u.sqlite?mode=memory", "a"] {
            let store = try ExperimentStore(folder(name), access: .write)
            try store.close()
            #expect(FileManager.default.fileExists(atPath: folder(name)))
        }
        #expect(FileManager.default.currentDirectoryPath == previous)
    }

    @Test func aLinkAndItsTargetAreOneStore() throws {
        let store = try makeStore()
        try FileManager.default.createSymbolicLink(atPath: folder("link.sqlite"), withDestinationPath: path)
        let error = #expect(throws: StoreError.self) { try ExperimentStore(folder("link.sqlite"), access: .write) }
        #expect(error?.code == .locked)
        #expect(
            try ExperimentStore(folder("link.sqlite"), access: .read).frameStorePath(dataset: "d") == path + ".d.frames"
        )
        try store.close()
    }

    @Test func aMissingFolderIsNamed() throws {
        let path = folder("no/x.sqlite")
        let error = #expect(throws: StoreError.self) { try ExperimentStore(path, access: .write) }
        #expect(error?.description == "\(path): its folder does not exist; make it first")
    }

    /// The same error a full device gives.
    @Test func aFullDeviceIsReportedAndNothingIsLost() throws {
        let store = try makeStore()
        try store.write { try $0.execute(sql: "PRAGMA max_page_count = 1") }
        let error = #expect(throws: StoreError.self) {
            try store.write { db in
                var writer = try EpisodeWriter(db, datasetID: 1)
                for number in 0..<2000 {
                    try writer.apply(.write(sampleRecord(key: "task/n\(number)"), replacing: nil))
                }
            }
        }
        #expect(error?.code == .unwritable)
        #expect(
            error?.message == "no space left on the device; what was committed is kept, run again when there is room")
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM episodes") } == 1)
        #expect(try store.read { try Verification.fileFindings($0) } == [])
    }
}

@Suite struct LengthsTests {
    @Test func summaries() {
        #expect(DatasetSummary.Lengths([]) == nil)
        let odd = DatasetSummary.Lengths([5, 1, 3])
        #expect(odd?.mean == 3 && odd?.median == 3 && odd?.min == 1 && odd?.max == 5 && odd?.p90 == 5)
        #expect(DatasetSummary.Lengths([4, 1])?.median == 2.5)
        #expect(DatasetSummary.Lengths([21, 32])?.p90 == 32 && DatasetSummary.Lengths([7])?.p90 == 7)
        #expect(DatasetSummary.Lengths(Array(1...100))?.p90 == 90)
    }
}
