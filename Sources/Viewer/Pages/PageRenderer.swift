internal import Foundation
internal import Mustache

/// What a template is filled with.
struct PageContents {
    /// The template's name.
    var template: String
    var title: String
    var values: [String: Any]
}

/// Fills the templates. Their variables are escaped by ``PageText``; drawings, which are made here, come in three braces.
struct PageRenderer: Sendable {
    private let library: MustacheLibrary
    private let storeName: String

    init(storeName: String) throws {
        self.storeName = storeName
        MustacheContentTypes.register(PageContent(), named: PageContent.name)
        var library = MustacheLibrary()
        for (name, bytes) in Self.templates {
            // Each for itself: what a template includes starts with Mustache's own escaping.
            let text = "{{% CONTENT_TYPE:\(PageContent.name)}}\n" + String(decoding: bytes, as: UTF8.self)
            try library.register(text, named: name)
        }
        self.library = library
    }

    private static let templates: [String: [UInt8]] = [
        "head": PackageResources.head_mustache, "foot": PackageResources.foot_mustache,
        "episodes": PackageResources.episodes_mustache, "episode": PackageResources.episode_mustache,
        "transition": PackageResources.transition_mustache, "label": PackageResources.label_mustache,
        "flag": PackageResources.flag_mustache, "rollout": PackageResources.rollout_mustache,
        "labels": PackageResources.labels_mustache, "problem": PackageResources.problem_mustache,
    ]

    func page(_ contents: PageContents, status: Int = 200) -> ViewerReply {
        var values = contents.values
        values["title"] = contents.title
        values["storeName"] = storeName
        values["isEpisodes"] = contents.template == "episodes"
        values["isLabels"] = contents.template == "labels"
        values["styleAddress"] = Assets.address(.style)
        values["keysAddress"] = Assets.address(.keys)
        values["iconAddress"] = Assets.address(.icon)
        guard let html = library.render(values, withTemplate: contents.template) else {
            return ViewerReply(status: 500, text: "The page has no template.")
        }
        var reply = ViewerReply(status: status, html: html)
        reply.headers.append(("cache-control", "no-cache"))
        return reply
    }

    func problem(_ status: Int, title: String, _ message: String) -> ViewerReply {
        page(
            PageContents(template: "problem", title: title, values: ["status": status, "message": message]),
            status: status)
    }
}
