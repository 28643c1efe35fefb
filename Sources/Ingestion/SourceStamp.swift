internal import ALFRED
internal import Ground
internal import Foundation

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A cheap sign that files have not changed: their sizes and times of modification.
struct SourceStamp {
    private(set) var text: String

    init(options: String) { text = options }

    /// Adds a file; one that is not there counts as such.
    mutating func add(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            text += " -"
            return
        }
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        text += " \(status.st_size)@\(time.tv_sec).\(time.tv_nsec)"
    }

    /// The stamp in the store: as it is when short, else its hash.
    var value: String {
        text.utf8.count <= 64 ? text : SHA256.hash(data: Data(text.utf8)).prefix(16).hex
    }
}
