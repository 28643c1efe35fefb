internal import Foundation
internal import Yams

/// An experiment's settings. One YAML file serves all stages; each reads its own section.
///
/// Keys that no stage knows are errors that name the nearest known one.
package struct Configuration: Sendable, Equatable {
    package var store = "rgvlm.sqlite"
    package var seed: UInt64 = 0
    package var ingest = Ingest()
    package var simulate = Simulate()
    package var label = Label()
    package var train = Train()
    package var evaluate = Evaluate()
    package var experiment = Experiment()

    /// The section `ingest`.
    package struct Ingest: Sendable, Equatable {
        package var root: String?
        package var splits: [String]?
        package var dataset: String?
        package var strict: Bool?
        package var frameSize: Int?
        package var render: Bool?
        package var limit: Int?
        package var include: String?
    }

    /// The section `simulate`.
    package struct Simulate: Sendable, Equatable {
        package var scenes: Int?
        package var episodes: Int?
        package var mix: String?
        package var tasks: [String]?
        package var size: Int?
    }

    package init() {}

    /// Reads the file, if any, and applies `key.path=value` overrides, whose values are YAML too.
    package init(file: String?, overrides: [String]) throws {
        var root = Node.mapping([:])
        if let file {
            root = try Self.compose(try Self.text(of: file), source: file)
        }
        for override in overrides {
            guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
                throw StageError(.usage, "--set \(override): expected key.path=value")
            }
            let value = try Self.compose(
                String(override[override.index(after: equals)...]), source: "--set \(override)")
            let path = override[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            try Self.set(&root, path[...], to: value, source: "--set \(override)")
        }
        let sources = [file].compactMap { $0 } + overrides.map { "--set \($0)" }
        try read(ConfigurationSection(node: root, path: [], source: sources.joined(separator: ", ")))
    }

    /// The text of a configuration file, which may have 1 MB.
    private static func text(of file: String) throws -> String {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: file).resolvingSymlinksInPath().path)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular,
            let data = FileManager.default.contents(atPath: file)
        else { throw StageError(.inputMissing, "\(file): cannot read the configuration: there is no such file") }
        guard data.count <= 1 << 20, let text = String(data: data, encoding: .utf8) else {
            throw StageError(.badInput, "\(file): is not a configuration: not UTF-8 text, or larger than 1 MB")
        }
        return text
    }

    private static func compose(_ text: String, source: String) throws -> Node {
        do {
            return try Yams.compose(yaml: text) ?? .mapping([:])
        } catch let error as YamlError {
            throw StageError(.badInput, "\(source): not YAML: \(error)")
        }
    }

    private static func set(_ node: inout Node, _ path: ArraySlice<String>, to value: Node, source: String) throws {
        guard let key = path.first else {
            node = value
            return
        }
        guard case .mapping(var members) = node else {
            throw StageError(.usage, "\(source): \(key) lies below a value that is no section")
        }
        var child = members[Node(key)] ?? .mapping([:])
        if path.count > 1, child.mapping == nil, child.null != nil { child = .mapping([:]) }
        try set(&child, path.dropFirst(), to: value, source: source)
        members[Node(key)] = child
        node = .mapping(members)
    }

    private mutating func read(_ root: ConfigurationSection) throws {
        try root.allow(["store", "seed", "ingest", "simulate", "label", "train", "evaluate", "experiment"])
        store = try root.string("store") ?? store
        seed = try root.unsigned("seed") ?? seed
        if let section = try root.section("ingest") { try readIngest(section) }
        if let section = try root.section("simulate") { try readSimulate(section) }
        if let section = try root.section("label") { try label.read(section) }
        if let section = try root.section("train") { try train.read(section) }
        if let section = try root.section("evaluate") { try evaluate.read(section) }
        if let section = try root.section("experiment") { try experiment.read(section) }
    }

    private mutating func readSimulate(_ section: ConfigurationSection) throws {
        try section.allow(["scenes", "episodes", "mix", "tasks", "size"])
        simulate.scenes = try section.int("scenes")
        simulate.episodes = try section.int("episodes")
        simulate.mix = try section.string("mix")
        simulate.tasks = try section.strings("tasks")
        simulate.size = try section.int("size")
    }

    private mutating func readIngest(_ section: ConfigurationSection) throws {
        try section.allow(["root", "splits", "dataset", "strict", "frame_size", "render", "limit", "include"])
        ingest.render = try section.bool("render")
        ingest.limit = try section.int("limit")
        ingest.include = try section.string("include")
        ingest.root = try section.string("root")
        ingest.splits = try section.strings("splits")
        ingest.dataset = try section.string("dataset")
        ingest.strict = try section.bool("strict")
        ingest.frameSize = try section.int("frame_size")
    }
}

