internal import Foundation
package import Ground

/// Writes scalars that `tensorboard --logdir` draws.
///
/// Each writer makes a file of its own in the folder, `events.out.tfevents.<second>.rgvlm`; TensorBoard reads the files
/// of a folder one after another by their names as one run. Not thread-safe.
package final class EventFileWriter {
    package var path: String { file.path }
    private let file: OpenFile
    /// Bytes that are in the file.
    private var size = 0
    private var buffer: [UInt8] = []

    private static let bufferSize = 64 << 10

    /// - Parameters:
    ///   - folder: The run's folder; it is made when it is missing.
    ///   - purgeStep: The first step that will be written again, for a run that goes on after it was stopped or killed:
    ///     what earlier files hold of this step and later ones is not shown.
    ///   - time: Seconds since 1970; the present when nil.
    package init(folder: String, purgeStep: Int? = nil, time: Double? = nil) throws(FileError) {
        let time = time ?? Self.now
        try Folder.make(folder)
        file = try Self.newFile(folder, second: Int(time))
        try add(.fileVersion, step: 0, time)
        if let purgeStep { try add(.start, step: purgeStep, time) }
        try flush()
    }

    deinit { try? flush() }

    private static var now: Double { Date.now.timeIntervalSince1970 }

    /// A file whose name comes after those of the files that are there.
    private static func newFile(_ folder: String, second: Int) throws(FileError) -> OpenFile {
        let prefix = "events.out.tfevents."
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let seconds = names.filter { $0.hasPrefix(prefix) }.compactMap { name in
            Int(name.dropFirst(prefix.count).prefix { $0 != "." })
        }
        let latest = seconds.filter { $0 < Int.max - attempts }.max() ?? 0
        for attempt in 0..<attempts {
            let number = String(max(second, latest + 1) + attempt)
            // Ten digits, as names are compared as texts.
            let digits = String(repeating: "0", count: max(0, 10 - number.count)) + number
            let path = "\(folder)/\(prefix)\(digits).rgvlm"
            do throws(FileError) {
                return try OpenFile(writing: path, O_EXCL | O_APPEND)
            } catch {
                guard access(path, F_OK) == 0 else { throw error }
            }
        }
        throw FileError(.unwritable, "is written to by others", file: folder)
    }

    /// Other writers may take a name between the look at the folder and the making of the file.
    private static let attempts = 1_000

    /// Appends values of one step.
    ///
    /// - Parameters:
    ///   - tag: The curve's name; a part before `/` groups curves, as in `train/value_loss`.
    ///   - time: Seconds since 1970; the present when nil.
    package func add(
        step: Int, _ scalars: [(tag: String, value: Float)], time: Double? = nil
    ) throws(FileError) {
        guard !scalars.isEmpty else { return }
        try add(.scalars(scalars), step: step, time ?? Self.now)
    }

    private func add(_ content: EventRecord.Content, step: Int, _ time: Double) throws(FileError) {
        buffer += EventRecord.frame(EventRecord.event(content, step: step, wallTime: time))
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Hands everything over to the system: it survives the end of this process, though not a loss of power.
    package func flush() throws(FileError) {
        do throws(FileError) {
            try buffer.withRawBytes { bytes throws(FileError) in try file.append(bytes) }
        } catch {
            // Half a record would hide what comes after it.
            try? file.truncate(to: size)
            throw error
        }
        size += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}
