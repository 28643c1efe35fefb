internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Frames

/// What an export holds, for readers: in the file as JSON.
package struct ExportDescription: Encodable, Sendable {
    /// The label run that scores are from.
    package struct Labels: Encodable, Sendable {
        var run: String
        var annotator: String
        var provider: String
        var model: String
        var unit: String
    }

    var layout = "rgvlm transitions 1"
    var dataset: String
    /// By the ids that the arrays hold.
    var splits: [String]
    var kinds: [String]
    var actions: [String]
    var objects: [String]
    var labels: Labels?
    /// Steps of instructions.
    package var rows: Int
    package var instructionCount: Int
    var episodeCount: Int
    /// Nil without pictures.
    package var frameCount: Int?
    /// Nil without a label run.
    package var scoredRows: Int?

    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(self))
    }
}

/// The rows as arrays, written one after another.
struct ExportArrays {
    private typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    private struct Column {
        var name: String
        var header: NPYHeader
        var write: (Sink) throws -> Void
    }

    let description: ExportDescription
    private let rows: TransitionRows
    private var columns: [Column] = []

    init(_ rows: TransitionRows, _ pictures: FrameStore?) throws {
        self.rows = rows
        let frames = pictures.map { _ in Frames(rows) }
        var description = ExportDescription(rows)
        description.frameCount = frames?.records.count
        if rows.selection.run != nil {
            description.scoredRows = try rows.instructions.reduce(0) {
                try $0 + rows.scores(of: $1).count { !$0.isNaN }
            }
        }
        self.description = description
        addSteps()
        addObservations(frames)
        try addInstructions()
        if let pictures, let frames { addFrames(pictures, frames) }
    }

    // MARK: Columns

    private mutating func addSteps() {
        let rows = rows
        add("actions", .int32) { instruction, t in Int32(rows.actions[rows.transition(instruction, t)]) }
        add("objects", .int32) { instruction, t in Int32(rows.objects[rows.transition(instruction, t)]) }
        add("rewards", .float32) { instruction, t in instruction.sparseReward(at: t) }
        if rows.selection.run != nil {
            columns.append(
                Column(name: "scores", header: NPYHeader(.float32, shape: [rows.count])) { sink in
                    for instruction in rows.instructions { try rows.scores(of: instruction).withUnsafeBytes(sink) }
                })
        }
        add("terminals", .float32) { instruction, t in instruction.isTerminal(t) ? 1 as Float : 0 }
        add("masks", .float32) { instruction, t in instruction.isTerminal(t) ? 0 as Float : 1 }
        add("timeouts", .float32) { instruction, t in instruction.isTimeout(t) ? 1 as Float : 0 }
        add("timesteps", .int32) { _, t in Int32(t) }
        add("episode_ids", .int64) { instruction, _ in rows.episodes[instruction.episode].id }
        add("instruction_ids", .int64) { instruction, _ in instruction.id }
    }

    private mutating func addObservations(_ frames: Frames?) {
        let rows = rows
        for (prefix, offset) in [("", 0), ("next_", 1)] {
            add(prefix + "observation_records", .int64) { instruction, t in
                Int64(rows.records[rows.observation(instruction, t + offset)])
            }
            guard let frames else { continue }
            add(prefix + "observation_index", .int64) { instruction, t in
                Int64(frames.indices[rows.observation(instruction, t + offset)])
            }
        }
    }

    /// One element an instruction, and where its rows and its text begin and end.
    private mutating func addInstructions() throws {
        let rows = rows
        var (rowOffsets, textOffsets): ([Int64], [Int64]) = ([0], [0])
        for instruction in rows.instructions {
            rowOffsets.append((rowOffsets.last ?? 0) + Int64(instruction.steps.count))
            textOffsets.append((textOffsets.last ?? 0) + Int64(try rows.text(of: instruction).utf8.count))
        }
        add("instruction_kinds", .uint8, rows.instructions.map { UInt8($0.kind) })
        add("instruction_splits", .int32, rows.instructions.map { Int32(rows.episodes[$0.episode].split) })
        add("instruction_row_offsets", .int64, rowOffsets)
        add("instruction_text_offsets", .int64, textOffsets)
        columns.append(
            Column(
                name: "instruction_text", header: NPYHeader(.uint8, shape: [Int(textOffsets.last ?? 0)])
            ) { sink in
                for instruction in rows.instructions {
                    try Array(try rows.text(of: instruction).utf8).withUnsafeBytes(sink)
                }
            })
    }

