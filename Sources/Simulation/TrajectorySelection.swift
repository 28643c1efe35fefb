package import ALFRED
internal import Foundation
package import Ground
internal import Rooms

/// Which trajectories of each split are read: some by name, and others drawn until there are enough.
package struct TrajectorySelection: Sendable, Equatable {
    /// Trajectories of a split; those named are read even if they are more.
    package var limit: Int
    /// Folders `<task>/<trial>`.
    package var named: Set<String>
    /// Of the drawing.
    package var seed: UInt64

    /// Why a list of names cannot be read.
    package struct Refusal: ExitCoded {
        /// Why, and what to do.
        package var description: String
        package var exit = StageExit.badInput
    }

    /// A selection for each split.
    package init(limit: Int, named: Set<String> = [], seed: UInt64 = 0) {
        self.limit = limit
        self.named = named
        self.seed = seed
    }

    /// The chosen ones in the order they came in. The same seed chooses the same, and of more always those of fewer.
    package func choose(_ locations: [TrajectoryLocation]) -> [TrajectoryLocation] {
        var random = SeededGenerator(seed, 0x5E1EC7)
        let others = random.shuffled(locations.indices.filter { !named.contains(locations[$0].key) })
        let known = locations.count - others.count
        let drawn = Set(others.prefix(max(0, limit - known)))
        return locations.indices.filter { named.contains(locations[$0].key) || drawn.contains($0) }
            .map { locations[$0] }
    }

    /// Reads names: a JSON array of objects with a `task`, as SPRINT's files of tasks are, or of texts; or a name a
    /// line.
    ///
    /// - Throws: ``Refusal``.
    package static func names(in file: String) throws -> Set<String> {
        struct Item: Decodable { var task: String }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Refusal(description: "\(file): there is no such file", exit: .inputMissing)
        }
        if let items = try? JSONDecoder().decode([Item].self, from: data) { return Set(items.map(\.task)) }
        if let names = try? JSONDecoder().decode([String].self, from: data) { return Set(names) }
        guard let text = String(data: data, encoding: .utf8), text.first(where: { !$0.isWhitespace }) != "[",
            text.first(where: { !$0.isWhitespace }) != "{"
        else {
            throw Refusal(
                description: "\(file): is neither a JSON array of tasks nor a list of trajectories, one a line")
        }
        return Set(
            text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty && !$0.hasPrefix("#") })
    }
}
