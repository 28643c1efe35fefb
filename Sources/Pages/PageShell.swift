internal import Foundation
internal import Ground

/// What surrounds the content of a page: the document's head with its style, the bar with its links, and the last line.
package struct PageShell: Sendable {
    /// A link of the bar.
    package struct Link: Sendable {
        /// Its words.
        package var title: String
        /// Where it leads.
        package var address: String
        /// Whether it leads to the page that it stands on.
        package var isCurrent: Bool

        /// Each as its property says.
        package init(_ title: String, _ address: String, isCurrent: Bool = false) {
            (self.title, self.address, self.isCurrent) = (title, address, isCurrent)
        }
    }

    /// Where style and script are.
    package enum Parts: Sendable {
        /// Behind addresses of the server that the page comes from.
        case linked(style: String, script: String, icon: String)
        /// In the page, which is one file and fetches nothing. `style` comes after ``PageStyle/text``; `data` is what
        /// ``Escape/json(_:)`` made, for the script to read from the element `data`.
        case embedded(style: String, script: String? = nil, data: String? = nil)
    }

    /// Of the window.
    package var title: String
    /// Where the name on the left leads.
    package var home: String
    /// The bar's links.
    package var links: [Link]
    /// What the page is about, on the right of the bar.
    package var subject: String
    /// The last line.
    package var footer: String
    /// Where style and script are.
    package var parts: Parts

    /// Each as its property says.
    package init(
        title: String, home: String, links: [Link], subject: String, footer: String, parts: Parts
    ) {
        (self.title, self.home, self.links) = (title, home, links)
        (self.subject, self.footer, self.parts) = (subject, footer, parts)
    }

    /// What shell.mustache shows.
    var values: [String: Any] {
        var values: [String: Any] = [
            "title": title, "home": home, "subject": subject, "footer": footer,
            "links": links.map { ["title": $0.title, "address": $0.address, "isCurrent": $0.isCurrent] },
            // Said here, so that no value of the content is taken for it.
            "linked": false, "policy": false, "style": false, "script": false, "data": false,
        ]
        switch parts {
        case .linked(let style, let script, let icon):
            values["linked"] = ["style": style, "script": script, "icon": icon]
        case .embedded(let style, let script, let data):
            values["style"] = PageStyle.text + style
            values["policy"] =
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
                + (script.map { "; script-src 'sha256-\(Self.digest($0))'" } ?? "")
            if let script { values["script"] = script }
            if let data { values["data"] = data }
        }
        return values
    }

    /// What a browser compares a script with before it runs it: nothing else runs on the page.
    private static func digest(_ script: String) -> String {
        Data(SHA256.hash(data: Array(script.utf8))).base64EncodedString()
    }
}

/// The style that all pages have.
package enum PageStyle {
    /// CSS without a reference to anything outside.
    package static let text = String(decoding: PackageResources.page_css, as: UTF8.self)
}
