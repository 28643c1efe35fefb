import ALFRED
import Simulation
import Testing

@testable import Ingestion

@Suite struct SelectionTests {
    @Test func anIngestReadsTheChosenOnly() async throws {
        let place = try Workplace(trajectories: ["train": 8, "valid_seen": 2])
        let report = try await place.ingest { $0.selection = TrajectorySelection(limit: 3) }
        #expect(report.splits.map(\.counts.new) == [3, 2])
        #expect(report.total.gone == 0)
        let more = try await place.ingest { $0.selection = TrajectorySelection(limit: 5) }
        #expect(more.splits.map(\.counts.unchanged) == [3, 2])
        #expect(more.splits.map(\.counts.new) == [2, 0])
    }
}
