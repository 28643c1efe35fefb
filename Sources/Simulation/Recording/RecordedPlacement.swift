package import ALFRED
package import Episodes
package import Household
internal import Rooms

/// How the things of a generated episode were placed: enough to make its scene again.
struct RecordedPlacement: Sendable, Equatable {
    var seed: UInt64
    /// Of the task's object and of its movable receptacle.
    var copies, movableCopies: Int

    func scene(in room: FurnishedRoom, for option: TaskOption) throws(GenerationError) -> HouseScene {
        try room.populated(seed: seed, request: option.request(copies: copies, movableCopies: movableCopies))
    }

    /// The seed as text: it may be larger than what JSON readers keep of a number.
    var json: JSONTree {
        .object([
            "seed": .string(String(seed)), "copies": .int(copies), "movable_copies": .int(movableCopies),
        ])
    }

    init(seed: UInt64, copies: Int, movableCopies: Int) {
        self.seed = seed
        self.copies = copies
        self.movableCopies = movableCopies
    }

    init?(_ json: JSONTree?) {
        guard case .object(let members)? = json, case .string(let text)? = members["seed"], let seed = UInt64(text),
            case .int(let copies)? = members["copies"], (1...8).contains(copies),
            case .int(let movable)? = members["movable_copies"], (0...8).contains(movable)
        else { return nil }
        self.init(seed: seed, copies: copies, movableCopies: movable)
    }
}

extension TaskOption {
    /// The task of a generated trajectory; nil for what no generator makes.
    init?(_ trajectory: Trajectory) {
        guard let task = HouseTask(trajectory), let object = ObjectType(rawValue: task.goal.objectTarget) else {
            return nil
        }
        self.init(
            task.type, object, isSliced: task.goal.objectSliced, movable: ObjectType(rawValue: task.goal.movableTarget),
            destination: ObjectType(rawValue: task.goal.parentTarget),
            lamp: ObjectType(rawValue: task.goal.toggleTarget))
    }
}

extension GeneratedEpisode {
    /// Who acted and whether the goal was reached, as a generated trajectory records it; nil for others.
    package static func outcome(of trajectory: Trajectory) -> (policy: Behaviour, isSuccess: Bool)? {
        guard case .object(let extras)? = trajectory.extras[extrasKey], case .string(let name)? = extras["policy"],
            let policy = Behaviour(rawValue: name), case .bool(let isSuccess)? = extras["success"]
        else { return nil }
        return (policy, isSuccess)
    }

    /// The world a generated trajectory begins in, made again from what it records.
    ///
    /// - Throws: ``ALFREDError`` for a trajectory without the generator's record, or of another generator version.
    package static func world(of trajectory: Trajectory) throws(ALFREDError) -> World {
        guard case .object(let extras)? = trajectory.extras[extrasKey],
            let placement = RecordedPlacement(extras["placement"]), let option = TaskOption(trajectory)
        else {
            throw ALFREDError(.invalidValue, "does not say how its scene was generated", location: extrasKey)
        }
        guard case .int(generatorVersion)? = extras["version"] else {
            throw ALFREDError(
                .invalidValue, "was made by another version of the generator; this is version \(generatorVersion)",
                location: extrasKey + ".version")
        }
        guard let start = AgentPose(trajectory.scene.initialAction) else {
            throw ALFREDError(.invalidValue, "the start pose is off the grid", location: "scene.init_action")
        }
        do {
            let room = try FurnishedRoom(number: trajectory.scene.number)
            return World(try placement.scene(in: room, for: option), agent: start)
        } catch {
            throw ALFREDError(.invalidValue, "\(error)", location: "scene")
        }
    }
}
