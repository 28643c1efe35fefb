internal import Episodes
internal import ExperimentStore
internal import Ground
internal import JSON

/// The rows as lines of text.
struct ExportText {
    /// A cell of a row.
    private enum Cell {
        case whole(Int)
        /// 0 or 1.
        case flag(Bool)
        case score(Float)
        case text(String)
        /// Numbers and names that are not there.
        case nothing
    }

    private let rows: TransitionRows

    init(_ rows: TransitionRows) { self.rows = rows }

    private var names: [String] {
        ["instruction_id", "episode_id", "timestep", "action", "action_name", "object", "object_name", "reward"]
            + (rows.selection.run == nil ? [] : ["score"])
            + [
                "terminal", "mask", "timeout", "observation_record", "next_observation_record", "split", "kind",
                "episode", "instruction",
            ]
    }

    /// Calls `body` with the cells of each row.
    private func forEachRow(_ body: ([Cell]) throws -> Void) throws {
        var (key, keyed) = ("", -1)
        for instruction in rows.instructions {
            let episode = rows.episodes[instruction.episode]
            if keyed != instruction.episode { (key, keyed) = (try rows.key(of: episode), instruction.episode) }
            let tail: [Cell] = [
                .text(rows.selection.splits[episode.split]), .text(rows.selection.kinds[instruction.kind].rawValue),
                .text(key),
                .text(try rows.text(of: instruction)),
            ]
            let scores = rows.selection.run == nil ? nil : try rows.scores(of: instruction)
            for t in instruction.steps {
                let transition = rows.transition(instruction, t)
                let (action, object) = (rows.actions[transition], rows.objects[transition])
                var cells: [Cell] = [
                    .whole(Int(instruction.id)), .whole(Int(episode.id)), .whole(t), .whole(Int(action)),
                    Action(rawValue: action).map { .text($0.name) } ?? .nothing, .whole(Int(object)),
                    object == 0 ? .nothing : ObjectClass(id: Int(object)).map { .text($0.name) } ?? .nothing,
                    .flag(instruction.isTerminal(t)),
                ]
                if let scores { cells.append(.score(scores[t - instruction.steps.lowerBound])) }
                cells += [
                    .flag(instruction.isTerminal(t)), .flag(!instruction.isTerminal(t)),
                    .flag(instruction.isTimeout(t)),
                ]
                for offset in 0...1 {
                    let record = rows.records[rows.observation(instruction, t + offset)]
                    cells.append(record < 0 ? .nothing : .whole(record))
                }
                try body(cells + tail)
            }
        }
    }

    /// Lines of `append`ed bytes, one for each row.
    private func write(
        _ path: String, head: [UInt8], _ meter: ExportMeter, _ append: ([Cell], inout [UInt8]) -> Void
    ) throws {
        let file = try AtomicFile(path)
        try file.append(head)
        var line: [UInt8] = []
        var written = 0
        meter.expect(bytes: rows.count * Self.typicalLine)
        try forEachRow { cells in
            line.removeAll(keepingCapacity: true)
            append(cells, &line)
            try file.append(line)
            written += 1
            if written.isMultiple(of: Self.reportEvery) {
                try meter.add(bytes: Self.reportEvery * Self.typicalLine)
            }
        }
        try file.finish()
    }

    /// Bytes of a row for the progress line.
    private static let typicalLine = 300
    private static let reportEvery = 4_096

    // MARK: JSON lines

    /// UTF-8, an object a line. What is not there is null.
    func writeJSONLines(_ path: String, _ meter: ExportMeter) throws {
        let keys = names.enumerated().map { Array("\($0 == 0 ? "{" : ", ")\"\($1)\": ".utf8) }
        try write(path, head: [], meter) { cells, line in
            for (key, cell) in zip(keys, cells) {
                line += key
                switch cell {
                case .whole(let number): line += Array(String(number).utf8)
                case .flag(let flag): line.append(flag ? 0x31 : 0x30)
                case .score(let score): line += Array((score.isNaN ? "null" : Self.text(score)).utf8)
                case .text(let text): line += JSONWriter.bytes(.string(text), .printable)
                case .nothing: line += Array("null".utf8)
                }
            }
            line += Array("}\n".utf8)
        }
    }

    // MARK: CSV

    /// RFC 4180: a line of names first, texts in quotes, lines ended by CR LF. What is not there is empty.
    func writeCSV(_ path: String, _ meter: ExportMeter) throws {
        let head = Array((names.joined(separator: ",") + "\r\n").utf8)
        try write(path, head: head, meter) { cells, line in
            for (index, cell) in cells.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                switch cell {
                case .whole(let number): line += Array(String(number).utf8)
                case .flag(let flag): line.append(flag ? 0x31 : 0x30)
                case .score(let score): if !score.isNaN { line += Array(Self.text(score).utf8) }
                case .text(let text): Self.quote(text, &line)
                case .nothing: break
                }
            }
            line += [0x0D, 0x0A]
        }
    }

    /// Scores are whole numbers.
    private static func text(_ score: Float) -> String { Int(exactly: score).map(String.init) ?? String(score) }

    private static func quote(_ text: String, _ line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { line.append(byte) }
            line.append(byte)
        }
        line.append(UInt8(ascii: "\""))
    }
}
