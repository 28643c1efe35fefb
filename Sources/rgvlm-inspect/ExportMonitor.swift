internal import StageSupport

/// Shows how far an export is, and stops it when the user asks for that.
final class ExportMonitor {
    struct Interrupted: Error {}

    private let interruption = Interruption()
    private let progress: ProgressLine
    private var (done, total) = (0, 0)
    private static let megabyte = 1_000_000

    init(_ common: CommonOptions) {
        progress = ProgressLine(quiet: common.quiet || common.json, logger: common.logger("rgvlm-inspect"))
    }

    /// Begins to count.
    func expect(bytes: Int) { total = bytes }

    /// Counts bytes that were written.
    ///
    /// - Throws: ``Interrupted`` when the user has interrupted.
    func add(bytes: Int) throws {
        if interruption.hasCome { throw Interrupted() }
        done += bytes
        progress.show("export", done: done / Self.megabyte, of: total / Self.megabyte, unit: "MB")
    }

    func clear() { progress.clear() }
}
