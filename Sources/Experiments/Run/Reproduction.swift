internal import Foundation
internal import Ground
internal import StageSupport

/// What `rgvlm-experiment reproduce` is told, and the settings that follow from it.
package struct Reproduction: Sendable, Equatable {
    /// How much is learned.
    package enum Budget: String, CaseIterable, Sendable {
        case small, `default`, long

        /// The one place where budgets are set. Each of the cells gets as many updates.
        var settings: [String] {
            switch self {
            case .small: ["train.steps=800"]
            case .default: []  // As in reproduce.yaml.
            case .long: ["train.steps=20000", "ingest.limit=1000000"]
            }
        }
    }

    package var budget = Budget.default
    /// The folder of the release; nil where data are generated.
    package var root: String?
    /// SPRINT's task file; nil for `eval_instruct.json` in the release, if it is there.
    package var tasks: String?
    /// Those of the configuration when nil.
    package var seeds: [Int]?

    package init() {}

    /// Seeds, as in `1,2,3`.
    ///
    /// - Throws: ``StageError`` for what is no whole number.
    package static func seeds(_ text: String) throws -> [Int] {
        try text.split { $0 == "," || $0.isWhitespace }.map { word in
            guard let number = Int(word), number >= 0 else {
                throw StageError(.usage, "--seeds \(text): expected whole numbers with commas between them")
            }
            return number
        }
    }

    /// Where the results go unless something else is said.
    package var defaultOutput: String {
        "Datasets/generated/reproduce-\(root == nil ? "generated" : "real")-\(budget.rawValue)"
    }

    /// The settings, as for `--set`, and what there is to say about them.
    ///
    /// - Throws: ``StageError`` for a task file that does not exist, or that has no release beside it.
    package func settings() throws -> (settings: [String], note: String?) {
        var settings = budget.settings
        if let seeds { settings.append("experiment.seeds=[\(seeds.map(String.init).joined(separator: ","))]") }
        guard let root else {
            guard tasks == nil else {
                throw StageError(
                    .usage, "--tasks: its tasks are set in the floor plans of the release; give --root too")
            }
            return (settings, "no release is named: data are generated. make alfred fetches the release.")
        }
        let splits = ["train"] + ["valid_seen", "valid_unseen"].filter { Self.has(root, split: $0) }
        settings.append("ingest.splits=[\(splits.joined(separator: ", "))]")
        let file = tasks ?? root + "/eval_instruct.json"
        var (sets, note) = ([String](), String?.none)
        if FileManager.default.fileExists(atPath: file) {
            let name = Self.yaml(file)
            sets = [
                "{name: eval_instruct, file: \(name)}", "{name: eval_instruct_random, file: \(name), start: random}",
            ]
            settings.append("ingest.include=\(name)")
        } else if tasks != nil {
            throw StageError(.inputMissing, "--tasks \(file): there is no such file")
        } else {
            note = "There is no \(file), and --tasks names no other: the tasks are drawn from the splits."
            sets = [
                "{name: train, split: train, tasks: 100}",
                "{name: train_random, split: train, tasks: 100, start: random}",
            ]
        }
        sets += splits.dropFirst().map { "{name: \($0), split: \($0), tasks: 60}" }
        settings.append("evaluate.sets=[\(sets.joined(separator: ", "))]")
        return (settings, note)
    }

    /// Whether a release has a split: in itself, in a folder of it, or in one of its folder data.
    private static func has(_ root: String, split: String) -> Bool {
        func below(_ folder: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).map { "\(folder)/\($0)" }
        }
        return ([root] + below(root) + below(root + "/data")).contains { folder in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(folder)/\(split)", isDirectory: &isFolder)
                && isFolder.boolValue
        }
    }

    /// Text between double quotes in YAML.
    private static func yaml(_ text: String) -> String {
        "\"" + text.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : String($0) }.joined() + "\""
    }
}
