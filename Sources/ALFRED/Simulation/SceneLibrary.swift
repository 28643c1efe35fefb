public import Household
internal import Synchronization

/// Makes the world any trajectory of a dataset begins in: generated scenes from what the trajectory records, real ones from
/// the floor plans, which are estimated once each from all of the dataset's trajectories. May be shared by threads.
public final class SceneLibrary: Sendable {
    /// One floor plan; whoever comes first estimates it, the others wait.
    private final class FloorPlan: Sendable {
        let estimate = Mutex<Result<FloorPlanEstimate, ALFREDError>?>(nil)
    }

    private let release: Release
    private let files: FloorPlanFiles
    private let floorPlans = Mutex<[Int: FloorPlan]>([:])

    /// - Parameter evidenceSplits: The splits whose recordings floor plans are estimated from; nil for all.
    public init(_ release: Release, evidenceSplits: [String]? = nil) {
        self.release = release
        files = FloorPlanFiles(release, splits: evidenceSplits ?? release.splits)
    }

    /// The world before the first action.
    ///
    /// - Throws: ``ALFREDError`` when the scene cannot be made, with the reason.
    public func world(of trajectory: Trajectory) throws(ALFREDError) -> World {
        if SceneGenerator.isScene(trajectory.scene.number) { return try GeneratedEpisode.world(of: trajectory) }
        return try RealScene(try estimate(trajectory.scene.number), trajectory).world
    }

    private func estimate(_ number: Int) throws(ALFREDError) -> FloorPlanEstimate {
        let floorPlan = floorPlans.withLock { plans in
            let plan = plans[number] ?? FloorPlan()
            plans[number] = plan
            return plan
        }
        let result = floorPlan.estimate.withLock { known in
            let result = known ?? makeEstimate(number)
            known = result
            return result
        }
        return try result.get()
    }

    private func makeEstimate(_ number: Int) -> Result<FloorPlanEstimate, ALFREDError> {
        var reader = TrajectoryReader()
        var evidence = FloorPlanEvidence(sceneNumber: number)
        for location in files.locations[number] ?? [] {
            // A file that cannot be read is the reader's problem where it is used, not evidence.
            if let trajectory = try? reader.read(location.file), (try? trajectory.validate()) != nil {
                evidence.add(trajectory)
            }
        }
        do throws(ALFREDError) {
            return .success(try FloorPlanEstimate(evidence, layout: try release.layout(sceneNumber: number)))
        } catch {
            return .failure(error)
        }
    }
}

extension Release {
    /// The files of a floor plan; nil when the release has none for it.
    func layout(sceneNumber: Int) throws(ALFREDError) -> FloorPlanLayout? {
        guard let folder = layoutsFolder, exists("\(folder)/FloorPlan\(sceneNumber)-layout.npy") else { return nil }
        return try FloorPlanLayout(folder: folder, sceneNumber: sceneNumber)
    }
}
