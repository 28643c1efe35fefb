internal import Foundation

extension TaskSet {
    /// Reads tasks in SPRINT's format, as its EVAL_INSTRUCT: a JSON array of objects with `task`, `repeat_id`,
    /// `subgoal_ids`, `primitive_skills` and `annotation` (github.com/clvrai/sprint, `rollouts/`).
    ///
    /// - Throws: ``TaskSetError`` that names the item.
    package init(sprint file: String, name: String, start: Start = .recorded) throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw TaskSetError("there is no such file", at: file)
        }
        try self.init(sprint: data, file: file, name: name, start: start)
    }

    init(sprint data: Data, file: String, name: String, start: Start = .recorded) throws {
        let items: [SprintItem]
        do {
            items = try JSONDecoder().decode([SprintItem].self, from: data)
        } catch let error as DecodingError {
            throw TaskSetError("is not a list of SPRINT's tasks: \(Self.reason(error))", at: file)
        }
        guard !items.isEmpty else { throw TaskSetError("holds no tasks", at: file) }
        let tasks = try items.enumerated().map { index, item in
            try item.task(at: "\(file): item \(index)")
        }
        self.init(name: name, tasks: tasks, start: start)
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "item \($0)" } ?? $0.stringValue }.joined(separator: ", ")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context)) has no \"\(key.stringValue)\""
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(place(context)): \(context.debugDescription)"
        case .dataCorrupted(let context): "\(place(context)) \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}

private struct SprintItem: Decodable {
    struct Skill: Decodable {}

    var task: String
    var repeat_id: Int
    var subgoal_ids: [Int]
    var primitive_skills: [Skill]?
    var annotation: String

    func task(at place: String) throws -> EvalTask {
        guard TaskPlace.isKey(task) else {
            throw TaskSetError("\"task\" names no trajectory folder, as in <task>/<trial>", at: place)
        }
        guard let first = subgoal_ids.first, first >= 0, subgoal_ids.count <= 1000, first < 1_000_000,
            subgoal_ids.elementsEqual(first..<first + subgoal_ids.count)
        else { throw TaskSetError("\"subgoal_ids\" are not consecutive numbers from 0 on", at: place) }
        if let primitive_skills, primitive_skills.count != subgoal_ids.count {
            throw TaskSetError(
                "has \(primitive_skills.count) primitive skills for \(subgoal_ids.count) sub-goals", at: place)
        }
        guard repeat_id >= 0 else { throw TaskSetError("\"repeat_id\" is negative", at: place) }
        return EvalTask(
            key: task, split: nil, annotation: repeat_id, subTasks: first..<first + subgoal_ids.count,
            instruction: annotation)
    }
}

/// Names of trajectories as folders.
enum TaskPlace {
    /// One or two folder names that lead nowhere else.
    static func isKey(_ key: String) -> Bool {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                !part.isEmpty && !part.hasPrefix(".") && part.utf8.count <= 255
                    && !part.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }
            }
    }
}
