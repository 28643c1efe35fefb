import Foundation
import TestSupport
import Testing

@testable import Ground

@Suite struct FileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func content(_ name: String) throws -> [UInt8] { try WholeFile.read(folder(name)) }

    // MARK: Writing

    @Test func whatStandsStaysUntilTheEnd() throws {
        let path = try folder.write("old", to: "x")
        do {
            let writer = try AtomicFile(path)
            try writer.append([1])
            #expect { try AtomicFile(path) } throws: {
                ($0 as? FileError)?.code == .locked && "\($0)".contains("another process is writing")
            }
            #expect(try content("x") == Array("old".utf8))
        }
        #expect(try content("x") == Array("old".utf8))
        #expect(try names() == ["x"])
        // What a kill left does not stand in the way.
        try folder.write("rest of an earlier attempt that was longer", to: "x.partial")
        try AtomicFile.write(Array("new".utf8), to: path)
        #expect(try content("x") == Array("new".utf8))
        #expect(try names() == ["x"])
    }

    /// Pieces below, at and above the buffer's size, and bytes replaced afterwards.
    @Test(arguments: [true, false]) func piecesMakeTheFile(durable: Bool) throws {
        var random = SplitMix64(seed: 3)
        var expected: [UInt8] = []
        let file = try AtomicFile(folder("x"), durable: durable)
        for size in [0, 1, 1000, 1 << 20, 5, (1 << 20) - 1, 2, 3 << 20, 7] {
            let piece = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            try file.append(piece)
            expected += piece
            #expect(file.count == expected.count)
        }
        for place in [0, 1001, expected.count - 2] {
            try file.overwrite(at: place, with: [1, 2])
            expected.replaceSubrange(place..<place + 2, with: [1, 2])
        }
        try file.finish()
        #expect(try content("x") == expected)
    }

    @Test func aPreparedFileStays() throws {
        do {
            let file = try AtomicFile(folder("x"))
            try file.append([1, 2])
            try file.prepare()
        }
        #expect(try content("x.partial") == [1, 2])
        try Folder.rename(folder("x.partial"), to: folder("x"))
        #expect(try names() == ["x"])
    }

    @Test func whatCannotBeWrittenIsSaid() throws {
        try folder.write("", to: "folder/x")
        for path in [folder("no/x"), folder("folder"), "/dev/null"] {
            #expect { try AtomicFile.write([1], to: path) } throws: { error in
                guard let error = error as? FileError else { return false }
                return error.code == .unwritable && error.file == path && error.exit == .cannotWrite
            }
        }
        #expect { try AtomicFile(folder("no/x")) } throws: {
            "\($0)" == "\(folder("no/x")): cannot open: No such file or directory"
        }
        try FileManager.default.createSymbolicLink(atPath: folder("l.partial"), withDestinationPath: folder("target"))
        #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder("l")) }
        #expect(!FileManager.default.fileExists(atPath: folder("target")))
        #expect(mkfifo(folder("pipe.partial"), 0o644) == 0)
        #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder("pipe")) }
    }

    @Test func foldersAppearWhole() throws {
        let path = folder("a/b")
        do {
            let new = try AtomicFolder(path)
            try AtomicFile.write([1], to: new.partialPath + "/x")
            #expect(!FileManager.default.fileExists(atPath: path))
            try new.finish()
        }
        #expect(try content("a/b/x") == [1])
        do {
            let other = try AtomicFolder(path)
            try AtomicFile.write([2], to: other.partialPath + "/x")
            // It has a file in it: not replaced.
            var problem: FileError?
            do throws(FileError) { try other.finish() } catch { problem = error }
            #expect(problem?.code == .unwritable)
        }
        do { _ = try AtomicFolder(folder("a/c")) }
        #expect(try content("a/b/x") == [1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("a")) == ["b"])
    }

    @Test func parents() {
        for (path, parent) in [("a", "."), ("/a", "/"), ("a/b", "a"), ("/a/b/c", "/a/b"), ("./a", ".")] {
            #expect(Folder.parent(of: path) == parent)
        }
    }

    // MARK: Reading

    @Test func onlyRegularFilesAreRead() throws {
        try folder.write("text", to: "x")
        try folder.write("", to: "empty")
        #expect(mkfifo(folder("pipe"), 0o644) == 0)
        #expect(try WholeFile.read(folder("x")) == Array("text".utf8))
        let mapped = try MappedFile(folder("x"))
        withExtendedLifetime(mapped) { #expect(mapped.bytes.elementsEqual("text".utf8)) }
        #expect(try WholeFile.read(folder("empty")).isEmpty && MappedFile(folder("empty")).bytes.isEmpty)
        for (path, code) in [
            (folder.path, FileError.Code.unreadable), (folder("pipe"), .unreadable), ("/dev/zero", .unreadable),
            (folder("no"), .missing), (folder("x/y"), .missing),
        ] {
            #expect { try WholeFile.read(path) } throws: { ($0 as? FileError)?.code == code }
            #expect { try MappedFile(path) } throws: { ($0 as? FileError)?.code == code }
        }
        #expect { try WholeFile.read(folder("x"), limit: 3) } throws: {
            ($0 as? FileError)?.code == .tooLarge && ($0 as? FileError)?.exit == .badInput
        }
    }

    @Test func partsOfAFile() throws {
        try folder.write("0123456789", to: "x")
        let file = try OpenFile(reading: folder("x"))
        for (offset, size, expected) in [(0, 10, "0123456789"), (3, 4, "3456"), (8, 5, "89"), (10, 1, ""), (99, 1, "")]
        {
            var bytes = [UInt8](repeating: 0, count: size)
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            #expect(String(decoding: bytes.prefix(count), as: UTF8.self) == expected)
        }
        let mapped = try MappedFile(file, count: 4)
        withExtendedLifetime(mapped) { #expect(mapped.bytes.elementsEqual("0123".utf8)) }
    }

    // MARK: Locks

    @Test func oneHoldsALock() throws {
        let path = folder("lock")
        let first = try FileLock(path, activity: "is counting")
        #expect { try FileLock(path, activity: "is counting") } throws: {
            ($0 as? FileError)?.code == .locked
                && "\($0)" == "\(path): another process (pid \(getpid())) is counting; wait for it to end"
        }
        first.release()
        first.release()
        let second = try FileLock(path, activity: "is counting")
        withExtendedLifetime(second) {}
        #expect(try String(decoding: content("lock"), as: UTF8.self) == "\(getpid())\n")
        #expect { try FileLock(folder("no/lock"), activity: "") } throws: { ($0 as? FileError)?.code == .unwritable }
    }

    /// Whether a child process can take the lock at `path` while `body` runs.
    @Test func locksHoldBetweenProcesses() throws {
        let lock = try FileLock(folder("lock"), activity: "is counting")
        func tries() throws -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["flock", "-n", folder("lock"), "true"]
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        // 127 where there is no such command.
        #expect([1, 127].contains(try tries()))
        lock.release()
        #expect([0, 127].contains(try tries()))
    }
}
