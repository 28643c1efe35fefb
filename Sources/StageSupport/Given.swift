internal import Foundation
internal import Ground
internal import Yams

/// What a file or the command line gives, with the place it comes from: a tree that overrides are put into.
struct Given {
    enum Content {
        case section([(key: String, value: Given)])
        case list([Given])
        case scalar(Node)
        /// `null`, or nothing behind a key: as if the key were not there.
        case nothing
    }

    var content: Content
    /// The file, `--set key.path=value`, or an option and its value.
    var source: String
    /// Whether the source is an option of its own, which names the setting already.
    var isOption = false
    /// Keys from the root.
    var path: [String]

    init(_ node: Node, source: String, isOption: Bool = false, path: [String] = []) {
        self.source = source
        self.isOption = isOption
        self.path = path
        switch node {
        case .mapping(let members):
            content = .section(
                members.map { key, value in
                    let name = key.string ?? "?"
                    return (name, Given(value, source: source, path: path + [name]))
                })
        case .sequence(let items):
            content = .list(
                items.enumerated().map { index, item in
                    let name = "\(path.last ?? "")[\(index)]"
                    return Given(item, source: source, isOption: isOption, path: path.dropLast() + [name])
                })
        case .scalar, .alias: content = node.null == nil ? .scalar(node) : .nothing
        }
    }

    /// A file's content.
    ///
    /// - Throws: ``StageError`` for a file that is missing, larger than 1 MB, or not YAML.
    init(file: String) throws {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: file).resolvingSymlinksInPath().path)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular,
            let data = FileManager.default.contents(atPath: file)
        else { throw StageError(.inputMissing, "\(file): cannot read the configuration: there is no such file") }
        guard data.count <= 1 << 20, let text = String(data: data, encoding: .utf8) else {
            throw StageError(.badInput, "\(file): is not a configuration: not UTF-8 text, or larger than 1 MB")
        }
        self.init(try Self.compose(text, source: file), source: file)
    }

    static func compose(_ text: String, source: String) throws -> Node {
        do {
            return try Yams.compose(yaml: text) ?? .mapping([:])
        } catch let error as YamlError {
            throw StageError(.badInput, "\(source): not YAML: \(error)")
        }
    }

    /// Puts a value at its path, in place of what was there.
    mutating func put(_ value: Given) throws { try put(value, at: value.path[...]) }

    private mutating func put(_ value: Given, at path: ArraySlice<String>) throws {
        guard let key = path.first else {
            self = value
            return
        }
        var members: [(key: String, value: Given)]
        switch content {
        case .section(let known): members = known
        case .nothing: members = []
        case .scalar, .list:
            throw StageError(.usage, "\(value.source): \(key) lies below a value that is no section")
        }
        let index = members.firstIndex { $0.key == key } ?? members.endIndex
        if index == members.endIndex {
            var empty = value
            empty.content = .section([])
            empty.path = self.path + [key]
            members.append((key, empty))
        }
        try members[index].value.put(value, at: path.dropFirst())
        content = .section(members)
    }

    // MARK: Problems

    private func error(_ text: String, forOption: String) -> StageError {
        if isOption { return StageError(.usage, "\(source): \(forOption)") }
        let name = path.joined(separator: ".")
        return StageError(.badInput, "\(source): \(name.isEmpty ? "the file" : name) \(text)")
    }

    /// A value that is something else than `expected`, as in "a whole number".
    func isNot(_ expected: String) -> StageError { error("is not \(expected)", forOption: "expected \(expected)") }

    /// A value of the right kind that does not do.
    func isUnfit(_ value: String, expected: String) -> StageError {
        error("is \(value); expected \(expected)", forOption: "expected \(expected)")
    }

    /// - Parameter key: A member, where the problem is one's.
    func problem(_ key: String?, _ message: String) -> StageError {
        guard let key else { return error(message, forOption: message) }
        if case .section(let members) = content, let member = members.first(where: { $0.key == key }) {
            return member.value.error(message, forOption: message)
        }
        var member = self
        member.path.append(key)
        return member.error(message, forOption: message)
    }

    // MARK: Values

    /// The members of a section whose keys are `known`.
    ///
    /// - Throws: ``StageError`` for any other key, with the nearest known one.
    func members(known: [String]) throws -> [String: Given] {
        guard case .section(let members) = content else { throw isNot("a section of keys") }
        for (key, value) in members where !known.contains(key) {
            let nearest = known.min { Spelling.distance($0, key) < Spelling.distance($1, key) } ?? ""
            let full = (path + [nearest]).joined(separator: ".")
            let hint = Spelling.distance(nearest, key) <= max(2, key.count / 3) ? "; did you mean \"\(full)\"?" : "."
            throw value.problem(nil, "is not a known key\(hint) Known: \(known.joined(separator: ", "))")
        }
        return Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// The value as text; nil for a list or a section.
    var text: String? { scalar?.scalar?.string }

    /// The value as Yams reads numbers from.
    var scalar: Node? {
        guard case .scalar(let node) = content else { return nil }
        return node
    }

    var isNothing: Bool {
        guard case .nothing = content else { return false }
        return true
    }

    /// The items of a list, or of one text with commas.
    var items: [Given]? {
        if case .list(let items) = content { return items }
        return text?.split(separator: ",").map { part in
            var item = self
            item.content = .scalar(Node(part.trimmingCharacters(in: .whitespaces)))
            return item
        }
    }
}
