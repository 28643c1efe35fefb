package import Ground
internal import ALFRED
internal import Foundation

/// What a generated dataset was made with, in `generation.json` at its root, so that nobody mixes two by continuing one
/// with other options.
package struct GenerationManifest: Codable, Equatable {
    var generatorVersion: Int
    var seed: UInt64
    var scenes, episodes, pictureSize: Int
    var mix: String
    var taskTypes: [String]
    var format: String

    package init(_ options: GenerationRun.Options, format: String) {
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
    /// - Throws: ``FolderError`` when the folder holds something else, or cannot be written.
    package func claim(_ folder: String) throws {
        let path = folder + "/generation.json"
        if let data = FileManager.default.contents(atPath: path) {
            guard let known = try? JSONDecoder().decode(GenerationManifest.self, from: data) else {
                throw FolderError(.badInput, "\(path): is not what rgvlm-simulate writes; choose another folder")
            }
            guard known == self else {
                throw FolderError(
                    .usage,
                    "\(folder): was made with other options (\(path)); give the same ones, or choose another folder")
            }
            return
        }
        if FileManager.default.fileExists(atPath: folder + "/data") {
            throw FolderError(.cannotWrite, "\(folder)/data: exists already; choose another folder or remove it")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try Folder.make(folder)
        try AtomicFile.write(Array(try encoder.encode(self)), to: path)
    }

    /// Why a folder cannot take a generated dataset.
    package struct FolderError: ExitCoded {
        package var exit: StageExit
        package var description: String

        init(_ exit: StageExit, _ description: String) {
            self.exit = exit
            self.description = description
        }
    }
}
