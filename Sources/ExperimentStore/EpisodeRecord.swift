public import Episodes
internal import Foundation

/// Everything the store keeps of one episode, ready to be written.
public struct EpisodeRecord: Sendable {
    public var episode: Episode
    public var scene: SceneRecord
    public var goal: GoalRecord?
    public var taskID: String
    public var subgoals: [Subgoal]
    public var annotations: [AnnotationRecord]
    /// L + 1 entries.
    public var frames: [FrameRecord]
    /// Entries of the recording's image list.
    public var imageCount: Int
    /// The feature file relative to the dataset's root and its number of frames.
    public var features: (path: String, count: Int)?
    public var source: SourceRecord

    public init(
        episode: Episode, scene: SceneRecord, goal: GoalRecord?, taskID: String, subgoals: [Subgoal],
        annotations: [AnnotationRecord], frames: [FrameRecord], imageCount: Int,
        features: (path: String, count: Int)?, source: SourceRecord
    ) {
        self.episode = episode
        self.scene = scene
        self.goal = goal
        self.taskID = taskID
        self.subgoals = subgoals
        self.annotations = annotations
        self.frames = frames
        self.imageCount = imageCount
        self.features = features
        self.source = source
    }
}

public struct SceneRecord: Sendable, Hashable {
    public var floorPlan: String
    public var number: Int
    public var room: String?

    public init(floorPlan: String, number: Int, room: String?) {
        self.floorPlan = floorPlan
        self.number = number
        self.room = room
    }
}

/// The task in symbols; empty strings become NULL.
public struct GoalRecord: Sendable, Equatable {
    public var taskType: String
    public var objectTarget: String
    public var objectSliced: Bool
    public var parentTarget: String
    public var movableTarget: String
    public var toggleTarget: String

    public init(
        taskType: String, objectTarget: String, objectSliced: Bool, parentTarget: String, movableTarget: String,
        toggleTarget: String
    ) {
        self.taskType = taskType
        self.objectTarget = objectTarget
        self.objectSliced = objectSliced
        self.parentTarget = parentTarget
        self.movableTarget = movableTarget
        self.toggleTarget = toggleTarget
    }
}

public struct AnnotationRecord: Sendable, Equatable {
    /// Whether the splits file lists it as a sample of this split.
    public var isInSplit: Bool
    /// Whether its sentences fit the sub-goals; nil where there are none.
    public var isAligned: Bool?
    public var taskDescription: String
    /// The step sentences as a JSON array.
    let stepDescriptions: String
    /// As a JSON array.
    let votes: String

    public init(
        isInSplit: Bool, isAligned: Bool?, taskDescription: String, stepDescriptions: [String], votes: [Int]
    ) {
        self.isInSplit = isInSplit
        self.isAligned = isAligned
        self.taskDescription = taskDescription
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // An array of strings can always be encoded.
        self.stepDescriptions =
            (try? encoder.encode(stepDescriptions)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
        self.votes = "[" + votes.map(String.init).joined(separator: ",") + "]"
    }
}

/// Observation t of an episode.
public struct FrameRecord: Sendable, Equatable {
    public enum Status: String, Sendable {
        case present, missing, unreadable
        /// Drawn by the simulator: the frame store has it, no file does.
        case rendered
    }

    /// The name the recording gives it, without extension.
    public var name: String
    public var status: Status
    /// The picture file relative to the dataset's root.
    public var path: String?
    public var width: Int?
    public var height: Int?
    /// SHA-256 of the picture file's bytes.
    public var sha256: [UInt8]?
    /// Index into the dataset's frame store.
    public var record: Int?
    /// Row of the feature file.
    public var featureRow: Int?

    public init(
        name: String, status: Status, path: String? = nil, width: Int? = nil, height: Int? = nil,
        sha256: [UInt8]? = nil, record: Int? = nil, featureRow: Int? = nil
    ) {
        self.name = name
        self.status = status
        self.path = path
        self.width = width
        self.height = height
        self.sha256 = sha256
        self.record = record
        self.featureRow = featureRow
    }
}

/// Which file an episode was read from, and how to tell that it has changed.
public struct SourceRecord: Sendable, Equatable {
    /// Relative to the dataset's root.
    public var path: String
    public var byteCount: Int
    /// Sizes and times of all files involved: when it is the same, nothing is read again.
    public var stamp: String
    /// Of the trajectory file.
    public var sha256: [UInt8]
    /// Of everything the rows were made from: when it is the same, nothing is written again.
    public var contentSHA256: [UInt8]

    public init(path: String, byteCount: Int, stamp: String, sha256: [UInt8], contentSHA256: [UInt8]) {
        self.path = path
        self.byteCount = byteCount
        self.stamp = stamp
        self.sha256 = sha256
        self.contentSHA256 = contentSHA256
    }
}
