internal import ALFRED
internal import Foundation
internal import Ground
internal import Simulation
internal import StageSupport

/// What a generated dataset was made with, in `generation.json` at its root, so that nobody mixes two by continuing one with
/// other options.
struct GenerationManifest: Codable, Equatable {
    var generatorVersion: Int
    var seed: UInt64
    var scenes, episodes, pictureSize: Int
    var mix: String
    var taskTypes: [String]
    var format: String

    init(_ options: GenerationRun.Options, format: String) {
        generatorVersion = GeneratedEpisode.generatorVersion
        seed = options.seed
        scenes = options.scenes
        episodes = options.episodes
        pictureSize = options.side
        mix = options.mix.description
        taskTypes = options.taskTypes.map(\.rawValue)
        self.format = format
    }

    /// Writes the file, or finds the same one there.
    ///
    /// - Throws: ``StageError`` when the folder holds something else, or cannot be written.
    func claim(_ folder: String) throws {
        let path = folder + "/generation.json"
        if let data = FileManager.default.contents(atPath: path) {
            guard let known = try? JSONDecoder().decode(GenerationManifest.self, from: data) else {
                throw StageError(.badInput, "\(path): is not what rgvlm-simulate writes; choose another folder")
            }
            guard known == self else {
                throw StageError(
                    .usage,
                    "\(folder): was made with other options (\(path)); give the same ones, or choose another folder")
            }
            return
        }
        if FileManager.default.fileExists(atPath: folder + "/data") {
            throw StageError(.cannotWrite, "\(folder)/data: exists already; choose another folder or remove it")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            try TrajectoryFolder.makeFolders(folder)
            try TrajectoryFolder.writeFile(Array(try encoder.encode(self)), to: path)
        } catch let error as ALFREDError {
            throw StageError(.cannotWrite, error.description)
        }
    }
}
