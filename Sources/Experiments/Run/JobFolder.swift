internal import Foundation
internal import Ground
internal import StageSupport

/// `<out>/jobs`: who works in a folder of results. The driver holds the lock of `driver`. Each of its jobs has a file,
/// in a folder named by the driver's process, that holds the job's process and that this process keeps locked until it
/// ends, however it ends.
final class JobFolder {
    private let path: String
    private let own: String
    private let driver: Int32
    /// A pipe that only this process holds open: the watcher ends the jobs when it closes without a word.
    private let alive: Int32

    /// Takes the folder.
    ///
    /// - Throws: ``StageError`` while another driver works in it, or where it cannot be made.
    init(_ out: String) throws {
        path = out + "/jobs"
        own = "\(path)/\(getpid())"
        driver = try Self.lockDriver(path, out: out)
        var ends: [Int32] = [-1, -1]
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard mkdir(own, 0o755) == 0 || errno == EEXIST, nowhere >= 0, pipe(&ends) == 0 else {
            throw StageError(.cannotWrite, "\(own): cannot be made: \(Platform.lastError)")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        alive = ends[1]
        let script = """
            read -r word && exit
            for file in "$1"/*.job; do read -r job <"$file" && kill -s TERM -- "-$job"; done
            """
        try ChildProcess.start(["/bin/sh", "-c", script, "sh", own], input: ends[0], output: nowhere) { _ in }
        close(ends[0])
        close(nowhere)
    }

    /// The lock of the one driver. Another may be removing the file just now: then it is made anew.
    private static func lockDriver(_ path: String, out: String) throws -> Int32 {
        let file = path + "/driver"
        while true {
            try? Folder.make(path)
            let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                if errno == ENOENT, FileManager.default.fileExists(atPath: out) { continue }
                throw StageError(.cannotWrite, "\(file): cannot be made: \(Platform.lastError)")
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let holder = pid(in: file).map { " (pid \($0))" } ?? ""
                close(descriptor)
                throw StageError(
                    .cannotWrite, "another rgvlm-experiment\(holder) works in \(out); wait for it to end")
            }
            var (held, named) = (stat(), stat())
            if fstat(descriptor, &held) == 0, stat(file, &named) == 0, held.st_ino == named.st_ino {
                let text = "\(getpid())\n"
                _ = ftruncate(descriptor, 0)
                _ = pwrite(descriptor, text, text.utf8.count, 0)
                return descriptor
            }
            close(descriptor)
        }
    }

    private static func pid(in file: String) -> Int32? {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { $0 > 1 ? $0 : nil }
    }

    // MARK: Jobs

    /// An open, locked file for a job's process to inherit; whoever has started it closes it.
    ///
    /// - Throws: ``StageError`` where it cannot be made.
    func makeFile(for job: String) throws -> Int32 {
        let descriptor = open("\(own)/\(job).job", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw StageError(.cannotWrite, "\(own)/\(job).job: cannot be made: \(Platform.lastError)")
        }
        return descriptor
    }

    /// Forgets a job that has ended.
    func remove(_ job: String) { unlink("\(own)/\(job).job") }

    /// Sends a signal to the groups of jobs.
    func send(_ number: Int32, to jobs: [String]) {
        for job in jobs {
            guard let pid = Self.pid(in: "\(own)/\(job).job") else { continue }
            kill(-pid, number)
        }
    }

    // MARK: What an earlier driver has left

    /// The files of processes that still run. What has no process any more is removed.
    func leftovers() -> [String] {
        let folders = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { Int($0) != nil }.map { "\(path)/\($0)" }
        var running: [String] = []
        for folder in folders where folder != own {
            let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
                .map { "\(folder)/\($0)" }
            let left = files.filter { !Self.hasEnded($0) }
            if left.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
            running += left
        }
        return running
    }

    private static func hasEnded(_ file: String, waiting: Bool = false) -> Bool {
        let descriptor = open(file, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        while flock(descriptor, waiting ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
            guard waiting, errno == EINTR else { return false }
        }
        unlink(file)
        return true
    }

    /// Calls `onEnd` from another thread when the process of a leftover's file has ended.
    static func awaitEnd(of file: String, onEnd: @escaping @Sendable () -> Void) {
        Thread.detachNewThread {
            _ = hasEnded(file, waiting: true)
            onEnd()
        }
    }

    /// Sends a signal to the group of a leftover.
    static func send(_ number: Int32, toLeftover file: String) {
        if let pid = pid(in: file) { kill(-pid, number) }
    }

    /// Lets the next driver in. Nothing is to run any more.
    func release() {
        let word = "end\n"
        _ = write(alive, word, word.utf8.count)
        close(alive)
        try? FileManager.default.removeItem(atPath: path)
        close(driver)
    }
}
