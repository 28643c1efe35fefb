internal import Frames
internal import Ground
internal import Episodes
package import ExperimentStore
internal import Foundation
internal import Images
package import VisionLanguage

/// How pictures are sent.
package struct PictureSettings: Sendable, Equatable, Codable {
    /// What a picture shows.
    package enum Layout: String, Sendable, Codable, CaseIterable {
        /// One picture for each observation.
        case frames
        /// One contact sheet for each window, its pictures numbered.
        case sheet
        /// No pictures, for annotators that do not need them.
        case none
    }

    /// The files that are sent.
    package enum Encoding: String, Sendable, Codable, CaseIterable {
        /// The dataset's own files, where they need no change; else JPEG.
        case keep
        case jpeg
        case png

        /// Whether a file of this type is sent as it is.
        func takes(_ type: EncodedPicture.MediaType) -> Bool {
            switch self {
            case .keep: true
            case .jpeg: type == .jpeg
            case .png: type == .png
            }
        }
    }

    /// What a picture shows.
    package var layout: Layout
    /// The files that are sent.
    package var encoding: Encoding
    /// The longest side in pixels; larger pictures are made smaller. Nil leaves them.
    package var side: Int?
    /// Of JPEG, 1 to 100.
    package var quality: Int

    /// Settings by their parts.
    package init(layout: Layout = .frames, encoding: Encoding = .keep, side: Int? = nil, quality: Int = 90) {
        self.layout = layout
        self.encoding = encoding
        self.side = side
        self.quality = quality
    }
}

/// Why an observation cannot be shown.
package struct PictureError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The observation.
    package var t: Int
    /// What is wrong, and what to do.
    package var message: String
    package var description: String { "observation \(t): \(message)" }
}

