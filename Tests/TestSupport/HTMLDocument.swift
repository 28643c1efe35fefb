/// A page taken apart, strictly: every element is closed in order, attributes stand in double quotes, ids are there
/// once, and neither `<` nor `&` stands for itself.
package struct HTMLDocument: Sendable {
    package struct Element: Sendable {
        package var name: String
        /// Values without entities.
        package var attributes: [(name: String, value: String)]

        package subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
    }

    /// What a strict reader stumbles over.
    package struct Problem: Error, CustomStringConvertible {
        package var line: Int
        package var message: String
        package var description: String { "line \(line): \(message)" }
    }

    package private(set) var elements: [Element] = []
    /// What stands between tags, without entities; whitespace alone is left out.
    package private(set) var texts: [String] = []
    /// The contents of script and style elements, as they are.
    package private(set) var raw: [(element: String, text: String)] = []

    private let scalars: [Unicode.Scalar]
    private var at = 0

    private static let void: Set<String> = ["meta", "link", "img", "input", "br", "hr"]
    /// Their content has no elements.
    private static let textOnly: Set<String> = ["script", "style", "title", "textarea"]

    package init(_ html: String) throws {
        scalars = Array(html.unicodeScalars)
        try expect("<!doctype html>")
        var open: [String] = []
        var inSVG: Bool { open.contains("svg") }
        while at < scalars.count {
            let text = read { $0 != "<" }
            try add(text)
            guard at < scalars.count else { break }
            at += 1
            if peek == "/" {
                at += 1
                let name = read { $0 != ">" }
                at += 1
                guard open.popLast() == name else { throw problem("</\(name)> closes something else") }
                continue
            }
            let element = try readElement()
            elements.append(element)
            if peek == "/" {
                at += 1
                try expect(">")
                continue
            }
            try expect(">")
            if Self.void.contains(element.name) { continue }
            if Self.textOnly.contains(element.name), !inSVG {
                let end = "</\(element.name)>"
                let content = readRaw(until: end)
                if element.name == "script" || element.name == "style" {
                    raw.append((element.name, content))
                } else {
                    guard !content.unicodeScalars.contains("<") else { throw problem("a tag in <\(element.name)>") }
                    try add(content)
                }
                try expect(end)
                continue
            }
            open.append(element.name)
        }
        guard open.isEmpty else { throw problem("<\(open.joined(separator: "><"))> stays open") }
        var ids: Set<String> = []
        for id in elements.compactMap({ $0["id"] }) where !ids.insert(id).inserted {
            throw problem("two elements with the id \(id)")
        }
    }

    /// The names of elements and of attributes, as `a`, `a.href`.
    package var names: Set<String> {
        elements.reduce(into: []) { names, element in
            names.insert(element.name)
            for attribute in element.attributes { names.insert("\(element.name).\(attribute.name)") }
        }
    }

    /// All that a page says that is not its own code: texts and values of attributes.
    package var words: [String] { texts + elements.flatMap { $0.attributes.map(\.value) } }

    package func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    // MARK: Reading

    private var peek: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func read(while condition: (Unicode.Scalar) -> Bool) -> String {
        let start = at
        while at < scalars.count, condition(scalars[at]) { at += 1 }
        return Self.string(scalars[start..<at])
    }

    private mutating func readRaw(until end: String) -> String {
        let (start, end) = (at, Array(end.unicodeScalars))
        while at < scalars.count, !scalars[at...].starts(with: end) { at += 1 }
        return Self.string(scalars[start..<at])
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    private func problem(_ message: String) -> Problem {
        Problem(line: scalars.prefix(at).count { $0 == "\n" } + 1, message: message)
    }

    private mutating func expect(_ text: String) throws {
        let wanted = Array(text.unicodeScalars)
        guard scalars[min(at, scalars.count)...].starts(with: wanted) else { throw problem("no \(text)") }
        at += wanted.count
    }

    private mutating func readElement() throws -> Element {
        let name = read { ("a"..."z").contains($0) || ("0"..."9").contains($0) }
        guard !name.isEmpty else { throw problem("a bare <") }
        var element = Element(name: name, attributes: [])
        while true {
            let space = read { $0 == " " || $0 == "\n" }
            if peek == ">" || peek == "/" { return element }
            guard !space.isEmpty else { throw problem("<\(name) and no space before an attribute") }
            let attribute = read {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || "-0123456789".unicodeScalars.contains($0)
            }
            guard !attribute.isEmpty, element[attribute] == nil else {
                throw problem("<\(name)> and no attribute, or one twice")
            }
            guard peek == "=" else {
                element.attributes.append((attribute, ""))
                continue
            }
            try expect("=\"")
            let value = read { $0 != "\"" }
            try expect("\"")
            guard !value.unicodeScalars.contains("<") else { throw problem("< in \(attribute) of <\(name)>") }
            element.attributes.append((attribute, try decoded(value)))
        }
    }

    private mutating func add(_ text: String) throws {
        if text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) { texts.append(try decoded(text)) }
    }

    private func decoded(_ text: String) throws -> String {
        let entities = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "#39": "'"]
        var decoded = String.UnicodeScalarView()
        var rest = Array(text.unicodeScalars)[...]
        while let next = rest.first {
            guard next == "&" else {
                decoded.append(next)
                rest.removeFirst()
                continue
            }
            guard let end = rest.prefix(7).firstIndex(of: ";"),
                let meant = entities[Self.string(rest[(rest.startIndex + 1)..<end])]
            else { throw problem("a bare & in \(text.prefix(80))") }
            decoded.append(contentsOf: meant.unicodeScalars)
            rest = rest[(end + 1)...]
        }
        return String(decoded)
    }
}
