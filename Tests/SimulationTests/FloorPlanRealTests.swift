import ALFRED
import Episodes
import Household
import TestSupport
import Testing

@testable import Rooms
@testable import Simulation

/// The release's floor plans, estimated from its own trajectories: recorded actions carried out with every
/// precondition, and recorded masks looked up in our pictures.
@Suite(.enabled(if: alfredRoot != nil, "\(alfredHint)"), .serialized)
struct FloorPlanRealTests {
    private func run(_ split: String, evidence: [String], masks: Bool) throws -> ReplayRun.Report {
        let release = try Release(root: try #require(alfredRoot))
        var run = ReplayRun(release, splits: [split])
        run.evidenceSplits = evidence
        run.measuresMasks = masks
        return run.run()
    }

    @Test func trainReplaysToItsGoalsAndMasksResolve() throws {
        let replay = try run("train", evidence: ["train"], masks: true)
        let summary = replay.summary
        #expect(summary.total.trajectories == 6574)
        #expect(summary.total.rate >= 0.99)
        #expect(summary.byType.count == 7)
        for (type, row) in summary.byType { #expect(row.rate >= 0.97, "\(type.rawValue)") }
        #expect(Double(summary.gotosReached) >= 0.999 * Double(summary.gotos))
        #expect(replay.fidelity.total.interactions > 42_000)
        #expect(replay.fidelity.resolvedShare >= 0.93)
        #expect(replay.fidelity.medianPickDistance <= 8)
    }

    /// Rooms known from others' trajectories only: new placements of things, and cells nobody walked over.
    @Test func seenRoomsGeneralise() throws {
        let alone = try run("valid_seen", evidence: ["train"], masks: true)
        #expect(alone.summary.total.rate >= 0.94)
        #expect(alone.fidelity.resolvedShare >= 0.9)
        let own = try run("valid_seen", evidence: ["train", "valid_seen"], masks: true)
        #expect(own.summary.total.rate >= 0.97)
        #expect(own.fidelity.resolvedShare >= 0.92)
    }

    /// Little is known of the rooms: the two or three trajectories of valid_seen in each.
    @Test func fewTrajectoriesOfARoomSuffice() throws {
        let replay = try run("valid_seen", evidence: ["valid_seen"], masks: true)
        #expect(replay.summary.total.rate >= 0.85)
        #expect(replay.fidelity.resolvedShare >= 0.88)
    }

    /// Recordings that were tampered with: without their OpenObject, or without their steps, hardly one reaches its
    /// goal.
    @Test func tamperedRecordingsFail() throws {
        let release = try Release(root: try #require(alfredRoot))
        let cache = FloorPlanCache(release, splits: ["train"])
        let locations = release.trajectories(in: "valid_seen").trajectories
        let renderer = Renderer()
        var (withoutDoors, withoutSteps) = (ReplaySummary(), ReplaySummary())
        for location in locations {
            let trajectory = try Trajectory(contentsOf: location.file)
            let real = try RealScene(try cache.estimate(trajectory.scene.number), trajectory)
            var changed = trajectory
            if let plan = trajectory.plan, plan.lowActions.contains(where: { $0.action == .open }) {
                changed.plan?.lowActions.removeAll { $0.action == .open }
                withoutDoors.add(ReplayOutcome(changed, in: real.world, renderer: renderer))
            }
            changed = trajectory
            changed.plan?.lowActions.removeAll { $0.action == .moveAhead }
            withoutSteps.add(ReplayOutcome(changed, in: real.world, renderer: renderer))
        }
        #expect(withoutDoors.total.trajectories > 80)
        #expect(withoutDoors.total.withoutRefusal == 0)
        #expect(withoutDoors.total.rate <= 0.02)
        // In small rooms all a task needs may be within reach of the start: 11 of 251.
        #expect(withoutSteps.total.rate <= 0.06)
    }
}

extension ReplaySummary.Row {
    /// Share of the trajectories that reach their goal.
    fileprivate var rate: Double { trajectories > 0 ? Double(successes) / Double(trajectories) : 0 }
}

extension MaskFidelity {
    /// Share of masks that resolve to the recorded object.
    fileprivate var resolvedShare: Double {
        total.interactions > 0 ? Double(total.resolved) / Double(total.interactions) : 0
    }
}
