internal import Mustache

/// Mustache templates of pages. `{{name}}` goes through ``Escape/html(_:)``; only drawings made by ``Drawing`` stand in
/// three braces.
package struct PageTemplates: Sendable {
    private let library: MustacheLibrary

    /// - Parameter templates: UTF-8 text by name; each may include the others by name.
    /// - Throws: What Mustache says of a template that it cannot read.
    package init(_ templates: [String: [UInt8]]) throws {
        MustacheContentTypes.register(EscapedContent(), named: EscapedContent.name)
        var library = MustacheLibrary()
        for (name, bytes) in templates.merging(["shell": PackageResources.shell_mustache], uniquingKeysWith: { $1 }) {
            // Each for itself: what a template includes starts with Mustache's own escaping.
            let text = "{{% CONTENT_TYPE:\(EscapedContent.name)}}\n" + String(decoding: bytes, as: UTF8.self)
            try library.register(text, named: name)
        }
        self.library = library
    }

    /// A whole page.
    ///
    /// - Parameters:
    ///   - content: The name of the template between the bar and the last line.
    ///   - values: What it is filled with.
    package func page(_ content: String, _ values: [String: Any], in shell: PageShell) -> String {
        var values = values
        values["shell"] = shell.values
        values["content"] = content
        return library.render(values, withTemplate: "shell") ?? ""
    }
}

/// What the variables of templates go through. Mustache's own escaping goes by characters and misses a `<` that a
/// combining mark follows.
struct EscapedContent: MustacheContentType {
    static let name = "RGVLM-PAGE"

    func escapeText(_ text: String) -> String { Escape.html(text) }
}
