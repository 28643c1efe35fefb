internal import Pages

/// What a template is filled with.
struct PageContents {
    /// The template's name.
    var template: String
    /// The page's title.
    var title: String
    /// By the names that the template uses.
    var values: [String: Any]
}

/// Makes the viewer's pages of their templates.
struct PageRenderer: Sendable {
    private let templates: PageTemplates
    private let storeName: String

    init(storeName: String) throws {
        self.storeName = storeName
        templates = try PageTemplates([
            "episodes": PackageResources.episodes_mustache, "episode": PackageResources.episode_mustache,
            "transition": PackageResources.transition_mustache, "label": PackageResources.label_mustache,
            "flag": PackageResources.flag_mustache, "rollout": PackageResources.rollout_mustache,
            "labels": PackageResources.labels_mustache, "problem": PackageResources.problem_mustache,
        ])
    }

    func page(_ contents: PageContents, status: Int = 200) -> ViewerReply {
        let shell = PageShell(
            title: "\(contents.title) - \(storeName)", home: "/",
            links: [
                .init("Episodes", "/", isCurrent: contents.template == "episodes"),
                .init("Label runs", "/labels", isCurrent: contents.template == "labels"),
            ], subject: storeName, footer: "Served by rgvlm-inspect to this machine only.",
            parts: .linked(
                style: Assets.address(.style), script: Assets.address(.keys), icon: Assets.address(.icon)))
        let values = contents.values.merging(["title": contents.title]) { $1 }
        var reply = ViewerReply(status: status, html: templates.page(contents.template, values, in: shell))
        reply.headers.append(("cache-control", "no-cache"))
        return reply
    }

    func problem(_ status: Int, title: String, _ message: String) -> ViewerReply {
        page(
            PageContents(template: "problem", title: title, values: ["status": status, "message": message]),
            status: status)
    }
}
