internal import ALFRED
internal import Ground
internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Household
internal import Images
internal import Rooms
internal import Simulation

/// Reads the files of one trajectory and makes the rows of the store from them. One a worker; buffers are reused.
final class EpisodePreparation {
    /// What became of one trajectory.
    enum Outcome: Sendable {
        /// Nothing has changed since it was stored.
        case unchanged
        /// Times have changed, contents have not.
        case restamped(id: Int64, stamp: String)
        /// To be written, in place of the version with this id. `pixels` are the frames' records, in order.
        case ready(EpisodeRecord, pixels: [UInt8], replacing: Int64?)
        /// Not usable; an earlier version in the store stays.
        case failed
    }

    struct Result: Sendable {
        var outcome: Outcome
        var problems: [ALFREDError] = []
        /// Things worth a word that are no fault of the data.
        var notes: [String] = []
        var transitionCount = 0

        /// Bytes of the frames' records.
        var pixelBytes: Int {
            if case .ready(_, let pixels, _) = outcome { pixels.count } else { 0 }
        }
    }

    struct Settings: Sendable {
        /// Side of the pictures in the frame store, or nil to keep none.
        var frameSide: Int?
        /// Draws trajectories that came without pictures; nil to leave their frames missing.
        var scenes: SceneLibrary?

        /// What decides how files become rows, beside the files: a new number makes every episode new.
        var version: String {
            "conversion 2, frames \(frameSide ?? 0)" + (scenes == nil ? "" : ", drawn by simulator 1")
        }
    }

    private let settings: Settings
    private let reader: JSONReader
    private let file = FileBytes()
    private let picture = FileBytes()
    /// Draws frames, in the size of the settings.
    private var painter: Renderer?

    init(_ settings: Settings) throws(ALFREDError) {
        self.settings = settings
        reader = try JSONReader()
    }

    func prepare(
        _ location: TrajectoryLocation, samples: Set<Int>?, stored: StoredEpisode?
    ) -> Result {
        do {
            let images = try RawImages(trajectoryFolder: location.folder)
            let stamp = stamp(location, samples, images)
            if let stored, stored.stamp == stamp { return Result(outcome: .unchanged) }
            try file.load(location.file, limit: Trajectory.byteLimit)
            let trajectory = try Trajectory(file, reader: reader)
            try trajectory.validate()
            return make(trajectory, location, samples, images, stamp, stored)
        } catch {
            return Result(outcome: .failed, problems: [located(error, relativePath(of: error, location))])
        }
    }

    private func stamp(_ location: TrajectoryLocation, _ samples: Set<Int>?, _ images: RawImages?) -> String {
        let ids = samples.map { $0.sorted().map(String.init).joined(separator: ",") } ?? "all"
        var stamp = SourceStamp(options: "\(settings.version), samples \(ids)")
        stamp.add(location.file)
        if let features = location.featureFile { stamp.add(features) }
        for path in images?.paths ?? [] { stamp.add(location.folder + "/" + path) }
        return stamp.value
    }

    /// The file the error is about, relative to the dataset.
    private func relativePath(of error: ALFREDError, _ location: TrajectoryLocation) -> String {
        guard let file = error.file, file.hasPrefix(location.folder + "/") else { return location.relativeFile }
        return "\(location.split)/\(location.key)/" + file.dropFirst(location.folder.count + 1)
    }

    private func located(_ error: ALFREDError, _ file: String) -> ALFREDError {
        var error = error
        error.file = file
        return error
    }

    private func make(
        _ trajectory: Trajectory, _ location: TrajectoryLocation, _ samples: Set<Int>?, _ images: RawImages?,
        _ stamp: String, _ stored: StoredEpisode?
    ) -> Result {
        var result = Result(outcome: .failed)
        let conversion = EpisodeConversion(
            trajectory, split: location.split, key: location.key, samples: samples)
        let observations = ObservationFrames(trajectory)
        let fileHash = hash { $0.update(bufferPointer: file.bytes) }
        let drawnSide = GradedRecord(trajectory)?.frameSide
        var (frames, pixels) = self.frames(observations, images, drawnSide, location, &result)
        if images == nil { draw(trajectory, location, &frames, &pixels, &result) }
        let features = features(observations, trajectory, location, &frames, &result)
        note(trajectory, conversion, samples, location, &result)

        let contentHash = contentHash(fileHash, samples, frames, featureCount: features?.count)
        // What had a problem matches no stamp, so that the next run tries, and reports, it again.
        let stamp = result.problems.isEmpty ? stamp : ""
        result.transitionCount = conversion.episode.transitions.count
        if let stored, stored.contentSHA256 == contentHash {
            result.outcome = stored.stamp == stamp ? .unchanged : .restamped(id: stored.id, stamp: stamp)
            return result
        }
        let record = EpisodeRecord(
            episode: conversion.episode, scene: conversion.scene, goal: conversion.goal, taskID: trajectory.taskID,
            subgoals: conversion.subgoals, annotations: conversion.annotations, frames: frames,
            imageCount: trajectory.images?.count ?? 0, features: features,
            source: SourceRecord(
                path: location.relativeFile, byteCount: file.bytes.count, stamp: stamp, sha256: fileHash,
                contentSHA256: contentHash))
        result.outcome = .ready(record, pixels: pixels, replacing: stored?.id)
        return result
    }

