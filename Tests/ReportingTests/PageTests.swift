import Episodes
import ExperimentStore
import Foundation
import Frames
import Pages
import Statistics
import StoreFixture
import TestSupport
import Testing

@testable import Reporting

@Suite struct PageTests {
    /// Text that breaks out of tags, attributes, scripts, tables and CSV cells if it can.
    static let hostile =
        "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&|`*[x](javascript:alert(3))"
        + "\u{2028}\u{202E}\\\\=1+1"

    private func files(_ data: ReportData, _ store: ExperimentStore, path: String = "") throws -> [String: String] {
        let report = try ReportFiles(data, from: store, searchPath: path)
        return Dictionary(
            uniqueKeysWithValues: report.files.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) })
    }

    /// The files of a small report whose words are all `words`.
    private func files(saying words: String) throws -> [String: String] {
        let sample = try Sample(annotator: "vlm", goal: words)
        let literal = ExperimentStore.literal(words)
        try sample.store.execute(
            """
            UPDATE label_runs SET name = \(literal), model = \(literal);
            UPDATE label_calls SET answer = \(literal), model_answered = \(literal)
            """)
        let run = try sample.train("x-s0", seed: 0, source: .labels(run: "labels"))
        try sample.evaluate(run, instruction: words) { $1 }
        var plan = Sample.plan([("x", .method)], seeds: [0])
        plan.rows[0].title = words
        plan.rows[0].runs[0].command = words
        plan.name = words
        return try files(try sample.data(plan), sample.store)
    }

    @Test func nothingEscapes() throws {
        let files = try files(saying: Self.hostile)
        let page = try #require(files["report.html"])
        let document = try HTMLDocument(page)
        #expect(document.raw.map(\.element) == ["style", "script", "script"])
        #expect(document.all("script").map { $0["id"] } == ["data", nil])
        #expect(!page.contains("\u{2028}") && !page.contains("\u{202E}"))
        // The same elements and attributes as without it; the words are texts and titles, whole.
        let harmless = try HTMLDocument(#require(try self.files(saying: "apples")["report.html"]))
        #expect(document.names == harmless.names)
        let seen = Self.hostile.unicodeScalars.map { "\u{2028}\u{202E}".unicodeScalars.contains($0) ? " " : $0 }
        let words = String(String.UnicodeScalarView(seen)).prefix(40)
        #expect(document.texts.count { $0.contains(words) } > 5)
        for element in document.elements {
            for attribute in element.attributes where attribute.value.contains("alert") {
                #expect(attribute.name == "title" && attribute.value.contains(words))
            }
        }
        // The data is JSON, and gives the words back as they were but for what steers the direction of writing.
        let json = document.raw[1].text
        #expect(!json.contains("<") && !json.contains("&"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let sets = try #require(object["sets"] as? [[String: Any]])
        let tasks = try #require(sets.first?["tasks"] as? [[String: Any]])
        #expect(tasks.first?["text"] as? String == Plain.text(Self.hostile))
        // One row, one table: no cell of Markdown or CSV is cut in two.
        let markdown = try #require(files["table.md"])
        // Outside of code, where it means itself.
        for line in markdown.components(separatedBy: "\n") where !line.hasPrefix("  - `") {
            #expect(!line.contains("<script") && !line.contains("<img"), "\(line)")
        }
        for line in markdown.components(separatedBy: "\n") where line.hasPrefix("| ") && line.contains("alert") {
            let bars = line.replacingOccurrences(of: "\\\\", with: "").replacingOccurrences(of: "\\|", with: "")
            #expect([12, 10, 3].contains(bars.count { $0 == "|" }), "\(line)")
        }
        let csv = try #require(files["table.csv"])
        for line in csv.components(separatedBy: "\n").dropLast() { #expect(Self.fields(line).count == 14, "\(line)") }
        let latex = try #require(files["table.tex"])
        #expect(!latex.contains("\u{202E}"))
    }

    /// The fields of a line of CSV, by the rules of RFC 4180.
    private static func fields(_ line: String) -> [String] {
        var (fields, field, isQuoted) = ([String](), "", false)
        for character in line {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted {
                fields.append(field)
                field = ""
            } else {
                field.append(character)
            }
        }
        return fields + [field]
    }

    @Test func escapesCoverEachCharacter() {
        for scalar in (0...0x2100).compactMap(Unicode.Scalar.init) {
            let text = "a\(Character(scalar))b"
            for plain in [Escape.markdown(text), Escape.latex(text), Escape.csv(text)] {
                #expect(!plain.unicodeScalars.contains { $0.properties.generalCategory == .control })
            }
            let title = Figure.title(text)
            let shown = Array(title.unicodeScalars)
            #expect(shown.count == 5 && shown[0] == "\"" && shown[4] == "\"", "\(title)")
            let properties = scalar.properties
            let isKept =
                properties.isAlphabetic && properties.generalCategory != .letterNumber
                && properties.generalCategory != .otherSymbol
                || properties.generalCategory == .decimalNumber || "+-.,()/:=".unicodeScalars.contains(scalar)
            if isKept { #expect(shown[2] == scalar) }
            if properties.isWhitespace || "\"'\\`@%^_{}$#~!&;|<>*?".unicodeScalars.contains(scalar) {
                #expect(shown[2] == " ")
            }
        }
        #expect(Escape.csv("=1") == "'=1" && Escape.csv("a,\"b") == "\"a,\"\"b\"")
        #expect(Escape.latex("50% & $x_1$ \\{}") == "50\\% \\& \\$x\\_1\\$ \\textbackslash{}\\{\\}")
        #expect(Escape.markdown("a|b*") == "a\\|b\\*")
        #expect(Escape.markdown("$0.10 and $x_1$") == "\\$0.10 and \\$x\\_1\\$")
    }

    /// Nothing is fetched, and every link and cell of the page leads to something it has.
    @Test func thePageStandsAlone() throws {
        let sample = try Sample()
        let data = try sample.data(try sample.fill())
        let page = try #require(try files(data, sample.store)["report.html"])
        for forbidden in [
            "http:", "https:", "src=\"/", "<link", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML", "eval(",
        ] {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
        var found = 0
        let pattern = /href="#\/cell\/([0-9]+)\/([0-9]+)\/([a-z_0-9]+)"/
        for match in page.matches(of: pattern) {
            found += 1
            #expect(Int(match.1) == 0)
            #expect((0..<(data.rows.count + data.references.count)).contains(try #require(Int(match.2))))
            #expect(Measure.all.map(\.name).contains(String(match.3)))
        }
        // Six rows and the expert, each with 8 + 5 measures and IQM; five compared with sparse twice.
        #expect(found == 7 * 14 + 5 * 2)
        for command in ["train sparse 0", "train zero 1", "evaluate expert"] { #expect(page.contains(command)) }
        let document = try HTMLDocument(page)
        let policy = document.all("meta").first { $0["http-equiv"] == "Content-Security-Policy" }?["content"]
        #expect(policy?.hasPrefix("default-src 'none'") == true)
        for address in document.all("a").compactMap({ $0["href"] }) where !address.hasPrefix("#/") && address != "#" {
            #expect(document.elements.contains { $0["id"] == String(address.dropFirst()) }, "\(address)")
        }
        #expect(undefinedColours(document.raw[0].text).isEmpty)
    }

    /// Whatever else the store holds, the tasks of the page are those of the table, and so are the means of counted
    /// runs.
    @Test func pageAndTableAgree() throws {
        let sample = try Sample()
        for agent in [EvalRun.Agent.expert, .random] {
            try sample.evaluate(nil, agent: agent, version: 8, instruction: "stale", places: Array(0..<30)) { $1 }
        }
        for name in ["a", "b"] {
            for seed in 0..<3 {
                let run = try sample.train("\(name)-s\(seed)", seed: seed)
                switch (name, seed) {
                // Under way, with a gap where tasks go on in parallel.
                case ("b", 0): try sample.evaluate(run, isDone: false, places: [1, 3, 11]) { $1 }
                // Complete, but of fewer tasks, of more, and of another version.
                case ("b", 1): try sample.evaluate(run, places: [0, 1]) { $1 }
                case ("b", 2): try sample.evaluate(run, instruction: "stale", places: Array(0..<20)) { $1 }
                default: try sample.evaluate(run) { task, length in (task + seed) % (length + 1) }
                }
            }
        }
        let data = try sample.data(Sample.plan([("a", .method), ("b", .method)], seeds: [0, 1, 2]))
        let table = TableBuilder(bootstrap: Bootstrap(repetitions: 200)).table(data)
        let page = try PageData(data, table, sources: ([:], [])) { id in
            try sample.store.read { try Rollout.steps(id, $0) }
        }
        let set = try #require(table.sets.first)
        let tasks = try #require(page.sets.first).tasks
        #expect(tasks.count == set.tasks && tasks.count == 12 && tasks.allSatisfy { $0.text == "Take the apple" })
        for (row, line) in zip(page.rows, set.lines) {
            for (run, counted) in zip(row.runs, line.runs) {
                let evaluation = try #require(run.evaluations.first ?? nil)
                #expect((evaluation.uncounted == nil) == counted.counted)
                guard counted.counted else { continue }
                for measure in Measure.all {
                    let scores = zip(tasks, evaluation.r).compactMap { task, r in
                        r.flatMap { measure.score(Self.rollout(task, $0)) }
                    }
                    let mean = try #require(counted.means[measure.name])
                    let place = try #require(Measure.all.firstIndex(of: measure))
                    #expect(evaluation.means[place] == mean, "\(measure)")
                    #expect(abs(scores.reduce(0, +) / Double(scores.count) - mean) < 1e-12, "\(measure)")
                }
            }
        }
        let others = page.rows[1].runs.map { $0.evaluations[0] } + page.rows[2...].map { $0.runs[0].evaluations[0] }
        let version = "another version of the set"
        #expect(others.map { $0?.uncounted } == ["not complete", version, version, version, version])
        let joined = others.map { $0?.r.enumerated().filter { $0.element != nil }.map(\.offset) }
        #expect(joined == [[1, 3, 11], [0, 1], [], [], []])
        #expect(others.allSatisfy { evaluation in evaluation.map { $0.r.count == $0.s.count } ?? false })
    }

    /// The rollout that a result of the page stands for.
    private static func rollout(_ task: PageData.Task, _ result: [Int]) -> Rollout {
        Rollout(
            index: 0, key: task.key, annotation: 0, subTasks: 0..<task.n, episodeID: nil, scene: task.scene,
            taskType: nil,
            instruction: task.text, start: .recorded, expertSteps: task.expert, stepLimit: task.limit,
            stepCount: result[1], completed: result[0],
            conditions: result.count > 2 ? .init(met: result[2], total: result[3]) : nil, problem: nil)
    }

    /// Before anything is complete the page shows what is there.
    @Test func thePageShowsWhatIsUnderWay() throws {
        let sample = try Sample()
        for (seed, places) in [[0, 1, 4], [0, 2]].enumerated() {
            let run = try sample.train("a-s\(seed)", seed: seed)
            try sample.evaluate(run, isDone: false, places: places) { $1 }
        }
        let data = try sample.data(Sample.plan([("a", .method)]))
        let page = PageData(data, TableBuilder().table(data), sources: ([:], [])) { _ in [] }
        #expect(page.sets.first?.tasks.map(\.n) == [1, 2, 3, 5])
        let results = page.rows[0].runs.map { $0.evaluations[0]?.r.map { $0 != nil } }
        #expect(results == [[true, true, false, true], [true, false, true, false]])
    }

    @Test func theDataLeadsToTextsAndScores() throws {
        let sample = try Sample()
        let data = try sample.data(try sample.fill())
        let reader = SourceEpisodeReader(sample.store, labels: data.labels)
        let found = try reader.episodes([sample.episodeID, 99], limit: 1 << 20)
        #expect(found.leftOut.isEmpty && Array(found.episodes.keys) == [sample.episodeID])
        let episode = try #require(found.episodes[sample.episodeID])
        #expect(episode.steps.map(\.action) == ["MoveAhead", "RotateLeft", "Pickup", "Open", "Put"])
        #expect(episode.steps.map(\.sparse) == [0, 0, 1, 0, 1])
        #expect(episode.frames == [String?](repeating: nil, count: 6))
        let span = try #require(episode.spans.first)
        #expect(episode.spans.count == 1 && span.labels == 0)
        #expect(span.scores.map(\.score) == [2, 0, 8, 5, 10])
        #expect(span.analyses.map(\.text) == ["The agent </script><b>walks</b>."])
        #expect(span.scorings.map(\.text) == ["[2, 0, 8, 5, 10]"] && span.scorings.first?.model == "m-1")
        #expect(abs(try #require(span.dollars) - 0.003) < 1e-12)
        #expect(data.labels.first?.dollars == 0.003 && data.labels.first?.histogram.reduce(0, +) == 5)
        #expect(data.labels.first?.prompts == ["analysis v1 (08080808)", "scoring v1 (07070707)"])
        // Too large for the page: left out, and said so.
        let none = try SourceEpisodeReader(sample.store, labels: data.labels).episodes([sample.episodeID], limit: 100)
        #expect(none.episodes.isEmpty && none.leftOut == [sample.episodeID])
        // The steps of each rollout come back.
        var texts = StringTable()
        let steps = [
            Rollout.Step(action: 1, objectClass: 0, objectID: nil, failure: nil, completed: false),
            Rollout.Step(action: 12, objectClass: 2, objectID: nil, failure: "f", completed: false),
            Rollout.Step(action: 4, objectClass: 2, objectID: "Apple|1", failure: "f", completed: true),
        ]
        let encoded = PageData.encoded(steps, &texts)
        #expect(encoded == PageData.Steps(a: "ald", o: [1, 0, 2, 2], f: [1, 1, 2, 1], c: [2]))
        #expect(texts.strings == ["Apple", "f", "Apple|1"])
    }

    /// Pictures come from the frame store; a damaged record is left out.
    @Test func picturesComeFromTheFrameStore() throws {
        let sample = try Sample()
        let path = sample.store.frameStorePath(dataset: "d")
        let format = try #require(FrameFormat(element: .uint8, shape: [4, 4, 3]))
        let identifier = [UInt8](repeating: 6, count: 16)
        let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
        for value in 0..<2 {
            let picture = [UInt8](repeating: UInt8(100 * value), count: 48)
            _ = try picture.withUnsafeBytes { try writer.append($0) }
        }
        try writer.commit()
        let digits = identifier.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try sample.store.execute(
            "UPDATE datasets SET frame_store_id = x'\(digits)'; UPDATE frames SET record = t WHERE t < 3")
        #expect(try sample.data(Sample.plan([("x", .method)])).frameSize == [4, 4])
        let episode = try #require(
            try SourceEpisodeReader(sample.store, labels: []).episodes([sample.episodeID], limit: 1 << 20).episodes
                .values.first)
        #expect(episode.frames.map { $0 != nil } == [true, true, false, false, false, false])
        let base64 = try #require(episode.frames[1])
        let jpeg = try #require(Data(base64Encoded: base64))
        #expect(jpeg.starts(with: [0xFF, 0xD8]))
    }

    @Test func theSameStoreMakesTheSameFiles() throws {
        let sample = try Sample()
        let plan = try sample.fill()
        let first = try files(try sample.data(plan), sample.store)
        #expect(try files(try sample.data(plan), sample.store) == first)
        let json = try #require(first["results.json"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(Set(object.keys).isSuperset(of: ["sets", "findings", "published", "facts", "deviations", "rewards"]))
    }
}
