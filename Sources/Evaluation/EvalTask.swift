package import Ground
internal import Foundation

/// What an agent is asked to do: an instruction over some sub-tasks of a recorded trajectory, from where the trajectory
/// stood before the first of them.
package struct EvalTask: Sendable, Equatable {
    /// The trajectory's folder, `<task>/<trial>`.
    package var key: String
    /// The split whose folder it is in; nil to look for it.
    package var split: String?
    /// The annotation the instruction belongs to.
    package var annotation: Int
    /// Of the trajectory's sub-tasks, navigation merged into the sub-task after it.
    package var subTasks: Range<Int>
    /// What the agent is asked to do.
    package var instruction: String

    /// A task; `subTasks` are those of the trajectory.
    package init(key: String, split: String?, annotation: Int, subTasks: Range<Int>, instruction: String) {
        self.key = key
        self.split = split
        self.annotation = annotation
        self.subTasks = subTasks
        self.instruction = instruction
    }
}

/// A list of tasks under a name.
package struct TaskSet: Sendable, Equatable {
    /// Where the agent starts.
    package enum Start: String, Sendable, CaseIterable {
        /// As the trajectory did.
        case recorded
        /// Anywhere in the room, looking anywhere: the paper's test of generalisation.
        case random
    }

    /// As in `eval_instruct`.
    package var name: String
    /// In the order in which they are tried.
    package var tasks: [EvalTask]
    /// Where the agent begins.
    package var start: Start

    /// A set.
    package init(name: String, tasks: [EvalTask], start: Start = .recorded) {
        self.name = name
        self.tasks = tasks
        self.start = start
    }

    /// SHA-256 of the tasks in their order, and of the start.
    package var sha256: [UInt8] {
        var hash = SHA256()
        hash.update(data: Data(start.rawValue.utf8))
        for task in tasks {
            let line =
                "\n\(task.key)\t\(task.split ?? "")\t\(task.annotation)\t"
                + "\(task.subTasks.lowerBound)\t\(task.subTasks.count)\t\(task.instruction)"
            hash.update(data: Data(line.utf8))
        }
        return Array(hash.finalize())
    }
}

/// Why tasks cannot be had.
package struct TaskSetError: ExitCoded, Equatable {
    /// What is wrong and what to do about it.
    package var message: String
    /// The file or store it is about.
    package var location: String

    /// An error about a file or store.
    package init(_ message: String, at location: String) {
        self.message = message
        self.location = location
    }

    /// One line: the place and what is wrong.
    package var description: String { "\(location): \(message)" }
    package var exit: StageExit { .inputMissing }
}
