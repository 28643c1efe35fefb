internal import Ground
internal import Yams

/// An experiment's settings. One YAML file serves all stages; each reads its own section.
///
/// A field is a key, in snake_case, and its initial value is the default. Keys that no stage knows are errors that name
/// the nearest known one.
package struct Configuration: ConfigurationSection {
    /// The SQLite file all stages share.
    package var store = "rgvlm.sqlite"
    /// The seed of everything random.
    package var seed: UInt64 = 0
    /// What `rgvlm-ingest` reads.
    package var ingest = Ingest()
    /// What `rgvlm-simulate generate` makes.
    package var simulate = Simulate()
    /// What `rgvlm-label` asks.
    package var label = Label()
    /// What `rgvlm-train` learns.
    package var train = Train()
    /// What `rgvlm-evaluate` tries.
    package var evaluate = Evaluate()
    /// The rows of a table.
    package var experiment = Experiment()

    /// All defaults.
    package init() {}

    /// Reads the file, if any, and puts overrides in place of what it says, one after another.
    ///
    /// - Parameter base: Has the values of keys that are not given.
    /// - Throws: ``StageError`` for a file, key or value that is not understood.
    package init(file: String?, overrides: [Override], over base: Configuration = Configuration()) throws {
        var given = try file.map { try Given(file: $0) } ?? Given(.mapping([:]), source: "the configuration")
        for override in overrides { if let value = try override.given { try given.put(value) } }
        self = try SectionDecoder.section(Configuration.self, given, standard: base)
    }

    /// The same settings with overrides of `key.path=value`, as in `--set`.
    ///
    /// - Throws: ``StageError`` for a key or value that is not understood.
    package func overridden(by settings: [String]) throws -> Configuration {
        try Configuration(file: nil, overrides: settings.map(Override.init), over: self)
    }

    /// A value that takes the place of the file's: `--set key.path=value`, or an option that stands for a key.
    package struct Override: Sendable {
        private enum Kind { case setting, option(key: String, value: String?) }
        private let kind: Kind
        /// As typed: `key.path=value`, or an option's name.
        private let text: String

        /// - Parameter setting: `key.path=value`; the value is YAML.
        package init(_ setting: String) {
            kind = .setting
            text = setting
        }

        /// - Parameters:
        ///   - option: As typed, `--threads`.
        ///   - key: The key it stands for, `train.threads`.
        ///   - value: Nil where the option was not given.
        package init(_ option: String, _ key: String, _ value: (some CustomStringConvertible)?) {
            kind = .option(key: key, value: value?.description)
            text = option
        }

        /// Nil for an option that was not given.
        var given: Given? {
            get throws {
                func path(_ key: Substring) -> [String] {
                    key.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
                }
                switch kind {
                case .option(_, nil): return nil
                case .option(let key, let value?):
                    return Given(Node(value), source: "\(text) \(value)", isOption: true, path: path(key[...]))
                case .setting:
                    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                        throw StageError(.usage, "--set \(text): expected key.path=value")
                    }
                    let source = "--set \(text)"
                    let value = try Given.compose(String(text[text.index(after: equals)...]), source: source)
                    return Given(value, source: source, path: path(text[..<equals]))
                }
            }
        }
    }
}

extension Configuration {
    /// The section `ingest`: what `rgvlm-ingest` reads.
    package struct Ingest: ConfigurationSection {
        /// The release's folder; `$ALFRED_ROOT` when nil.
        package var root: String?
        /// All that are there when nil.
        package var splits: [String]?
        /// The dataset's name in the store.
        package var dataset = "alfred"
        /// Whether the first file that cannot be used ends the stage.
        package var strict = false
        /// Pixels of a side of the pictures in the frame store; 0 copies none.
        @Within(0...1024) package var frameSize = 56
        /// Whether the simulator draws what came without pictures.
        package var render = false
        /// Trajectories of each split, drawn by the seed; all when nil.
        @Within(1...) package var limit: Int?
        /// A file that lists trajectories to read in any case.
        package var include: String?
    }

    /// The section `simulate`: what `rgvlm-simulate generate` makes.
    package struct Simulate: ConfigurationSection {
        /// Rooms.
        @Within(1...4000) package var scenes = 12
        /// Episodes over all splits; 100 are made when nil.
        @Within(1...900_000) package var episodes: Int?
        /// Shares of the training episodes' policies.
        package var mix = "expert:0.4,noisy:0.3,partial:0.2,random:0.1"
        /// Task types; all seven when nil.
        package var tasks: [String]?
        /// Pixels of a picture's side.
        @Within(16...1024) package var size = 300
    }
}

extension Configuration {
    /// Which instructions of an episode: a sub-task's sentence, several joined, the whole goal.
    package enum InstructionKind: String, Choice { case primitive, composite, task }

    /// Whether a run or a set can be called so: letters, digits, '.', '_' and '-', at most 60, no leading dot.
    package static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 60 && name.first != "."
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }
}

extension Choice {
    /// The value of the same name that a library has.
    ///
    /// - Throws: ``StageError`` where it has none.
    package func named<T: RawRepresentable<String>>(_ type: T.Type = T.self) throws -> T {
        guard let value = T(rawValue: rawValue) else {
            throw StageError(.badInput, "\(rawValue) is not known to \(T.self)")
        }
        return value
    }
}
