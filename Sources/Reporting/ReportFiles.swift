package import ExperimentStore
package import Foundation
internal import Ground
internal import Instrument
internal import Pages
internal import Statistics

/// A report's files, made from a store.
package struct ReportFiles: Sendable {
    /// By name, in the order in which they should be written.
    package var files: [(name: String, bytes: Data)]
    /// What could not be made, and why.
    package var problems: [String]

    /// The figures that a report can have.
    package static let figureNames = ["differences", "figure4", "curves", "rewards"].flatMap {
        ["\($0).svg", "\($0).png"]
    }

    /// The most that source episodes take of the page.
    package static let sourceLimit = 12 << 20

    /// - Parameters:
    ///   - searchPath: Where gnuplot is looked for, as in `PATH`.
    ///   - progress: Told what is under way.
    /// - Throws: `StoreError` for a store that cannot be read.
    package init(
        _ data: ReportData, from store: ExperimentStore, searchPath: String, progress: (String) -> Void = { _ in }
    ) throws {
        progress("table")
        let table = TableBuilder().table(data)
        files = []
        problems = []
        func text(_ name: String, _ text: String) { files.append((name, Data(text.utf8))) }
        text("table.md", MarkdownTable(data, table).text)
        text("table.csv", CSVTable.text(table))
        text("table.tex", LaTeXTable.text(data, table))
        progress("rewards")
        let uses = try RewardUse.read(data, from: store)
        progress("figures")
        let drawn = draw(
            [
                DifferenceFigure.figure(table), ResultFigure.figure(data, table), CurveFigure.figure(data),
                RewardFigure.figure(data, uses),
            ], searchPath)
        text("results.json", try ReportResults(data, table, uses).json)
        progress("page")
        let ids = Self.sources(data)
        let sources = try SourceEpisodeReader(store, labels: data.labels).episodes(ids, limit: Self.sourceLimit)
        let content = try store.read { db in
            try PageData(data, table, sources: sources) { id in try Rollout.steps(id, db) }
        }
        var notes = problems
        if !sources.leftOut.isEmpty {
            notes.append(
                "Source episodes take at most \(Self.sourceLimit >> 20) MB of this page; "
                    + "\(Show.plural(sources.leftOut.count, "episode")) of \(ids.count) are left out: "
                    + "\(sources.leftOut.map(String.init).joined(separator: ", "))."
            )
        }
        text("report.html", try ReportPage(data: data, table: table).html(content, figures: drawn, notes: notes))
    }

    /// Writes the files into a folder, and removes figures of an earlier report, which would not belong to these
    /// numbers.
    ///
    /// - Returns: Their paths.
    /// - Throws: `FileError` where that cannot be done.
    package func write(to folder: String) throws -> [String] {
        try Folder.write(files.map { ($0.name, Array($0.bytes)) }, to: folder)
        for name in Self.figureNames where !files.contains(where: { $0.name == name }) {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        return files.map { "\(folder)/\($0.name)" }
    }

    /// Draws what there is to draw, and returns the SVG for the page.
    private mutating func draw(_ figures: [Figure?], _ searchPath: String) -> [(caption: String, svg: Data)] {
        let figures = figures.compactMap { $0 }
        guard !figures.isEmpty else { return [] }
        guard let gnuplot = Gnuplot.find(searchPath: searchPath) else {
            problems.append(
                "gnuplot is not installed, so there are no figures: "
                    + "\(Show.list(figures.map { "\($0.name).svg" })) were not drawn. "
                    + "Install it (apt: gnuplot-nox, brew: gnuplot) and make the report again."
            )
            return []
        }
        var drawn: [(caption: String, svg: Data)] = []
        for figure in figures {
            do {
                let made = try gnuplot.draw(figure)
                for (fileExtension, bytes) in made.sorted(by: { $0.key > $1.key }) {
                    files.append(("\(figure.name).\(fileExtension)", bytes))
                }
                if let svg = made["svg"] { drawn.append((figure.caption, svg)) }
            } catch {
                problems.append("\(figure.name) was not drawn: \(Plain.text("\(error)"))")
            }
        }
        return drawn
    }

    /// The episodes that tasks come from, in the order of sets and tasks.
    private static func sources(_ data: ReportData) -> [Int64] {
        var seen: Set<Int64> = []
        var ids: [Int64] = []
        for set in data.plan.sets {
            for id in ShownSet(set, data).rollouts.compactMap(\.episodeID) where seen.insert(id).inserted {
                ids.append(id)
            }
        }
        return ids
    }
}

/// Everything but the rollouts, for other programs.
package struct ReportResults: Encodable {
    var experiment: String
    var sets: [ResultTable.TaskSet]
    var findings: [Findings.Sentence]
    var published: [Published]
    var publishedMark: String
    var rewards: [RewardUse]
    /// Nil where the data were not checked before training.
    var check: DataCheck?
    var facts: [Footnotes.Fact]
    var deviations: [String]
    var reading: [String]

    /// - Parameter uses: What rows are rewarded with; none for the table alone.
    package init(_ data: ReportData, _ table: ResultTable, _ uses: [RewardUse] = []) {
        let notes = Footnotes(data, table)
        experiment = data.plan.name
        sets = table.sets
        findings = Findings.sentences(data, table)
        published = Published.rows
        publishedMark = Published.mark
        rewards = uses
        check = data.check
        facts = notes.facts
        deviations = notes.deviations
        reading = Footnotes.reading
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }
}
