/// A table for people: columns as wide as their widest cell, numbers to the right.
package struct TextTable: Sendable {
    package enum Alignment: Sendable { case left, right }

    private let header: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    package init(_ columns: [(name: String, alignment: Alignment)]) {
        header = columns.map(\.name)
        alignments = columns.map(\.alignment)
    }

    /// Adds a row; missing cells are empty, and all are made ``printable(_:keepingLines:)``.
    package mutating func add(_ cells: [String]) {
        rows.append(cells.map { Self.printable($0) } + repeatElement("", count: max(0, header.count - cells.count)))
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// The lines, each ended by a newline.
    package var text: String {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            var line = ""
            for (column, width) in widths.enumerated() {
                let cell = cells[column]
                let padding = String(repeating: " ", count: width - cell.count)
                line += column == 0 ? "" : "  "
                line += alignments[column] == .left ? cell + padding : padding + cell
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return ([header, rule] + rows).map(line).joined()
    }

    /// Text from a dataset made safe for a terminal: characters that steer it or turn the direction of writing become
    /// `?`.
    package static func printable(_ text: String, keepingLines: Bool = false) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            if keepingLines, scalar == "\n" { return scalar }
            switch scalar.value {
            case 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: return "?"
            default: return scalar.properties.generalCategory == .control ? "?" : scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
