internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Frames
internal import Images

/// An episode of the dataset as the page shows it: transitions with pictures, scores and the texts they come from.
struct SourceEpisode: Encodable {
    struct SubTask: Encodable {
        var kind: String
        var first: Int
        var count: Int
        var object: String?
    }

    struct Step: Encodable {
        var action: String
        var object: String?
        var subtask: Int
        /// For the sub-task it belongs to.
        var sparse: Double
    }

    /// A stretch that a label run has scored, or tried to.
    struct Span: Encodable {
        /// Index into the page's labels.
        var labels: Int
        var goal: String
        var kind: String
        var status: String
        var failure: String?
        /// Step, score or nil, window.
        var scores: [Score]
        var analyses: [Text]
        var scorings: [Text]
        var dollars: Double?
    }

    struct Score: Encodable {
        var t: Int
        var score: Double?
        var window: Int?
        var expected: Double?
    }

    struct Text: Encodable {
        var window: Int
        var model: String?
        var text: String
        var tokens: [Int]
        var dollars: Double?
    }

    var key: String
    var split: String
    var scene: String
    var type: String?
    var goal: String
    var subtasks: [SubTask]
    var steps: [Step]
    /// JPEG in base64 by observation; nil where there is none.
    var frames: [String?]
    var spans: [Span]
}

/// Reads source episodes, with pictures from frame stores.
final class SourceEpisodeReader {
    private let store: ExperimentStore
    private let labels: [ReportData.Labels]
    private var frameStores: [String: FrameStore?] = [:]

    init(_ store: ExperimentStore, labels: [ReportData.Labels]) {
        (self.store, self.labels) = (store, labels)
    }

    /// The episodes in this order as long as their JSON fits into `limit` bytes; the ids of the others.
    func episodes(
        _ ids: [Int64], limit: Int
    ) throws -> (episodes: [Int64: SourceEpisode], leftOut: [Int64]) {
        var (episodes, leftOut): ([Int64: SourceEpisode], [Int64]) = ([:], [])
        var size = 0
        let encoder = JSONEncoder()
        try store.read { db in
            for id in ids {
                guard leftOut.isEmpty else {
                    leftOut.append(id)
                    continue
                }
                guard let episode = try episode(id, db) else { continue }
                let bytes = try encoder.encode(episode).count
                if size + bytes > limit {
                    leftOut.append(id)
                } else {
                    size += bytes
                    episodes[id] = episode
                }
            }
        }
        return (episodes, leftOut)
    }

    private func episode(_ id: Int64, _ db: StoreConnection) throws -> SourceEpisode? {
        guard let detail = try EpisodeDetail.fetch(id, db) else { return nil }
        var episode = SourceEpisode(
            key: Plain.text(detail.key), split: Plain.text(detail.split), scene: Plain.text(detail.floorPlan),
            type: detail.taskType.map(Plain.text), goal: Plain.text(detail.annotations.first?.goal ?? ""),
            subtasks: detail.subtasks.filter { $0.stepCount > 0 }.map {
                .init(
                    kind: Plain.text($0.kind), first: $0.firstStep, count: $0.stepCount,
                    object: $0.objectID.map(Plain.text))
            },
            steps: detail.steps.map {
                .init(
                    action: $0.action, object: $0.objectID.map(Plain.text), subtask: $0.subtask,
                    sparse: $0.subtaskReward)
            },
            frames: [String?](repeating: nil, count: detail.steps.count + 1), spans: [])
        for row in try FrameRow.recorded(episode: id, db) where episode.frames.indices.contains(row.t) {
            episode.frames[row.t] = try row.record.flatMap { try frame($0, dataset: detail.dataset, db) }
        }
        for (place, labels) in labels.enumerated() {
            for span in try LabelDetail.spans(episode: id, run: labels.id, db) where span.control == "none" {
                episode.spans.append(Self.span(span, labels: place))
            }
        }
        return episode
    }

    private static func span(_ detail: LabelDetail, labels: Int) -> SourceEpisode.Span {
        func texts(_ stage: Int) -> [SourceEpisode.Text] {
            // Of several asks the last is the one that counts.
            var byWindow: [Int: SourceEpisode.Text] = [:]
            for call in detail.calls where call.stage == stage && call.sample == 0 {
                byWindow[call.window] = SourceEpisode.Text(
                    window: call.window, model: call.model.map(Plain.text),
                    text: Plain.lines(call.answer ?? call.message ?? call.failure ?? ""),
                    tokens: [call.promptTokens, call.completionTokens], dollars: call.dollars)
            }
            return byWindow.values.sorted { $0.window < $1.window }
        }
        let dollars = detail.calls.compactMap(\.dollars)
        return SourceEpisode.Span(
            labels: labels, goal: Plain.text(detail.goal), kind: detail.kind, status: detail.status,
            failure: detail.failure,
            scores: detail.steps.map { .init(t: $0.t, score: $0.score, window: $0.window, expected: $0.expected) },
            analyses: texts(1), scorings: texts(2), dollars: dollars.isEmpty ? nil : dollars.reduce(0, +))
    }

    /// A record as a JPEG; nil for what is not there, is damaged or is no picture.
    private func frame(_ record: Int, dataset: String, _ db: StoreConnection) throws -> String? {
        guard let frames = try frameStore(dataset, db), record >= 0, record < frames.count,
            (try? frames.verify(record)) != nil
        else { return nil }
        let shape = frames.format.shape
        let image = frames.withFrame(record) { RGBImage(width: shape[1], height: shape[0], pixels: Array($0)) }
        return (try? image.jpeg(quality: 82)).map { Data($0).base64EncodedString() }
    }

    private func frameStore(_ dataset: String, _ db: StoreConnection) throws -> FrameStore? {
        if let known = frameStores[dataset] { return known }
        let opened = try PictureStore.open(dataset, store, db)
        frameStores[dataset] = .some(opened)
        return opened
    }
}

/// Frame stores that hold pictures.
enum PictureStore {
    /// Nil where there is none, where it belongs to another store, or where it holds no pictures.
    static func open(_ dataset: String, _ store: ExperimentStore, _ db: StoreConnection) throws -> FrameStore? {
        guard let identifier = try DatasetRow.named(dataset, db)?.frameStoreID,
            let frames = try? FrameStore(store.frameStorePath(dataset: dataset)), frames.identifier == identifier,
            frames.format.element == .uint8, frames.format.shape.count == 3, frames.format.shape[2] == 3
        else { return nil }
        return frames
    }
}