/// A mapping of the file, read key by key.
struct ConfigurationSection {
    let node: Node
    let path: [String]
    let source: String

    func problem(_ key: String?, _ message: String) -> StageError {
        let name = (path + (key.map { [$0] } ?? [])).joined(separator: ".")
        return StageError(.badInput, "\(source): \(name.isEmpty ? "the file" : name) \(message)")
    }

    private func mapping() throws -> Node.Mapping {
        guard let mapping = node.mapping else { throw problem(nil, "is not a section of keys") }
        return mapping
    }

    /// Rejects keys outside `known`.
    func allow(_ known: [String]) throws {
        for (key, _) in try mapping() {
            let name = key.string ?? "?"
            if known.contains(name) { continue }
            let nearest = known.min { editDistance($0, name) < editDistance($1, name) } ?? ""
            let full = (path + [nearest]).joined(separator: ".")
            let hint = editDistance(nearest, name) <= max(2, name.count / 3) ? "; did you mean \"\(full)\"?" : "."
            throw problem(name, "is not a known key\(hint) Known: \(known.joined(separator: ", "))")
        }
    }

    private func value(_ key: String) throws -> Node? {
        guard let value = try mapping()[Node(key)], value.null == nil else { return nil }
        return value
    }

    func section(_ key: String) throws -> ConfigurationSection? {
        try value(key).map { ConfigurationSection(node: $0, path: path + [key], source: source) }
    }

    /// A list of sections; none where the key is missing.
    func sections(_ key: String) throws -> [ConfigurationSection] {
        guard let value = try value(key) else { return [] }
        guard let items = value.sequence else { throw problem(key, "is not a list of sections") }
        return items.enumerated().map {
            ConfigurationSection(node: $1, path: path + ["\(key)[\($0)]"], source: source)
        }
    }

    /// A list of whole numbers, or one.
    func ints(_ key: String) throws -> [Int]? {
        guard let value = try value(key) else { return nil }
        let numbers = value.sequence.map { $0.map(\.int) } ?? [value.int]
        guard numbers.allSatisfy({ $0 != nil }) else { throw problem(key, "is not a list of whole numbers") }
        return numbers.compactMap { $0 }
    }

    func string(_ key: String) throws -> String? {
        guard let value = try value(key) else { return nil }
        guard let text = value.scalar?.string else { throw problem(key, "is not text") }
        return text
    }

    func int(_ key: String) throws -> Int? {
        guard let value = try value(key) else { return nil }
        guard let number = value.int else { throw problem(key, "is not a whole number") }
        return number
    }

    func unsigned(_ key: String) throws -> UInt64? {
        guard let value = try value(key) else { return nil }
        guard let number = value.scalar.flatMap({ UInt64($0.string) }) else {
            throw problem(key, "is not a whole number of 0 or more")
        }
        return number
    }

    func double(_ key: String) throws -> Double? {
        guard let value = try value(key) else { return nil }
        guard let number = value.float, number.isFinite else { throw problem(key, "is not a number") }
        return number
    }

    /// Text that is one of `choices`.
    func choice(_ key: String, _ choices: [String]) throws -> String? {
        guard let text = try string(key) else { return nil }
        guard choices.contains(text) else {
            throw problem(key, "is \"\(text)\"; expected one of \(choices.joined(separator: ", "))")
        }
        return text
    }

    func bool(_ key: String) throws -> Bool? {
        guard let value = try value(key) else { return nil }
        guard let flag = value.bool else { throw problem(key, "is neither true nor false") }
        return flag
    }

    /// A list of texts, or one text with commas.
    func strings(_ key: String) throws -> [String]? {
        guard let value = try value(key) else { return nil }
        if let text = value.scalar?.string {
            return text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let texts = value.sequence.map { $0.compactMap(\.scalar?.string) }
        guard let texts, texts.count == value.sequence?.count else { throw problem(key, "is not a list of names") }
        return texts
    }
}

/// The least number of insertions, deletions and replacements of characters between two words.
func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let replaced = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