    /// Over everything the rows are made from.
    private func contentHash(
        _ fileHash: [UInt8], _ samples: Set<Int>?, _ frames: [FrameRecord], featureCount: Int?
    ) -> [UInt8] {
        var parts = Data(fileHash)
        let counts = "\(frames.count) frames, \(featureCount ?? -1) features"
        parts += Data("\(settings.version), \(samples?.sorted() ?? [-1]), \(counts)".utf8)
        for (t, frame) in frames.enumerated() where frame.status != .missing || frame.featureRow != nil {
            parts += Data("\n\(t) \(frame.status.rawValue) \(frame.path ?? "") \(frame.featureRow ?? -1) ".utf8)
            parts += frame.sha256 ?? []
        }
        return hash { $0.update(data: parts) }
    }

    private func hash(_ feed: (inout SHA256) -> Void) -> [UInt8] {
        var hash = SHA256()
        feed(&hash)
        return Array(hash.finalize())
    }

    // MARK: Pictures

    private func frames(
        _ observations: ObservationFrames, _ images: RawImages?, _ drawnSide: Int?, _ location: TrajectoryLocation,
        _ result: inout Result
    ) -> (frames: [FrameRecord], pixels: [UInt8]) {
        var frames: [FrameRecord] = []
        var pixels: [UInt8] = []
        frames.reserveCapacity(observations.names.count)
        for name in observations.names {
            guard let path = images?.path(forFrameNamed: name) else {
                frames.append(FrameRecord(name: name, status: .missing))
                continue
            }
            let relative = "\(location.split)/\(location.key)/\(path)"
            var frame = FrameRecord(name: name, status: .present, path: relative)
            do {
                let (image, digest) = try decode(location.folder + "/" + path)
                frame.width = image.width
                frame.height = image.height
                frame.sha256 = digest
                if let side = settings.frameSide {
                    frame.record = pixels.count / (side * side * 3)
                    // The simulator's drawing in the very size: as if it had been drawn here.
                    if drawnSide == side, image.width == side { frame.status = .rendered }
                    pixels += image.resized(width: side, height: side).pixels
                }
            } catch {
                frame.status = .unreadable
                result.problems.append(located(error, relative))
            }
            frames.append(frame)
        }
        return (frames, pixels)
    }

    /// Lets the simulator draw the frames. What comes after an action that it refuses stays missing.
    private func draw(
        _ trajectory: Trajectory, _ location: TrajectoryLocation, _ frames: inout [FrameRecord],
        _ pixels: inout [UInt8], _ result: inout Result
    ) {
        guard let scenes = settings.scenes, let side = settings.frameSide, trajectory.plan != nil else { return }
        let drawing = FrameDrawing.averaged(side: side)
        let painter = painter ?? drawing.makeRenderer()
        self.painter = painter
        let place = "\(location.split)/\(location.key)"
        do throws(ALFREDError) {
            let episode = SimulatedEpisode(
                trajectory, in: try scenes.world(of: trajectory), drawing: drawing, by: painter)
            let drawn = episode.frames.prefix(episode.faithfulCount)
            for (t, picture) in drawn.enumerated() where t < frames.count {
                frames[t].status = .rendered
                (frames[t].width, frames[t].height) = (side, side)
                frames[t].record = pixels.count / (side * side * 3)
                pixels += picture.pixels
            }
            if drawn.count < frames.count {
                result.notes.append(
                    "\(place): drawn up to observation \(drawn.count - 1) of \(frames.count - 1); the simulator "
                        + "refuses "
                        + "action \(drawn.count - 1)")
            }
        } catch {
            result.notes.append("\(place): cannot be drawn: \(error.description)")
        }
    }

    /// Pictures may have up to 64 MB.
    private func decode(_ path: String) throws(ALFREDError) -> (image: RGBImage, sha256: [UInt8]) {
        try picture.load(path, limit: 64 << 20)
        do throws(ImageError) {
            return (try RGBImage(decoding: picture.bytes), hash { $0.update(bufferPointer: picture.bytes) })
        } catch {
            throw ALFREDError(.malformed, error.message)
        }
    }

    // MARK: Features

    private func features(
        _ observations: ObservationFrames, _ trajectory: Trajectory, _ location: TrajectoryLocation,
        _ frames: inout [FrameRecord], _ result: inout Result
    ) -> (path: String, count: Int)? {
        guard let path = location.featureFile, !frames.isEmpty else { return nil }
        let relative = "\(location.split)/\(location.key)/\(TrajectoryLocation.featureFileName)"
        do {
            let features = try FeatureFile(path)
            let rows = try observations.featureRows(
                rowCount: features.count, imageCount: trajectory.images?.count ?? 0)
            for (t, row) in rows.enumerated() { frames[t].featureRow = row }
            return (relative, features.count)
        } catch {
            result.problems.append(located(error, relative))
            return nil
        }
    }

    // MARK: Notes

    private func note(
        _ trajectory: Trajectory, _ conversion: EpisodeConversion, _ samples: Set<Int>?, _ location: TrajectoryLocation,
        _ result: inout Result
    ) {
        if let beyond = samples?.filter({ $0 >= trajectory.annotations.count }).min() {
            result.notes.append(
                "\(location.split)/\(location.key): the splits file lists annotation \(beyond), the file has "
                    + "\(trajectory.annotations.count)")
        }
        let unknown = Set(
            conversion.episode.transitions.compactMap {
                $0.objectClass == .noObject ? $0.objectID.map { String(ObjectID($0).baseType) } : nil
            })
        if !unknown.isEmpty {
            result.notes.append(
                "\(location.split)/\(location.key): \(unknown.sorted().joined(separator: ", ")) is outside the "
                    + "\(ObjectClass.idCount - 1) object classes; stored as None")
        }
    }
}
