internal import Crypto
internal import Foundation

/// What an agent is asked to do: an instruction over some sub-tasks of a recorded trajectory, from where the trajectory
/// stood before the first of them.
public struct EvalTask: Sendable, Equatable {
    /// The trajectory's folder, `<task>/<trial>`.
    public var key: String
    /// The split whose folder it is in; nil to look for it.
    public var split: String?
    /// The annotation the instruction belongs to.
    public var annotation: Int
    /// Of the trajectory's sub-tasks, navigation merged into the sub-task after it.
    public var subTasks: Range<Int>
    public var instruction: String

    public init(key: String, split: String?, annotation: Int, subTasks: Range<Int>, instruction: String) {
        self.key = key
        self.split = split
        self.annotation = annotation
        self.subTasks = subTasks
        self.instruction = instruction
    }
}

/// A list of tasks under a name.
public struct TaskSet: Sendable, Equatable {
    /// Where the agent starts.
    public enum Start: String, Sendable, CaseIterable {
        /// As the trajectory did.
        case recorded
        /// Anywhere in the room, looking anywhere: the paper's test of generalisation.
        case random
    }

    public var name: String
    public var tasks: [EvalTask]
    public var start: Start

    public init(name: String, tasks: [EvalTask], start: Start = .recorded) {
        self.name = name
        self.tasks = tasks
        self.start = start
    }

    /// SHA-256 of the tasks in their order, and of the start.
    public var sha256: [UInt8] {
        var hash = SHA256()
        hash.update(data: Data(start.rawValue.utf8))
        for task in tasks {
            let line =
                "\n\(task.key)\t\(task.split ?? "")\t\(task.annotation)\t\(task.subTasks.lowerBound)\t\(task.subTasks.count)\t\(task.instruction)"
            hash.update(data: Data(line.utf8))
        }
        return Array(hash.finalize())
    }
}

/// Why tasks cannot be had.
public struct TaskSetError: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String
    public var location: String

    public init(_ message: String, at location: String) {
        self.message = message
        self.location = location
    }

    public var description: String { "\(location): \(message)" }
}
