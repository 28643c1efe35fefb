package import ALFRED
internal import Synchronization

/// The estimates of a dataset's floor plans, each made when it is first asked for.
///
/// The evidence for a floor plan is every readable trajectory of the given splits in it; unreadable ones are noted in
/// the estimate. A dataset that brings its rooms along (``FloorPlanFolder``) needs no evidence. All 108 floor plans of
/// the training split take a few seconds on two cores, most of it reading.
package final class FloorPlanCache: Sendable {
    private let layoutsFolder: String?
    private let roomsFolder: FloorPlanFolder
    private let files: FloorPlanFiles
    private let estimates = Mutex<[Int: Result<FloorPlanEstimate, ALFREDError>]>([:])

    /// - Parameter splits: Whose trajectories are evidence; all split folders of the release if nil.
    package init(_ release: Release, splits: [String]? = nil) {
        layoutsFolder = release.layoutsFolder
        roomsFolder = FloorPlanFolder(release)
        files = FloorPlanFiles(release, splits: splits ?? release.splits)
    }

    /// Floor plans with evidence.
    package var sceneNumbers: [Int] { files.sceneNumbers }

    /// - Throws: Why the layout files cannot be read, or that nothing is known of the floor plan. Layout files that do
    ///   not exist are not an error where trajectories say where agents walk.
    package func estimate(_ sceneNumber: Int) throws(ALFREDError) -> FloorPlanEstimate {
        if let known = estimates.withLock({ $0[sceneNumber] }) { return try known.get() }
        var reader = TrajectoryReader()
        let result = make(sceneNumber, &reader)
        estimates.withLock { $0[sceneNumber] = result }
        return try result.get()
    }

    private func make(_ sceneNumber: Int, _ reader: inout TrajectoryReader) -> Result<FloorPlanEstimate, ALFREDError> {
        do throws(ALFREDError) {
            if let known = try roomsFolder.read(sceneNumber) { return .success(known) }
        } catch {
            return .failure(error)
        }
        var evidence = FloorPlanEvidence(sceneNumber: sceneNumber)
        var notes: [String] = []
        for location in files.locations[sceneNumber] ?? [] {
            do throws(ALFREDError) {
                evidence.add(try reader.read(location.file))
            } catch {
                notes.append("\(error)")
            }
        }
        do throws(ALFREDError) {
            var layout: FloorPlanLayout?
            if let layoutsFolder, pathExists("\(layoutsFolder)/FloorPlan\(sceneNumber)-layout.npy") {
                layout = try FloorPlanLayout(folder: layoutsFolder, sceneNumber: sceneNumber)
            }
            var estimate = try FloorPlanEstimate(evidence, layout: layout)
            estimate.notes += notes
            return .success(estimate)
        } catch {
            return .failure(error)
        }
    }
}
