internal import Foundation

extension EvalRun {
    /// Which tasks a set has, as whoever defines it says: from where, and how many.
    package struct SetDefinition: Sendable, Equatable, Codable {
        /// As in `split valid_seen`, or `file eval_instruct.json`: a file may lie elsewhere on another machine.
        package var source: String
        /// Tasks in all; nil for all of a file.
        package var count: Int?
        /// Numbers of sub-tasks; nil for those of a file.
        package var lengths: [Int]?
        /// Kinds of sentences; nil for those of sub-tasks, single and joined, and for a file.
        package var kinds: [String]?
        /// Whose episodes tasks are cut from; nil for the expert's, and for a file.
        package var behaviours: [String]?
        /// As in `recorded`.
        package var start: String

        /// What is drawn from a split where its definition says nothing else.
        package static let drawnCount = 100
        /// Numbers of sub-tasks likewise.
        package static let drawnLengths = Array(1...6)

        /// A set from a file, or drawn from a split, with the numbers that are meant where none are said.
        package init(
            file: String?, split: String, count: Int?, lengths: [Int]?, kinds: [String]? = nil,
            behaviours: [String]? = nil, start: String
        ) {
            if let file {
                source = "file \(file.split(separator: "/").last.map(String.init) ?? file)"
                (self.count, self.lengths) = (count, lengths?.sorted())
            } else {
                source = "split \(split)"
                (self.count, self.lengths) = (count ?? Self.drawnCount, (lengths ?? Self.drawnLengths).sorted())
                (self.kinds, self.behaviours) = (kinds?.sorted(), behaviours?.sorted())
            }
            self.start = start
        }
    }

    /// What an evaluation depends on besides agent, tasks and rules: the JSON of ``Identity/config``.
    package struct Settings: Sendable, Equatable, Codable {
        /// The dataset's name.
        package var dataset: String
        /// How frames are drawn, in pixels of a side, and how large a policy sees them.
        package var drawnSide: Int
        /// See ``drawnSide``.
        package var side: Int
        /// What a policy sees: `patches`, or an encoder's features; nil unless a policy acts.
        package var encoder: String?
        /// Of the encoder's weights, hexadecimal.
        package var weightsSHA256: String?
        /// Steps of a policy's window; nil unless one acts.
        package var window: Int?
        /// Steps allowed for each of the expert's.
        package var stepRatio: Int
        /// Of rooms, rules and pictures: raised with every change to them.
        package var revision: Int
        /// Which tasks there are, and how many in all.
        package var set: SetDefinition
        /// See ``set``.
        package var tasks: Int

        /// Settings; a policy's where it acts.
        package init(
            dataset: String, drawnSide: Int, side: Int, encoder: String?, weightsSHA256: String?, window: Int?,
            stepRatio: Int, revision: Int, set: SetDefinition, tasks: Int
        ) {
            self.dataset = dataset
            self.drawnSide = drawnSide
            self.side = side
            self.encoder = encoder
            self.weightsSHA256 = weightsSHA256
            self.window = window
            self.stepRatio = stepRatio
            self.revision = revision
            self.set = set
            self.tasks = tasks
        }

        /// The same settings give the same text.
        package var json: String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }
    }

    /// Nil where another program made the run.
    package var settings: Settings? { try? JSONDecoder().decode(Settings.self, from: Data(identity.config.utf8)) }

    /// What an experiment wants of an evaluation: the set's definition and the seed of what is drawn.
    package struct Wanted: Sendable, Equatable {
        /// Of the set.
        package var set: SetDefinition
        /// Of tasks and random starts.
        package var seed: UInt64

        /// A definition with a seed.
        package init(set: SetDefinition, seed: UInt64) {
            self.set = set
            self.seed = seed
        }
    }

    /// Whether the run is what an experiment wants; so is one that does not say what it is.
    package func fits(_ wanted: Wanted?) -> Bool {
        guard let wanted, let settings else { return true }
        return settings.set == wanted.set && identity.seed == Int64(bitPattern: wanted.seed)
    }

    /// The one that counts of runs of one agent on one set: of those that are wanted one that is done, of the latest
    /// checkpoint, the newest. Nil where none is wanted.
    package static func counting(_ runs: [EvalRun], _ wanted: Wanted?) -> EvalRun? {
        func rank(_ run: EvalRun) -> (Int, Int, String, Int64) {
            (run.status == .done ? 1 : 0, run.identity.checkpointStep ?? 0, run.updatedAt, run.id)
        }
        return runs.filter { $0.fits(wanted) }.max { rank($0) < rank($1) }
    }
}
