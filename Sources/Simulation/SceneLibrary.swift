package import ALFRED
package import Household
internal import Rooms

/// Makes the world any trajectory of a dataset begins in: generated scenes from what the trajectory records, real ones
/// from the floor plans, which are estimated once each from all of the dataset's trajectories. May be shared by
/// threads.
package final class SceneLibrary: Sendable {
    private let floorPlans: FloorPlanCache

    /// - Parameter evidenceSplits: The splits whose recordings floor plans are estimated from; nil for all.
    package init(_ release: Release, evidenceSplits: [String]? = nil) {
        floorPlans = FloorPlanCache(release, splits: evidenceSplits)
    }

    /// The world before the first action.
    ///
    /// - Throws: ``ALFREDError`` when the scene cannot be made, with the reason.
    package func world(of trajectory: Trajectory) throws(ALFREDError) -> World {
        let number = trajectory.scene.number
        if SceneGenerator.isScene(number) { return try GeneratedEpisode.world(of: trajectory) }
        let estimate = try floorPlans.estimate(number)
        if let record = GradedRecord(trajectory) {
            return try RealScene(estimate, trajectory.scene, recordedIDs: record.recordedIDs).world
        }
        return try RealScene(estimate, trajectory).world
    }

    /// The room a real floor plan is taken for.
    ///
    /// - Throws: ``ALFREDError`` when nothing is known of it.
    func floorPlan(_ number: Int) throws(ALFREDError) -> FloorPlanEstimate { try floorPlans.estimate(number) }
}
