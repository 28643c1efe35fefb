package import Foundation

/// Makes a file that claims `size` bytes and takes no room. Nil where the file system refuses.
package func makeSparseFile(_ path: String, size: UInt64, beginning: [UInt8] = []) throws -> FileHandle? {
    guard FileManager.default.createFile(atPath: path, contents: Data(beginning)),
        let handle = FileHandle(forUpdatingAtPath: path)
    else { return nil }
    try handle.truncate(atOffset: size)
    return handle
}
