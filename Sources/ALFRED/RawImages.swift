internal import Ground

/// The picture files of one trajectory. `traj_data.json` says `.png`; the `full` release has `.jpg`; users have either.
package struct RawImages: Sendable, Equatable {
    /// Folder name beside `traj_data.json`.
    package static let folderName = "raw_images"
    private static let extensions = ["jpg", "png", "jpeg", "JPG", "PNG", "JPEG"]

    /// Names of the files in the folder by name without extension.
    private let names: [String: String]

    /// Lists `raw_images` in the trajectory's folder; nil when there is none.
    ///
    /// - Throws: ``ALFREDError`` when the folder is there but cannot be listed.
    package init?(trajectoryFolder: String) throws(ALFREDError) {
        guard let entries = try directoryEntries(trajectoryFolder + "/" + Self.folderName) else { return nil }
        var ranked: [String: (rank: Int, name: String)] = [:]
        for entry in entries {
            guard let dot = entry.lastIndex(of: "."),
                let rank = Self.extensions.firstIndex(of: String(entry[entry.index(after: dot)...]))
            else { continue }
            let stem = String(entry[..<dot])
            if let known = ranked[stem], known.rank < rank { continue }
            ranked[stem] = (rank, entry)
        }
        names = ranked.mapValues(\.name)
    }

    package var count: Int { names.count }

    /// The picture files relative to the trajectory's folder, sorted.
    package var paths: [String] { names.values.sorted().map { Self.folderName + "/" + $0 } }

    /// The file for a frame, relative to the trajectory's folder, or nil when it is missing. Where a frame exists in
    /// both formats the JPEG wins, as in the release.
    package func path(forFrameNamed stem: String) -> String? {
        names[stem].map { Self.folderName + "/" + $0 }
    }
}

/// The names in a folder without `.` and `..`, sorted by their bytes; nil when there is no such folder.
func directoryEntries(_ path: String) throws(ALFREDError) -> [String]? {
    try directoryContents(path)?.map(\.name)
}

/// As ``directoryEntries(_:)``, with whether each is a symbolic link.
func directoryContents(_ path: String) throws(ALFREDError) -> [(name: String, isLink: Bool)]? {
    guard let directory = opendir(path) else {
        if errno == ENOENT { return nil }
        throw ALFREDError(.unreadable, "cannot list: \(Platform.lastError)", file: path)
    }
    defer { closedir(directory) }
    var contents: [(name: String, isLink: Bool)] = []
    while true {
        errno = 0
        guard let entry = readdir(directory) else { break }
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
        }
        guard name != ".", name != ".." else { continue }
        var isLink = Int32(entry.pointee.d_type) == Int32(DT_LNK)
        if Int32(entry.pointee.d_type) == Int32(DT_UNKNOWN) {
            var status = stat()
            isLink = lstat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
        }
        contents.append((name, isLink))
    }
    guard errno == 0 else { throw ALFREDError(.unreadable, "cannot list: \(Platform.lastError)", file: path) }
    return contents.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
}