/// The pictures of a dataset as they are sent. Each is read, encoded and hashed once while it is in use, whoever asks.
package actor PictureSource {
    private let root: String
    private let settings: PictureSettings
    private let frameStore: FrameStore?
    private let frameStoreMessage: String
    private var kept: [Key: EncodedPicture] = [:]
    private var order: [Key] = []
    private var next = 0
    private var keptBytes = 0
    /// Pictures read so far.
    package private(set) var readCount = 0

    private struct Key: Hashable {
        var episodeID: Int64
        var t: Int
    }

    /// How many bytes of base64 text are kept for reuse.
    private static let limit = 4 << 20

    /// A dataset without its frame store still shows pictures from files.
    package init(_ dataset: DatasetRow, in store: ExperimentStore, settings: PictureSettings) {
        root = dataset.root
        self.settings = settings
        var message = "the store has no frames"
        var frames: FrameStore?
        if let identifier = dataset.frameStoreID {
            do throws(FrameStoreError) {
                let found = try FrameStore(store.frameStorePath(dataset: dataset.name))
                if found.identifier == identifier {
                    frames = found
                } else {
                    message = "\(found.path): belongs to another store"
                }
            } catch {
                message = error.description
            }
        }
        frameStore = frames
        frameStoreMessage = message
    }

    /// The picture of an observation.
    package func picture(_ frame: FrameRow) throws(PictureError) -> EncodedPicture {
        let key = Key(episodeID: frame.episodeID, t: frame.t)
        if let picture = kept[key] { return picture }
        let picture = try read(frame)
        readCount += 1
        kept[key] = picture
        order.append(key)
        keptBytes += picture.base64.count
        while keptBytes > Self.limit, order.count - next > 1 {
            if let old = kept.removeValue(forKey: order[next]) { keptBytes -= old.base64.count }
            next += 1
        }
        if next > 4096 {
            order.removeFirst(next)
            next = 0
        }
        return picture
    }

    /// The pictures of a window on one sheet, numbered from `number`.
    package func sheet(_ frames: [FrameRow], number: Int) throws(PictureError) -> EncodedPicture {
        var cells: [ContactSheet.Cell] = []
        for (offset, frame) in frames.enumerated() {
            let image = scaled(try decoded(frame))
            cells.append(ContactSheet.Cell(image, captions: ["picture \(number + offset)"]))
        }
        readCount += frames.count
        let columns = Int(Double(frames.count).squareRoot().rounded(.up))
        let title = "pictures \(number) to \(number + frames.count - 1), row by row"
        guard let sheet = ContactSheet(title: title, columns: columns).sheets(cells).first else {
            throw PictureError(t: 0, message: "there are no pictures")
        }
        return try encoded(sheet, t: frames[0].t)
    }

    private func read(_ frame: FrameRow) throws(PictureError) -> EncodedPicture {
        if frame.status == .present, let path = frame.path, let width = frame.width, let height = frame.height {
            let isSmall = settings.side.map { max(width, height) <= $0 } ?? true
            let bytes = try file(path, frame)
            guard isSmall, let type = type(of: bytes), settings.encoding.takes(type) else {
                return try encoded(scaled(try decoded(bytes, path, frame)), t: frame.t)
            }
            let picture = EncodedPicture(file: bytes, mediaType: type, width: width, height: height)
            try check(picture.sha256, path, frame)
            return picture
        }
        return try encoded(scaled(try decoded(frame)), t: frame.t)
    }

    private func type(of bytes: [UInt8]) -> EncodedPicture.MediaType? {
        bytes.withUnsafeBytes { ImageFormat($0) }.map { $0 == .png ? .png : .jpeg }
    }

    private func check(_ sha256: [UInt8], _ path: String, _ frame: FrameRow) throws(PictureError) {
        guard frame.sha256 == nil || frame.sha256 == sha256 else {
            throw PictureError(t: frame.t, message: "\(path): has changed since it was ingested")
        }
    }

    private func decoded(
        _ bytes: [UInt8], _ path: String, _ frame: FrameRow
    ) throws(PictureError) -> RGBImage {
        try check(Array(SHA256.hash(data: bytes)), path, frame)
        do {
            return try bytes.withUnsafeBytes { try RGBImage(decoding: $0) }
        } catch {
            throw PictureError(t: frame.t, message: "\(path): \(error)")
        }
    }

    private func file(_ path: String, _ frame: FrameRow) throws(PictureError) -> [UInt8] {
        guard let bytes = try? WholeFile.read(root + "/" + path) else {
            throw PictureError(
                t: frame.t,
                message: "\(root)/\(path): cannot be read; if the data has moved, ingest it again from there")
        }
        return bytes
    }

    private func decoded(_ frame: FrameRow) throws(PictureError) -> RGBImage {
        if frame.status == .present, let path = frame.path {
            return try decoded(try file(path, frame), path, frame)
        }
        guard frame.status == .rendered || frame.status == .present else {
            throw PictureError(t: frame.t, message: "the dataset has no picture of it (\(frame.status.rawValue))")
        }
        guard let record = frame.record, let frames = frameStore, record < frames.count,
            frames.format.element == .uint8, frames.format.shape.count == 3, frames.format.shape[2] == 3
        else {
            throw PictureError(t: frame.t, message: "the frame store does not have it: \(frameStoreMessage)")
        }
        let pixels = frames.withFrame(record) { Array($0) }
        return RGBImage(width: frames.format.shape[1], height: frames.format.shape[0], pixels: pixels)
    }

    private func scaled(_ image: RGBImage) -> RGBImage {
        guard let side = settings.side, max(image.width, image.height) > side else { return image }
        let factor = Double(side) / Double(max(image.width, image.height))
        return image.resized(
            width: max(1, Int((Double(image.width) * factor).rounded())),
            height: max(1, Int((Double(image.height) * factor).rounded())))
    }

    private func encoded(_ image: RGBImage, t: Int) throws(PictureError) -> EncodedPicture {
        do {
            let isPNG = settings.encoding == .png
            return EncodedPicture(
                file: isPNG ? try image.png() : try image.jpeg(quality: settings.quality),
                mediaType: isPNG ? .png : .jpeg, width: image.width, height: image.height)
        } catch {
            throw PictureError(t: t, message: "cannot be encoded: \(error)")
        }
    }
}
