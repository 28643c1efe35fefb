/// Folders, and names in them.
package enum Folder {
    /// Makes a folder and its parents. One that is there is fine.
    package static func make(_ path: String) throws(FileError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o755) != 0, errno != EEXIST {
                throw .system(.unwritable, "cannot make the folder", file: made)
            }
        }
    }

    /// Writes files into a folder, which is made when it is not there; each is there as a whole or not at all.
    package static func write(_ files: [(name: String, bytes: [UInt8])], to path: String) throws(FileError) {
        try make(path)
        for file in files { try AtomicFile.write(file.bytes, to: "\(path)/\(file.name)") }
    }

    /// Gives a file or folder another name, in place of a file that has it.
    ///
    /// - Parameter durable: Whether the new name survives a loss of power, where the file system can do that.
    package static func rename(_ path: String, to name: String, durable: Bool = true) throws(FileError) {
        guard renameCall(path, name) == 0 else {
            throw .system(.unwritable, "cannot rename \(path) to it", file: name)
        }
        if durable { synchronize(parent(of: name)) }
    }

    /// Makes the names in a folder durable, where the file system can.
    package static func synchronize(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The folder that `path` is in.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// The system's call, which ``Folder`` has a function of the same name as.
private let renameCall = rename