    private mutating func addFrames(_ pictures: FrameStore, _ frames: Frames) {
        let element: NPYHeader.Element =
            switch pictures.format.element {
            case .uint8: .uint8
            case .float16: .float16
            case .float32: .float32
            }
        let header = NPYHeader(element, shape: [frames.records.count] + pictures.format.shape)
        columns.append(
            Column(name: "frames", header: header) { sink in
                for record in frames.records {
                    guard record < pictures.count else {
                        throw ExchangeError(
                            .mismatch, "has no record \(record), which the store refers to", file: pictures.path)
                    }
                    try pictures.verify(record)
                    try pictures.withFrame(record, sink)
                }
            })
    }

    private mutating func add<T>(_ name: String, _ element: NPYHeader.Element, _ values: [T]) {
        columns.append(
            Column(name: name, header: NPYHeader(element, shape: [values.count])) { sink in
                try values.withUnsafeBytes(sink)
            })
    }

    private static let chunkSize = 1 << 14

    private mutating func add<T>(
        _ name: String, _ element: NPYHeader.Element, _ value: @escaping (TransitionRows.Instruction, Int) -> T
    ) {
        let rows = rows
        columns.append(
            Column(name: name, header: NPYHeader(element, shape: [rows.count])) { sink in
                var chunk: [T] = []
                for instruction in rows.instructions {
                    for t in instruction.steps { chunk.append(value(instruction, t)) }
                    if chunk.count >= Self.chunkSize {
                        try chunk.withUnsafeBytes(sink)
                        chunk.removeAll(keepingCapacity: true)
                    }
                }
                try chunk.withUnsafeBytes(sink)
            })
    }

    // MARK: Writing

    func writeNPZ(_ path: String, _ meter: ExportMeter) throws {
        meter.expect(bytes: columns.reduce(0) { $0 + $1.header.dataSize })
        let writer = try NPZWriter(path)
        try writer.add("description.json", try description.json())
        for column in columns {
            try writer.begin(column.name, column.header)
            try column.write { bytes in
                try writer.append(bytes)
                try meter.add(bytes: bytes.count)
            }
        }
        try writer.finish()
    }

    func writeSafetensors(_ path: String, _ meter: ExportMeter) throws {
        meter.expect(bytes: columns.reduce(0) { $0 + $1.header.dataSize })
        let byName = Dictionary(uniqueKeysWithValues: columns.map { ($0.name, $0) })
        _ = try SafetensorsWriter.write(
            path,
            tensors: columns.map { SafetensorsTensor($0.name, $0.header.element.safetensors, shape: $0.header.shape) },
            metadata: ["description": String(decoding: try description.json(), as: UTF8.self)]
        ) { tensor, sink in
            try byName[tensor.name]?.write { bytes in
                try sink(bytes)
                try meter.add(bytes: bytes.count)
            }
        }
    }
}

/// The observations that rows refer to, each once, in the order of episodes and of t.
private struct Frames {
    /// By observation: its place among the frames, -1 where there is none.
    var indices: [Int]
    /// By frame: its record in the frame store.
    var records: [Int] = []

    init(_ rows: TransitionRows) {
        var isUsed = [Bool](repeating: false, count: rows.records.count)
        for instruction in rows.instructions {
            let first = rows.observation(instruction, instruction.steps.lowerBound)
            for observation in first...(first + instruction.steps.count) { isUsed[observation] = true }
        }
        indices = [Int](repeating: -1, count: rows.records.count)
        for (observation, record) in rows.records.enumerated() where isUsed[observation] && record >= 0 {
            indices[observation] = records.count
            records.append(record)
        }
    }
}

extension ExportDescription {
    init(_ rows: TransitionRows) {
        let selection = rows.selection
        self.init(
            dataset: selection.dataset.name, splits: selection.splits, kinds: selection.kinds.map(\.rawValue),
            actions: (0..<Action.idCount).map { Action(rawValue: UInt8($0))?.name ?? "padding" },
            objects: ObjectClass.names,
            labels: selection.run.map {
                Labels(run: $0.name, annotator: $0.annotator, provider: $0.provider, model: $0.model, unit: $0.unit)
            }, rows: rows.count, instructionCount: rows.instructions.count, episodeCount: rows.episodes.count)
    }
}

extension TransitionRows {
    /// Index into ``actions`` and ``objects``.
    func transition(_ instruction: Instruction, _ t: Int) -> Int { episodes[instruction.episode].firstTransition + t }

    /// Index into ``records``.
    func observation(_ instruction: Instruction, _ t: Int) -> Int { episodes[instruction.episode].firstObservation + t }
}

extension NPYHeader.Element {
    fileprivate var safetensors: SafetensorsTensor.Element {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .int32: .int32
        case .int64: .int64
        case .uint8: .uint8
        case .bool: .bool
        }
    }
}
