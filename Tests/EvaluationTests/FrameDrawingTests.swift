@testable import ALFRED
import ExperimentStore
import Foundation
import Frames
import Images
import Ingestion
@testable import Simulation
import TestSupport
import Testing

@testable import Evaluation

/// A policy must see what it learned from: for the same state evaluation draws the bytes that ingest stored.
@Suite struct FrameDrawingTests {
    /// Of recorded pictures, and of recordings without, which the simulator draws.
    @Test(arguments: [false, true])
    func evaluationDrawsWhatIngestStored(isDrawn: Bool) async throws {
        let bench = try await EvaluationBench.make()
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: bench.root, toPath: folder("root"))
        let release = try Release(root: folder("root"))
        let locations = release.splits.flatMap { release.trajectories(in: $0).trajectories }
        if isDrawn {
            for location in locations {
                try FileManager.default.removeItem(atPath: location.folder + "/raw_images")
            }
        }
        var options = ALFREDIngest.Options(root: folder("root"))
        options.drawsMissingFrames = isDrawn
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        #expect(try await ALFREDIngest(options).run(into: store).problems.isEmpty)
        let dataset = try #require(try store.read { try DatasetRow.all($0).first })
        let drawing = try EvaluationSession.drawing(dataset, store)
        #expect(drawing == (isDrawn ? .averaged(side: 56) : FrameDrawing(side: 56)))
        let ids = try store.read { try dataset.episodeIDs($0) }
        let frames = try FrameStore(store.frameStorePath(dataset: dataset.name))
        let renderer = drawing.makeRenderer()
        var compared = 0
        for location in locations {
            let trajectory = try Trajectory(contentsOf: location.file)
            let id = try #require(ids[location.key])
            let rows = try store.read { try FrameRow.recorded(episode: id, $0) }
            #expect(rows.count == trajectory.actionCount + 1)
            var replay = RecordedReplay(
                trajectory, in: try SceneLibrary(release).world(of: trajectory), renderer: renderer)
            for row in rows {
                while replay.position < row.t, replay.next() != nil {}
                let seen = drawing.frame(of: replay.world, by: renderer).pixels
                let stored = frames.withFrame(try #require(row.record)) { Array($0) }
                #expect(seen == stored, "\(location.key), observation \(row.t)")
                compared += 1
            }
        }
        #expect(compared > 200)
        try store.close()
    }
}
