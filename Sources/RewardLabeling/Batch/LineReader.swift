internal import Foundation

/// Reads a file line by line.
final class LineReader {
    private let handle: FileHandle
    private let file: String
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    init(_ file: String) throws(BatchError) {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw BatchError(.unreadable, "\(file): there is no such file, or it cannot be read")
        }
        self.handle = handle
        self.file = file
    }

    /// Without its newline; nil after the last.
    func next() throws(BatchError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return Array(buffer[start...])
            }
            buffer.removeFirst(start)
            searched -= start
            start = 0
            do {
                let more = try handle.read(upToCount: 1 << 20) ?? Data()
                isAtEnd = more.isEmpty
                buffer += more
            } catch {
                throw BatchError(.unreadable, "\(file): cannot be read: \(error.localizedDescription)")
            }
        }
    }
}
