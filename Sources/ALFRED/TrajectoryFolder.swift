#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

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
    /// - Throws: What ``Trajectory/validate()`` finds, or why a file cannot be written.
    package static func write(
        _ trajectory: Trajectory, to location: TrajectoryLocation, images: [(name: String, bytes: [UInt8])] = [],
        features: [UInt8]? = nil
    ) throws(ALFREDError) {
        let json = try trajectory.json()
        let slash = location.folder.lastIndex(of: "/")
        let parent = slash.map { String(location.folder[..<$0]) } ?? "."
        let name = slash.map { location.folder[location.folder.index(after: $0)...] } ?? location.folder[...]
        let partial = "\(parent)/.partial-\(name)-\(getpid())"
        try makeFolders(images.isEmpty ? partial : partial + "/" + RawImages.folderName)
        for image in images { try writeFile(image.bytes, to: "\(partial)/\(RawImages.folderName)/\(image.name)") }
        if let features { try writeFile(features, to: "\(partial)/\(TrajectoryLocation.featureFileName)") }
        try writeFile(json, to: "\(partial)/\(TrajectoryLocation.fileName)")
        guard rename(partial, location.folder) == 0 else {
            throw ALFREDError(.unreadable, "cannot make the folder: \(systemMessage())", file: location.folder)
        }
    }

    /// Makes a folder and its parents.
    package static func makeFolders(_ path: String) throws(ALFREDError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o755) != 0, errno != EEXIST {
                throw ALFREDError(.unreadable, "cannot make the folder: \(systemMessage())", file: made)
            }
        }
    }

    /// Writes a file under a temporary name and renames it, so that other processes see it whole or not at all.
    package static func writeFile(_ bytes: [UInt8], to path: String) throws(ALFREDError) {
        let partial = "\(path).partial-\(getpid())"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw ALFREDError(.unreadable, "cannot write: \(systemMessage())", file: path) }
        var written = 0
        while written < bytes.count {
            let n = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + written, $0.count - written, off_t(written))
            }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else {
                let message = systemMessage()
                close(descriptor)
                unlink(partial)
                throw ALFREDError(.unreadable, "cannot write: \(message)", file: path)
            }
            written += n
        }
        guard close(descriptor) == 0, rename(partial, path) == 0 else {
            let message = systemMessage()
            unlink(partial)
            throw ALFREDError(.unreadable, "cannot write: \(message)", file: path)
        }
    }
}
