internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The lock of the one writer: `<store>.lock`, which names the writer's process. The kernel drops the lock when the
/// process ends, however it ends; the file stays.
final class StoreLock: Sendable {
    private let descriptor: Mutex<Int32?>

    init(store: String, shownAs name: String) throws {
        let path = store + ".lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StoreError(.unwritable, "cannot make \(path): \(String(cString: strerror(errno)))", file: name)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var text = [UInt8](repeating: 0, count: 64)
            let count = max(0, pread(descriptor, &text, text.count, 0))
            let holder = String(decoding: text[..<count], as: UTF8.self).filter(\.isNumber)
            close(descriptor)
            throw StoreError(
                .locked,
                "another process\(holder.isEmpty ? "" : " (pid \(holder))") is writing to this store; "
                    + "wait for it to end", file: name)
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    func release() {
        descriptor.withLock {
            if let descriptor = $0 { close(descriptor) }
            $0 = nil
        }
    }
}
