internal import Ground

/// The folders of a dataset in ALFRED's layout: the split folders, the splits file and the floor-plan layouts.
package struct Release: Sendable, Equatable {
    /// The splits of the release, in its order.
    package static let knownSplits = ["train", "valid_seen", "valid_unseen", "tests_seen", "tests_unseen"]

    /// The folder that holds the split folders.
    package let dataFolder: String
    /// `oct21.json`, or the one JSON file in the `splits` folder; nil when there is none.
    package let splitsFile: String?
    /// What the splits file says.
    package let samples: Splits?
    /// `gen/layouts`, when present.
    package let layoutsFolder: String?
    /// The split folders found: the known ones in the release's order, then those that the splits file names.
    package let splits: [String]

    /// Finds the dataset under `root`: the repository checkout (`data/json_2.1.0`, `data/json_feat_2.1.0`,
    /// `data/full_2.1.0`), its `data` folder, or the folder of the splits itself.
    ///
    /// Where several flavours are present, the one with most data per trajectory is taken.
    package init(root: String) throws(ALFREDError) {
        guard isFolder(root) else {
            throw ALFREDError(.unreadable, "there is no such folder", file: root)
        }
        let flavours = ["full_2.1.0", "json_feat_2.1.0", "json_2.1.0"]
        let candidates = [root] + ["", "data/"].flatMap { parent in flavours.map { "\(root)/\(parent)\($0)" } }
        let parents = [root, root + "/data", root + "/..", root + "/../.."]
        var splitsFile: String?
        for parent in parents where splitsFile == nil { splitsFile = try Self.splitsFile(in: parent + "/splits") }
        self.splitsFile = splitsFile
        if let splitsFile { samples = try Splits(contentsOf: splitsFile) } else { samples = nil }
        layoutsFolder = parents.map { $0 + "/gen/layouts" }.first(where: isFolder)
        // A split is a folder's name, never a path.
        let others = (samples?.samples.keys.sorted() ?? []).filter {
            !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("/") && !Self.knownSplits.contains($0)
        }
        let names = Self.knownSplits + others
        for candidate in candidates {
            let found = names.filter { isFolder(candidate + "/" + $0) }
            if !found.isEmpty {
                dataFolder = candidate
                splits = found
                return
            }
        }
        throw ALFREDError(
            .unreadable,
            "has no split folder; expected \(Self.knownSplits.joined(separator: ", ")) here, in "
                + "\(flavours.joined(separator: ", ")) "
                + "or in data/", file: root)
    }

    private static func splitsFile(in folder: String) throws(ALFREDError) -> String? {
        let files = try (directoryEntries(folder) ?? []).filter { $0.hasSuffix(".json") }
        if files.contains("oct21.json") { return folder + "/oct21.json" }
        return files.count == 1 ? folder + "/" + files[0] : nil
    }

    /// The one trajectory of this key, `<task>/<trial>`, or with this trial's name.
    ///
    /// - Throws: ``ALFREDError`` where there is none, or several have the name.
    package func trajectory(named id: String) throws(ALFREDError) -> TrajectoryLocation {
        let matches = splits.flatMap { trajectories(in: $0).trajectories }.filter {
            $0.key == id || $0.key.split(separator: "/").last.map(String.init) == id
        }
        guard let match = matches.first else {
            throw ALFREDError(.unreadable, "has no trajectory \(id)", file: dataFolder)
        }
        guard matches.count == 1 else {
            throw ALFREDError(
                .ambiguous, "\(id) is not unique: \(matches.map(\.relativeFile).joined(separator: ", "))",
                file: dataFolder)
        }
        return match
    }

    /// The splits of these names, which have to be there.
    ///
    /// - Throws: ``ALFREDError`` that lists what there is.
    package func splits(named names: [String]) throws(ALFREDError) -> [String] {
        if let missing = names.first(where: { !splits.contains($0) }) {
            throw ALFREDError(
                .unreadable, "has no split \(missing); it has \(splits.joined(separator: ", "))", file: dataFolder)
        }
        return names
    }

    /// The trajectories of one split folder and what could not be listed.
    package func trajectories(in split: String) -> Listing {
        var listing = Listing()
        var seen = Set<FolderIdentity>()
        let folder = dataFolder + "/" + split
        _ = Self.enter(folder, &seen, &listing)
        for task in Self.entriesLinksLast(folder, &listing) {
            let path = folder + "/" + task
            guard Self.enter(path, &seen, &listing) else { continue }
            if exists(path + "/" + TrajectoryLocation.fileName) {
                listing.trajectories.append(TrajectoryLocation(split: split, key: task, folder: path))
                continue
            }
            for trial in Self.entriesLinksLast(path, &listing) {
                let key = task + "/" + trial
                guard Self.enter(path + "/" + trial, &seen, &listing) else { continue }
                if exists(path + "/" + trial + "/" + TrajectoryLocation.fileName) {
                    listing.trajectories.append(
                        TrajectoryLocation(split: split, key: key, folder: path + "/" + trial))
                } else {
                    listing.problems.append(
                        ALFREDError(.unreadable, "has no \(TrajectoryLocation.fileName)", file: path + "/" + trial))
                }
            }
        }
        listing.trajectories.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return listing
    }

    /// Visible names with symbolic links at the end, so that a folder is read under its own name first.
    private static func entriesLinksLast(_ path: String, _ listing: inout Listing) -> [String] {
        do {
            let entries = try (directoryContents(path) ?? []).filter { !$0.name.hasPrefix(".") }
            return entries.filter { !$0.isLink }.map(\.name) + entries.filter(\.isLink).map(\.name)
        } catch {
            listing.problems.append(error)
            return []
        }
    }

    /// Whether `path` is a folder not entered before. Links are followed, once.
    private static func enter(_ path: String, _ seen: inout Set<FolderIdentity>, _ listing: inout Listing) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            listing.problems.append(ALFREDError(.unreadable, "cannot open: \(Platform.lastError)", file: path))
            return false
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return false }
        guard
            seen.insert(
                FolderIdentity(
                    device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino))
            ).inserted
        else {
            listing.problems.append(
                ALFREDError(.unreadable, "is a link to a folder that was already read", file: path))
            return false
        }
        return true
    }

    private struct FolderIdentity: Hashable {
        var device, inode: UInt64
    }

    /// What a split's folder has.
    package struct Listing: Sendable, Equatable {
        /// In the order of their keys' bytes.
        package var trajectories: [TrajectoryLocation] = []
        /// Folders that cannot be read.
        package var problems: [ALFREDError] = []
    }
}

/// Where one trajectory lies.
package struct TrajectoryLocation: Sendable, Hashable {
    /// The file of a trajectory in its folder.
    package static let fileName = "traj_data.json"
    /// The file of the pictures' features in its folder.
    package static let featureFileName = "feat_conv.pt"

    /// The split whose folder it is in.
    package var split: String
    /// `<task>/<trial>`; `<trial>` in the test splits.
    package var key: String
    /// The folder's path.
    package var folder: String

    /// The path of the trajectory itself.
    package var file: String { folder + "/" + Self.fileName }
    /// The trajectory's file relative to the dataset's folder.
    package var relativeFile: String { "\(split)/\(key)/\(Self.fileName)" }
    /// The features beside it, when there are any.
    package var featureFile: String? {
        let path = folder + "/" + Self.featureFileName
        return exists(path) ? path : nil
    }

    package init(split: String, key: String, folder: String) {
        self.split = split
        self.key = key
        self.folder = folder
    }
}

private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether there is a file or folder at the path.
package func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
}
