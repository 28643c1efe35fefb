internal import Episodes
package import Ground

extension [InstructionQuery.Match] {
    /// A line an instruction; long sentences are cut.
    package var table: TextTable {
        var table = TextTable([
            ("id", .right), ("split", .left), ("episode", .right), ("annotation", .right), ("kind", .left),
            ("sub-tasks", .left), ("steps", .left), ("text", .left),
        ])
        for match in self {
            table.add([
                String(match.id), match.split, String(match.episodeID), String(match.repeatIdx), match.kind.rawValue,
                Self.span(match.firstSubtask, match.subtaskCount), Self.span(match.firstStep, match.stepCount),
                match.text.count > Self.shownLength ? match.text.prefix(Self.shownLength - 1) + "…" : match.text,
            ])
        }
        return table
    }

    /// Characters of a sentence the table shows.
    private static var shownLength: Int { 100 }

    private static func span(_ first: Int, _ count: Int) -> String {
        count == 1 ? "\(first)" : "\(first)-\(first + count - 1)"
    }
}
