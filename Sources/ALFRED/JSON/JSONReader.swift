internal import CJSONShim
internal import Ground
internal import JSON

/// Parses JSON files one after the other with reused buffers. Not thread-safe: one reader a worker.
///
/// The parser is simdjson, which is fast and says little: `JSONScanner` explains what it rejects.
package final class JSONReader {
    private let parser: OpaquePointer

    package init() throws(ALFREDError) {
        guard let parser = rgvlm_json_parser_create() else {
            throw ALFREDError(.unreadable, "no memory for a JSON parser")
        }
        self.parser = parser
    }

    deinit { rgvlm_json_parser_destroy(parser) }

    /// What is wrong with `text`, or nil when the slow reader finds nothing.
    static func firstProblem(in text: UnsafeRawBufferPointer) -> JSONError? {
        var scanner = JSONScanner(text, .halfPairs, depthLimit: 1024)
        if (try? scanner.end()) != nil { return JSONError("the file is empty", offset: scanner.offset) }
        do throws(JSONError) {
            try scanner.skip()
            try scanner.end()
            return nil
        } catch {
            return error
        }
    }

    /// Parses `text` and hands its root to `body`. The values must not outlive the call.
    func withRoot<R>(
        of text: FileBytes, _ body: (JSONView) throws(ALFREDError) -> R
    ) throws(ALFREDError) -> R {
        defer { withExtendedLifetime((self, text)) {} }
        var nodes: UnsafePointer<rgvlm_json_node>?
        var count = 0
        let bytes = text.bytes
        let problem = rgvlm_json_parse(
            parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &nodes, &count)
        guard problem == nil, let nodes else {
            let diagnosis = Self.firstProblem(in: bytes)
            let reason = problem.map { String(cString: $0) } ?? "no value"
            throw ALFREDError(
                .malformed, diagnosis?.message ?? "not valid JSON: \(reason)",
                location: diagnosis?.location(in: bytes))
        }
        do {
            return try body(JSONView(nodes: nodes, index: 0))
        } catch {
            guard let index = error.nodeIndex else { throw error }
            var located = error
            located.location = JSONView(nodes: nodes, index: 0).path(to: index)
            throw located
        }
    }
}

extension ALFREDError {
    private static let nodeMarker = "\u{0}node "

    /// An error about a node; ``JSONReader`` replaces the index by the node's path once, at the end.
    init(_ code: Code, _ message: String, at index: Int) {
        self.init(code, message, location: Self.nodeMarker + String(index))
    }

    fileprivate var nodeIndex: Int? {
        guard let location, location.hasPrefix(Self.nodeMarker) else { return nil }
        return Int(location.dropFirst(Self.nodeMarker.count))
    }
}

/// A value of a parsed document: a cursor into the parser's nodes.
struct JSONView {
    let nodes: UnsafePointer<rgvlm_json_node>
    let index: Int

    var node: rgvlm_json_node { nodes[index] }
    var kind: UInt32 { node.kind }

    private func child(_ index: Int) -> JSONView { JSONView(nodes: nodes, index: index) }

    /// Index of the node after this value.
    private var next: Int {
        kind == UInt32(RGVLM_JSON_ARRAY) || kind == UInt32(RGVLM_JSON_OBJECT)
            ? Int(truncatingIfNeeded: node.value.end) : index &+ 1
    }

    var typeName: String {
        switch Int(kind) {
        case RGVLM_JSON_NULL: "null"
        case RGVLM_JSON_FALSE, RGVLM_JSON_TRUE: "a boolean"
        case RGVLM_JSON_INTEGER: "an integer"
        case RGVLM_JSON_DOUBLE: "a number"
        case RGVLM_JSON_STRING: "a string"
        case RGVLM_JSON_ARRAY: "an array"
        default: "an object"
        }
    }

    private func mismatch(_ expected: String) -> ALFREDError {
        ALFREDError(.wrongType, "expected \(expected), found \(typeName)", at: index)
    }

    func invalid(_ message: String) -> ALFREDError { ALFREDError(.invalidValue, message, at: index) }

    // MARK: Scalars

    func int() throws(ALFREDError) -> Int {
        guard kind == UInt32(RGVLM_JSON_INTEGER) else { throw mismatch("an integer") }
        return Int(node.value.integer)
    }

    func int32() throws(ALFREDError) -> Int32 {
        guard let value = Int32(exactly: try int()) else { throw invalid("\(try int()) is out of range") }
        return value
    }

    func double() throws(ALFREDError) -> Double {
        switch Int(kind) {
        case RGVLM_JSON_DOUBLE: return node.value.number
        case RGVLM_JSON_INTEGER: return Double(node.value.integer)
        default: throw mismatch("a number")
        }
    }

    func bool() throws(ALFREDError) -> Bool {
        switch Int(kind) {
        case RGVLM_JSON_TRUE: return true
        case RGVLM_JSON_FALSE: return false
        default: throw mismatch("a boolean")
        }
    }

