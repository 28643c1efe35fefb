internal import ALFRED
import ArgumentParser
internal import Evaluation
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import Images
internal import StageSupport

struct FramesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frames",
        abstract: "Draws what an agent saw in a rollout.",
        discussion: """
            The stored actions are carried out again in the simulator. Writes a picture a step, sheet.png with all of them, and \
            animation.png, which browsers play.
            """)

    @Option(help: ArgumentHelp("The evaluation, as in sparse-s0@valid_seen.", valueName: "name"))
    var run: String

    @Option(help: ArgumentHelp("The task's number in its set, from 0.", valueName: "number"))
    var task: Int

    @Option(help: ArgumentHelp("Folder to write.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Pixels of a side (default: 300).", valueName: "pixels"))
    var size = 300

    @Option(
        help: ArgumentHelp(
            "The release that trajectories are read from (default: where the dataset was ingested from).",
            valueName: "dir"))
    var root: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            guard (16...1024).contains(size) else {
                throw StageError(.usage, "--size \(size): expected 16 to 1024 pixels")
            }
            let configuration = try common.configuration()
            let store = try ExperimentStore(try configuration.existingStore(), access: .read)
            let (rollout, steps, seed) = try rollout(store)
            let dataset = try store.dataset(named: configuration.evaluate.dataset)
            let pictures = try draw(
                rollout, steps, seed: seed, root: root ?? configuration.evaluate.root ?? dataset.root)
            try write(pictures, rollout, steps)
            return .done
        }
    }

    private func rollout(_ store: ExperimentStore) throws -> (Rollout, [Rollout.Step], UInt64) {
        try store.read { db in
            guard let evaluation = try EvalRun.named(run, db) else {
                throw StageError(.inputMissing, "\(store.path): holds no evaluation \"\(run)\"")
            }
            guard let found = try evaluation.rollouts(db).first(where: { $0.rollout.index == task }) else {
                throw StageError(.inputMissing, "\(run): has no task \(task)")
            }
            return (
                found.rollout, try Rollout.steps(found.id, db), UInt64(bitPattern: evaluation.identity.seed)
            )
        }
    }

    private func draw(
        _ rollout: Rollout, _ steps: [Rollout.Step], seed: UInt64, root: String
    ) throws -> [RGBImage] {
        let task = EvalTask(
            key: rollout.key, split: nil, annotation: rollout.annotation, subTasks: rollout.subTasks,
            instruction: rollout.instruction)
        do {
            return try RolloutPictures.draw(
                task, start: rollout.start == .random ? .random : .recorded, seed: seed, index: rollout.index, steps,
                preparation: TaskPreparation(try Release(root: root)), side: size)
        } catch let error as TaskSetError {
            throw StageError(.badInput, error.description)
        } catch let error as ALFREDError {
            throw StageError(.inputMissing, error.description)
        }
    }

    private func write(_ pictures: [RGBImage], _ rollout: Rollout, _ steps: [Rollout.Step]) throws {
        let cells = pictures.enumerated().map { index, picture in
            ContactSheet.Cell(
                picture.resized(width: 150, height: 150),
                captions: index < steps.count ? RolloutPictures.captions(index, steps[index]) : ["\(index) end", ""])
        }
        let title = TextTable.printable(
            "\(run), task \(task): \(rollout.completed) of \(rollout.subTasks.count) done. \(rollout.instruction)")
        do {
            var files: [(String, [UInt8])] = []
            for (index, picture) in pictures.enumerated() {
                files.append((String(format: "%09d.png", index), try picture.png()))
            }
            for (index, sheet) in ContactSheet(title: title, columns: 8).sheets(cells).enumerated() {
                files.append((index == 0 ? "sheet.png" : "sheet-\(index + 1).png", try sheet.png()))
            }
            files.append(("animation.png", try AnimatedPNG.encode(pictures, milliseconds: 200)))
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
            for (name, bytes) in files {
                try Data(bytes).write(to: URL(fileURLWithPath: out).appendingPathComponent(name), options: .atomic)
            }
        } catch let error as ImageError {
            throw StageError(.badInput, error.description)
        } catch {
            throw StageError(.cannotWrite, "\(out): cannot write the pictures: \(error.localizedDescription)")
        }
        try writeToStandardOutput("\(pictures.count) pictures in \(out); sheet.png shows them all\n")
    }
}
