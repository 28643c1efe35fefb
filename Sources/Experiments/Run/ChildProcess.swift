internal import Foundation
internal import Ground
internal import StageSupport

/// A program in a process group of its own, so that Ctrl-C reaches it once: through whoever started it.
enum ChildProcess {
    /// Starts a program with the signals as a new process has them.
    ///
    /// - Parameters:
    ///   - arguments: The program, a path or a name that a shell finds, and its arguments.
    ///   - input: What it has on stdin; nil for nothing.
    ///   - output: Where stdout and stderr go; nil for those of this process.
    ///   - jobFile: An open, locked file that the program gets as descriptor 9 and holds until it ends, and that gets
    ///     its number.
    ///   - onEnd: Called once from another thread with the exit code; 128 + n where signal n ended it.
    /// - Returns: The number of the process and of its group.
    /// - Throws: ``StageError`` when no process can be made.
    @discardableResult
    static func start(
        _ arguments: [String], input: Int32? = nil, output: Int32? = nil, jobFile: Int32? = nil,
        onEnd: @escaping @Sendable (Int32) -> Void
    ) throws -> Int32 {
        // The process says its number before it becomes the program: whoever started it may be killed at any time.
        let script = jobFile == nil ? "exec \"$@\"" : "echo $$ >&9; exec \"$@\""
        let words: [UnsafeMutablePointer<CChar>?] = (["/bin/sh", "-c", script, "sh"] + arguments).map { strdup($0) }
        let variables: [UnsafeMutablePointer<CChar>?] = ProcessInfo.processInfo.environment.map {
            strdup("\($0)=\($1)")
        }
        defer { for word in words + variables { free(word) } }
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        }
        if let jobFile { posix_spawn_file_actions_adddup2(&actions, jobFile, 9) }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in Signals.watched { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        keepDescriptors()
        var pid: pid_t = 0
        let problem = posix_spawn(&pid, "/bin/sh", &actions, &attributes, words + [nil], variables + [nil])
        guard problem == 0 else {
            throw StageError(
                .cannotWrite, "\(arguments.first ?? ""): cannot be started: \(String(cString: strerror(problem)))")
        }
        let child = pid
        // A thread that waits: nothing has to look again and again.
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            onEnd(status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F)
        }
        return child
    }

    /// Lets no program inherit what else is open here: whoever started this process may wait for its end until the last
    /// holder of a descriptor is gone.
    private static func keepDescriptors() {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }
}

/// The signals by which a person, or the system, asks for an end.
enum Signals {
    /// SIGINT and SIGTERM, and SIGHUP unless it is ignored, as under nohup.
    static let watched: [Int32] = {
        var current = sigaction()
        sigaction(SIGHUP, nil, &current)
        #if canImport(Darwin)
        let handler = current.__sigaction_u.__sa_handler
        #else
        let handler = current.__sigaction_handler.sa_handler
        #endif
        let isIgnored = unsafeBitCast(handler, to: Int.self) == 1
        return [SIGINT, SIGTERM] + (isIgnored ? [] : [SIGHUP])
    }()

    /// Calls `onSignal` from another thread for each of `numbers` that comes, as long as the result is kept.
    static func watch(
        _ numbers: [Int32], onSignal: @escaping @Sendable (Int32) -> Void
    ) -> [any DispatchSourceSignal] {
        numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { onSignal(number) }
            source.resume()
            return source
        }
    }
}
