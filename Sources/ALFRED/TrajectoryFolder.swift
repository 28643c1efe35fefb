internal import Ground

/// Writes trajectories in the release's layout.
package enum TrajectoryFolder {
    /// Writes one trajectory's folder: `traj_data.json`, `raw_images/<name>` and `feat_conv.pt`.
    ///
    /// Everything goes to a hidden folder first, which then takes its name: a reader sees a whole trajectory or none.
    ///
    /// - Parameters:
    ///   - location: Where the trajectory belongs; missing parents are made. The folder must not exist.
    ///   - images: File names and their bytes.
    ///   - features: The bytes of `feat_conv.pt` (``FeatureFile/legacyFile(frames:frameShape:)``).
    /// - Throws: ``ALFREDError`` with what ``Trajectory/validate()`` finds, or `FileError` for what cannot be written.
    package static func write(
        _ trajectory: Trajectory, to location: TrajectoryLocation, images: [(name: String, bytes: [UInt8])] = [],
        features: [UInt8]? = nil
    ) throws {
        let json = try trajectory.json()
        let folder = try AtomicFolder(location.folder)
        if !images.isEmpty { try Folder.make(folder.partialPath + "/" + RawImages.folderName) }
        for image in images { try write(image.bytes, "\(RawImages.folderName)/\(image.name)", in: folder) }
        if let features { try write(features, TrajectoryLocation.featureFileName, in: folder) }
        try write(json, TrajectoryLocation.fileName, in: folder)
        try folder.finish(durable: false)
    }

    /// Trajectories are many and can be made again: nobody waits for the device.
    private static func write(
        _ bytes: [UInt8], _ name: String, in folder: borrowing AtomicFolder
    ) throws(FileError) {
        try AtomicFile.write(bytes, to: "\(folder.partialPath)/\(name)", durable: false)
    }
}
