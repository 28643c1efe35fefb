package import Episodes
internal import Foundation

/// Everything the store keeps of one episode, ready to be written.
package struct EpisodeRecord: Sendable {
    /// Transitions, sub-tasks and instructions.
    package var episode: Episode
    /// Where it was recorded.
    package var scene: SceneRecord
    /// The task in symbols; nil where the recording names none.
    package var goal: GoalRecord?
    /// The recording's own name of the trial.
    package var taskID: String
    /// As recorded, before navigation was merged into what follows.
    package var subgoals: [Subgoal]
    /// What annotators wrote, in the order of the recording.
    package var annotations: [AnnotationRecord]
    /// L + 1 entries.
    package var frames: [FrameRecord]
    /// Entries of the recording's image list.
    package var imageCount: Int
    /// The feature file relative to the dataset's root and its number of frames.
    package var features: (path: String, count: Int)?
    /// Which file it was read from.
    package var source: SourceRecord

    /// An episode; `frames` are one more than its transitions.
    package init(
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

/// The room an episode was recorded in.
package struct SceneRecord: Sendable, Hashable {
    /// As in `FloorPlan28`.
    package var floorPlan: String
    /// The floor plan's number; generated rooms begin at 1001.
    package var number: Int
    /// The room's kind, as in `Kitchen`.
    package var room: String?

    /// A room.
    package init(floorPlan: String, number: Int, room: String?) {
        self.floorPlan = floorPlan
        self.number = number
        self.room = room
    }
}

/// The task in symbols; empty strings become NULL.
package struct GoalRecord: Sendable, Equatable {
    /// As in `pick_and_place_simple`.
    package var taskType: String
    /// The class of the object to bring.
    package var objectTarget: String
    /// Whether the object is to be sliced.
    package var objectSliced: Bool
    /// The class of the receptacle to bring it to.
    package var parentTarget: String
    /// The class of the receptacle that is to be moved with it.
    package var movableTarget: String
    /// The class of the object to switch on.
    package var toggleTarget: String

    /// A goal.
    package init(
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

/// What one annotator wrote of an episode.
package struct AnnotationRecord: Sendable, Equatable {
    /// Whether the splits file lists it as a sample of this split.
    package var isInSplit: Bool
    /// Whether its sentences fit the sub-goals; nil where there are none.
    package var isAligned: Bool?
    /// The sentence for the whole task.
    package var taskDescription: String
    /// The step sentences as a JSON array.
    let stepDescriptions: String
    /// As a JSON array.
    let votes: String

    /// An annotation; sentences and votes are kept as JSON arrays.
    package init(
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
package struct FrameRecord: Sendable, Equatable {
    /// Where the picture is.
    package enum Status: String, Codable, Sendable {
        case present, missing, unreadable
        /// Drawn by the simulator: the frame store has it, no file does.
        case rendered
    }

    /// The name the recording gives it, without extension.
    package var name: String
    /// Where the picture is.
    package var status: Status
    /// The picture file relative to the dataset's root.
    package var path: String?
    /// Of the picture as recorded, in pixels.
    package var width: Int?
    /// Of the picture as recorded, in pixels.
    package var height: Int?
    /// SHA-256 of the picture file's bytes.
    package var sha256: [UInt8]?
    /// Index into the dataset's frame store.
    package var record: Int?
    /// Row of the feature file.
    package var featureRow: Int?

    /// An observation's frame.
    package init(
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
package struct SourceRecord: Sendable, Equatable {
    /// Relative to the dataset's root.
    package var path: String
    /// Bytes of the trajectory file.
    package var byteCount: Int
    /// Sizes and times of all files involved: when it is the same, nothing is read again.
    package var stamp: String
    /// Of the trajectory file.
    package var sha256: [UInt8]
    /// Of everything the rows were made from: when it is the same, nothing is written again.
    package var contentSHA256: [UInt8]

    /// A source; both hashes have 32 bytes.
    package init(path: String, byteCount: Int, stamp: String, sha256: [UInt8], contentSHA256: [UInt8]) {
        self.path = path
        self.byteCount = byteCount
        self.stamp = stamp
        self.sha256 = sha256
        self.contentSHA256 = contentSHA256
    }
}
