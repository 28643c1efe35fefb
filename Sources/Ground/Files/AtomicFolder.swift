internal import Foundation

/// A folder that is either there and whole or not there: filled under a hidden name beside its place, then renamed.
///
/// One that is not finished is removed with all that is in it.
package struct AtomicFolder: ~Copyable {
    /// The folder's place.
    package let path: String
    /// Where its contents go until it is finished: `.partial-<name>-<process>`.
    package let partialPath: String

    /// The hidden names begin so.
    package static let prefix = ".partial-"

    /// Makes the hidden folder, and the parents of both.
    package init(_ path: String) throws(FileError) {
        self.path = path
        let parent = Folder.parent(of: path)
        partialPath = "\(parent)/\(Self.prefix)\(path.dropFirst(parent == "." ? 0 : parent.count + 1))-\(getpid())"
        try? FileManager.default.removeItem(atPath: partialPath)
        try Folder.make(partialPath)
    }

    deinit { try? FileManager.default.removeItem(atPath: partialPath) }

    /// Gives the folder its name.
    ///
    /// - Throws: ``FileError`` when there is a folder of this name that is not empty; the hidden one is then removed.
    package consuming func finish(durable: Bool = true) throws(FileError) {
        try Folder.rename(partialPath, to: path, durable: durable)
    }
}
