package import ALFRED
internal import Foundation
internal import Ground

/// Rooms that a dataset brings along, in `gen/rooms` beside its data: what ``FloorPlanEstimate`` found out elsewhere.
///
/// A dataset of other episodes in the same floor plans has to have the very same rooms, and its own episodes are no
/// evidence of them.
package struct FloorPlanFolder: Sendable, Equatable {
    private let candidates: [String]
    /// Far more than any room takes.
    private static let byteLimit = 16 << 20

    /// The folder of a dataset's root.
    package init(root: String) { candidates = [root + "/gen/rooms"] }

    /// The folder of a release, wherever its data folder lies in it.
    package init(_ release: Release) {
        candidates = ["", "/..", "/../.."].map { release.dataFolder + $0 + "/gen/rooms" }
    }

    private static func name(_ sceneNumber: Int) -> String { "FloorPlan\(sceneNumber).json" }

    /// The room, or nil where the dataset brings none of this number.
    ///
    /// - Throws: ``ALFREDError`` for a file that is no room.
    package func read(_ sceneNumber: Int) throws(ALFREDError) -> FloorPlanEstimate? {
        let paths = candidates.map { "\($0)/\(Self.name(sceneNumber))" }
        guard let path = paths.first(where: pathExists) else { return nil }
        let file = FileBytes()
        do throws(ALFREDError) {
            try file.load(path, limit: Self.byteLimit)
        } catch {
            throw error.inFile(path)
        }
        do {
            let room = try JSONDecoder().decode(FloorPlanEstimate.self, from: Data(file.bytes))
            guard room.sceneNumber == sceneNumber else {
                throw ALFREDError(.invalidValue, "is of floor plan \(room.sceneNumber)", file: path)
            }
            return room
        } catch let error as ALFREDError {
            throw error
        } catch {
            throw ALFREDError(.malformed, "is no room as rgvlm-simulate writes it", file: path)
        }
    }

    /// Writes a room.
    ///
    /// - Throws: `FileError`.
    package func write(_ room: FloorPlanEstimate) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try Folder.make(candidates[0])
        try AtomicFile.write(
            Array(try encoder.encode(room)), to: "\(candidates[0])/\(Self.name(room.sceneNumber))", durable: false)
    }
}
