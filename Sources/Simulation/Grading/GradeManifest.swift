internal import ALFRED
internal import Foundation
internal import Ground

/// What a graded dataset was made with, in `grading.json` at its root, so that nobody mixes two by continuing one with
/// other options.
package struct GradeManifest: Codable, Equatable {
    var generatorVersion: Int
    var recipe: String
    var seed: UInt64
    var splits: [String]
    var pictureSize: Int
    /// The folder of the trajectories' splits.
    var source: String
    /// How the trajectories were chosen; nil for all.
    var selection: String?

    /// What `run` makes.
    package init(_ run: GradeRun) {
        generatorVersion = GeneratedEpisode.generatorVersion
        recipe = run.options.recipe.text
        seed = run.options.seed
        splits = run.options.splits
        pictureSize = run.options.side
        source = URL(fileURLWithPath: run.release.dataFolder).resolvingSymlinksInPath().lastPathComponent
        selection = run.options.selection.map { choice in
            let names = choice.named.sorted().joined(separator: "\n")
            return "\(choice.limit) of seed \(choice.seed), \(choice.named.count) by name, "
                + SHA256.hash(data: Data(names.utf8)).prefix(8).hex
        }
    }

    /// Writes the file, or finds the same one there.
    ///
    /// - Throws: ``GenerationManifest/FolderError`` when the folder holds something else, or cannot be written.
    package func claim(_ folder: String) throws {
        let path = folder + "/grading.json"
        if let data = FileManager.default.contents(atPath: path) {
            guard let known = try? JSONDecoder().decode(GradeManifest.self, from: data) else {
                throw GenerationManifest.FolderError(
                    .badInput, "\(path): is not what rgvlm-simulate writes; choose another folder")
            }
            guard known == self else {
                throw GenerationManifest.FolderError(
                    .usage,
                    "\(folder): was made with other options (\(path)); give the same ones, or choose another folder")
            }
            return
        }
        if FileManager.default.fileExists(atPath: folder + "/data") {
            throw GenerationManifest.FolderError(
                .cannotWrite, "\(folder)/data: exists already; choose another folder or remove it")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try Folder.make(folder)
        try AtomicFile.write(Array(try encoder.encode(self)), to: path)
    }
}
