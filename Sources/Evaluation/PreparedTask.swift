package import ALFRED
internal import Episodes
internal import Foundation
internal import Ground
package import Household
internal import Rooms
package import Simulation

/// A task with the world it begins in.
package struct PreparedTask: Sendable {
    /// What is asked for.
    package var task: EvalTask
    /// As in `pick_and_place_simple`.
    package var taskType: String?
    /// The number of the floor plan.
    package var sceneNumber: Int
    /// Those the task asks for.
    package var subTasks: [SprintSubTask]
    /// The expert's actions for them, with the ids of what they act on; first the way back to where it began, if the
    /// agent starts elsewhere.
    package var expert: [RecordedAction]
    /// Steps of that way.
    package var approach: Int
    var houseTask: HouseTask
    var start: TaskEnvironment.State
    /// The recorded actions before the first sub-task that the simulator refused.
    package var refused: Int

    /// How many actions the expert takes.
    package var expertSteps: Int { expert.count }

    /// The task at its start.
    func environment(_ renderer: Renderer) -> TaskEnvironment {
        var environment = TaskEnvironment(houseTask, in: start.world, renderer: renderer, rewardKind: .sparse)
        environment.restore(start)
        return environment
    }
}

/// Looks tasks up in a release and sets them up. May be shared by threads.
package final class TaskPreparation: Sendable {
    private let release: Release
    private let scenes: SceneLibrary

    /// Looks trajectories up in `release`.
    package init(_ release: Release) {
        self.release = release
        scenes = SceneLibrary(release)
    }

    /// - Parameters:
    ///   - start: Where the agent begins; a random place depends on `seed` and `index`.
    ///   - index: The task's place in its set.
    ///   - renderer: Of any size; it decides what the recorded actions see.
    /// - Throws: ``TaskSetError`` that says why this task cannot be tried.
    package func prepare(
        _ task: EvalTask, start: TaskSet.Start, seed: UInt64, index: Int, renderer: Renderer
    ) throws(TaskSetError) -> PreparedTask {
        func fail(_ message: String) -> TaskSetError { TaskSetError(message, at: task.key) }
        guard let location = location(of: task) else {
            throw fail("there is no such trajectory in \(release.dataFolder)")
        }
        do {
            let trajectory = try Trajectory(contentsOf: location.file)
            guard let plan = trajectory.plan, let houseTask = HouseTask(trajectory) else {
                throw fail("has no plan or goal, as trajectories of the test splits")
            }
            let world = try scenes.world(of: trajectory)
            let all = try SprintSubTask.list(of: plan, in: world.scene)
            guard task.subTasks.lowerBound >= 0, task.subTasks.upperBound <= all.count, !task.subTasks.isEmpty else {
                throw fail("has \(all.count) sub-tasks, not \(task.subTasks.upperBound)")
            }
            let subTasks = Array(all[task.subTasks])
            let recorded = trajectory.recordedActions
            var replay = RecordedReplay(
                Array(recorded[..<subTasks[0].steps.lowerBound]),
                from: TaskEnvironment(houseTask, in: world, renderer: renderer, rewardKind: .sparse))
            var refused = 0
            while let step = replay.next() { refused += step.isDivergence ? 1 : 0 }
            var environment = replay.environment
            let approach = start == .random ? try Self.scatter(&environment, seed: seed, index: index, task) : []
            let steps = subTasks[0].steps.lowerBound..<subTasks[subTasks.count - 1].steps.upperBound
            return PreparedTask(
                task: task, taskType: trajectory.taskType, sceneNumber: trajectory.scene.number, subTasks: subTasks,
                expert: approach.map { RecordedAction($0) } + recorded[steps], approach: approach.count,
                houseTask: houseTask, start: environment.snapshot(),
                refused: refused)
        } catch let error as TaskSetError {
            throw error
        } catch let error as ALFREDError {
            throw fail(error.description)
        } catch {
            throw fail("\(error)")
        }
    }

    private func location(of task: EvalTask) -> TrajectoryLocation? {
        guard TaskPlace.isKey(task.key) else { return nil }
        let splits = task.split.map { split in release.splits.filter { $0 == split } } ?? release.splits
        return splits.lazy.map {
            TrajectoryLocation(split: $0, key: task.key, folder: "\(self.release.dataFolder)/\($0)/\(task.key)")
        }.first { FileManager.default.fileExists(atPath: $0.file) }
    }

    /// Puts the agent on a cell it can come back from, looking in any direction and as far down as ALFRED's agents
    /// begin.
    ///
    /// - Returns: The way back.
    private static func scatter(
        _ environment: inout TaskEnvironment, seed: UInt64, index: Int, _ task: EvalTask
    ) throws(TaskSetError) -> [Action] {
        let world = environment.world
        var random = SeededGenerator(seed, UInt64(index), 0x57A7)
        let field = NavigationField(to: world.agent, on: world.scene.grid)
        let poses = world.scene.grid.cells.flatMap { cell in
            (0..<4).map { AgentPose(x: cell.x, z: cell.y, heading: $0, horizon: 30) }
        }.filter { field.steps(from: $0) != nil }
        guard let pose = random.pick(poses), environment.teleport(to: pose), let way = field.approach(from: pose) else {
            throw TaskSetError("has no other place to begin", at: task.key)
        }
        return way
    }
}
