import Foundation
import GRDB
import TestSupport
import Testing

@testable import ExperimentStore

@Suite struct MigrationTests {
    /// A store as the first version wrote it keeps its rows and gains the new status.
    @Test func framesOfTheFirstVersionSurvive() throws {
        let folder = try TemporaryFolder()
        let path = folder("x.sqlite")
        let old = try DatabaseQueue(path: path)
        try Schema.migrator.migrate(old, upTo: "1-dataset")
        try old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO datasets VALUES (1, 'd', 'alfred', '/data', NULL, NULL, '2026-01-01');
                    INSERT INTO scenes VALUES (1, 1, 'FloorPlan1', 1, 'Kitchen');
                    INSERT INTO episodes (id, dataset_id, scene_id, split, key, task_id, step_count, image_count,
                        source_path, source_bytes, source_stamp, source_sha256, content_sha256)
                    VALUES (7, 1, 1, 'train', 'k', 't', 1, 1, 'p', 1, 's', zeroblob(32), zeroblob(32));
                    INSERT INTO annotations VALUES (7, 0, 1, 1, 'g', '[]', '[]');
                    INSERT INTO instructions VALUES (1, 7, 0, 'task', 0, 1, 0, 1, 'g');
                    INSERT INTO frames VALUES (7, 0, 'a', 'unreadable', 'x.png', NULL, NULL, NULL, NULL, 3);
                    INSERT INTO frames VALUES (7, 1, 'b', 'missing', NULL, NULL, NULL, NULL, NULL, NULL);
                    """)
        }
        try old.close()

        #expect(throws: StoreError.self) { try ExperimentStore(path, access: .read) }
        let store = try ExperimentStore(path, access: .write)
        let rows = try store.read { try Row.fetchAll($0, sql: "SELECT * FROM frame_list ORDER BY t") }
        #expect(rows.map { $0["status"] as String } == ["unreadable", "missing"])
        #expect(rows.map { $0["feature_row"] as Int? } == [3, nil])
        try store.write { db in
            try db.execute(
                sql: "UPDATE frames SET status = 'rendered', width = 56, height = 56, record = 0 WHERE t = 1")
            #expect(throws: DatabaseError.self) { try db.execute(sql: "UPDATE frames SET status = 'painted'") }
        }
        let listed = try store.read { try Row.fetchOne($0, sql: "SELECT * FROM episode_list") }
        #expect(listed?["frames_rendered"] == 1)
        #expect(listed?["success"] == nil as Bool?)
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT fulfilled FROM instruction_list") } == 1)
        #expect(try store.read { try String.fetchAll($0, sql: "PRAGMA foreign_key_check") }.isEmpty)
        // Deleting an episode still takes its frames along.
        try store.write { try $0.execute(sql: "DELETE FROM episodes") }
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM frames") } == 0)
    }
}