    func string() throws(ALFREDError) -> String {
        guard kind == UInt32(RGVLM_JSON_STRING) else { throw mismatch("a string") }
        // SQLite's text functions end at a NUL, so that two different texts would look alike.
        guard memchr(node.value.string, 0, Int(node.count)) == nil else {
            throw invalid("the text has a NUL character")
        }
        return text
    }

    private var text: String {
        String(decoding: UnsafeRawBufferPointer(start: node.value.string, count: Int(node.count)), as: UTF8.self)
    }

    /// Whether this is the string `other`.
    func equals(_ other: StaticString) -> Bool {
        guard kind == UInt32(RGVLM_JSON_STRING), Int(node.count) == other.utf8CodeUnitCount else { return false }
        return memcmp(node.value.string, other.utf8Start, other.utf8CodeUnitCount) == 0
    }

    // MARK: Containers

    func count() throws(ALFREDError) -> Int {
        guard kind == UInt32(RGVLM_JSON_ARRAY) else { throw mismatch("an array") }
        return Int(node.count)
    }

    func forEach(_ body: (JSONView) throws(ALFREDError) -> Void) throws(ALFREDError) {
        guard kind == UInt32(RGVLM_JSON_ARRAY) else { throw mismatch("an array") }
        var at = index &+ 1
        for _ in 0..<node.count {
            let element = child(at)
            try body(element)
            at = element.next
        }
    }

    func map<T>(_ transform: (JSONView) throws(ALFREDError) -> T) throws(ALFREDError) -> [T] {
        var result: [T] = []
        result.reserveCapacity(try count())
        try forEach { element throws(ALFREDError) in result.append(try transform(element)) }
        return result
    }

    /// Calls `body` with each key (a string view) and value.
    func forEachMember(_ body: (_ key: JSONView, _ value: JSONView) throws(ALFREDError) -> Void) throws(ALFREDError) {
        guard kind == UInt32(RGVLM_JSON_OBJECT) else { throw mismatch("an object") }
        var at = index &+ 1
        for _ in 0..<node.count {
            let value = child(at &+ 1)
            try body(child(at), value)
            at = value.next
        }
    }

    /// The member `key`, or nil. A repeated key yields its last value, as Python's json does.
    func member(_ key: StaticString) throws(ALFREDError) -> JSONView? {
        var found: JSONView?
        try forEachMember { name, value in
            if name.equals(key) { found = value }
        }
        return found
    }

    var isNull: Bool { kind == UInt32(RGVLM_JSON_NULL) }
    var isObject: Bool { kind == UInt32(RGVLM_JSON_OBJECT) }

    /// The member `key`; nil when it is absent or null.
    func optional(_ key: StaticString) throws(ALFREDError) -> JSONView? {
        guard let value = try member(key), !value.isNull else { return nil }
        return value
    }

    func require(_ key: StaticString) throws(ALFREDError) -> JSONView {
        guard let value = try member(key) else {
            throw ALFREDError(.missingKey, "missing key \"\(key)\"", at: index)
        }
        return value
    }

    /// Fails with the key's name when a member that `forEachMember` was to find is still nil.
    func found<T>(_ value: T?, _ key: StaticString) throws(ALFREDError) -> T {
        guard let value else { throw ALFREDError(.missingKey, "missing key \"\(key)\"", at: index) }
        return value
    }

    /// The whole value as a tree.
    func tree() -> JSONTree {
        switch Int(kind) {
        case RGVLM_JSON_NULL: return .null
        case RGVLM_JSON_FALSE: return .bool(false)
        case RGVLM_JSON_TRUE: return .bool(true)
        case RGVLM_JSON_INTEGER: return .int(Int(node.value.integer))
        case RGVLM_JSON_DOUBLE: return .double(node.value.number)
        case RGVLM_JSON_STRING: return .string(text)
        case RGVLM_JSON_ARRAY:
            var elements: [JSONTree] = []
            var at = index &+ 1
            for _ in 0..<node.count {
                elements.append(child(at).tree())
                at = child(at).next
            }
            return .array(elements)
        default:
            var members: [String: JSONTree] = [:]
            var at = index &+ 1
            for _ in 0..<node.count {
                members[child(at).text] = child(at &+ 1).tree()
                at = child(at &+ 1).next
            }
            return .object(members)
        }
    }

    /// The path of the node at `target`, as in `plan.low_actions[3].api_action.action`; empty for the root.
    fileprivate func path(to target: Int) -> String? {
        var path = ""
        var here = self
        while here.index != target {
            var at = here.index &+ 1
            var step: JSONView?
            for position in 0..<Int(here.node.count) {
                let isObject = here.kind == UInt32(RGVLM_JSON_OBJECT)
                let value = child(isObject ? at &+ 1 : at)
                if target < value.next {
                    path += isObject ? (path.isEmpty ? "" : ".") + child(at).text : "[\(position)]"
                    step = value
                    break
                }
                at = value.next
            }
            guard let step, step.index <= target else { break }
            here = step
        }
        return path.isEmpty ? nil : path
    }
}
