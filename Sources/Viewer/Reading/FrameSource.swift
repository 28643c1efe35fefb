internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Frames
internal import Ground
internal import Images
internal import Synchronization

/// Pictures of observations, from the frame store beside the database. Files of the dataset are not read.
final class FrameSource: Sendable {
    /// Why there is no picture.
    struct Missing: Error, Sendable {
        var message: String
    }

    private let open = Mutex<[String: FrameStore]>([:])

    /// The address of a picture, or nil.
    static func address(_ episode: Int64, _ t: Int, _ places: [Int: FramePlace]) -> String? {
        places[t].map { "/frames/\(episode)/\(t).png?v=\($0.tag)" }
    }

    /// - Throws: ``Missing`` where the frame store is not there, is another's, or is damaged.
    func png(_ place: FramePlace, in store: ExperimentStore) throws -> [UInt8] {
        let frames = try frames(place, in: store)
        let shape = frames.format.shape
        guard frames.format.element == .uint8, shape.count == 3, shape[2] == 3 else {
            throw Missing(message: "the frame store holds no RGB pictures")
        }
        do {
            try frames.verify(place.record)
            let picture = RGBImage(
                width: shape[1], height: shape[0], pixels: frames.withFrame(place.record) { Array($0) })
            return try picture.png()
        } catch {
            throw Missing(message: "the picture is damaged")
        }
    }

    private func frames(_ place: FramePlace, in store: ExperimentStore) throws -> FrameStore {
        let path = store.frameStorePath(dataset: place.dataset)
        return try open.withLock { open in
            if let frames = open[path], frames.identifier == place.storeID, place.record < frames.count {
                return frames
            }
            open[path] = nil
            guard let frames = try? FrameStore(path) else {
                throw Missing(message: "the frame store beside the store is missing or cannot be read")
            }
            guard frames.identifier == place.storeID, place.record >= 0, place.record < frames.count else {
                throw Missing(
                    message: "the frame store beside the store belongs to another store, or lacks the picture")
            }
            open[path] = frames
            return frames
        }
    }
}

extension FramePlace {
    /// Changes with the picture: records are never written twice.
    var tag: String {
        "\(storeID.prefix(6).hex)-\(record)"
    }
}
