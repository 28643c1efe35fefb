internal import ExperimentStore
internal import Foundation
internal import Logging

/// Answers requests. It blocks while it reads, and knows nothing of connections.
final class ViewerSite: Sendable {
    let reader: StoreReader
    let frames = FrameSource()
    let pages: PageRenderer
    /// What forms of this process carry.
    let token: String

    /// - Throws: ``StoreError`` where the store cannot be read.
    init(store: String) throws {
        reader = try StoreReader(store)
        pages = try PageRenderer(storeName: URL(fileURLWithPath: store).lastPathComponent)
        var generator = SystemRandomNumberGenerator()
        token = (0..<4).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
    }

    /// Reads what pages need, so that the first of them is as fast as the others.
    func warmUp() {
        _ = try? reader.read { (_: ExperimentStore, _: Catalogue, _: StoreConnection) in () }
    }

    func reply(to request: ViewerRequest) -> ViewerReply {
        guard RequestGuard.isLoopback(host: request.host) else {
            return ViewerReply(
                status: 403, text: "This viewer answers to 127.0.0.1 and localhost only, not to other names.")
        }
        guard let route = Route(path: request.path) else { return notFound("There is no such page.") }
        switch request.method {
        case "GET" where !route.changesSomething, "HEAD" where !route.changesSomething: break
        case "POST" where route.changesSomething: break
        default:
            var reply = ViewerReply(status: 405, text: "The method is not allowed here.")
            reply.headers.append(("allow", route.changesSomething ? "POST" : "GET, HEAD"))
            return reply
        }
        do {
            return try reply(to: request, route)
        } catch let error as StoreError {
            let status = error.code == .locked ? 503 : 500
            return pages.problem(status, title: "The store cannot be read", error.description)
        } catch {
            return pages.problem(500, title: "The page could not be made", "\(error)")
        }
    }

    private func reply(to request: ViewerRequest, _ route: Route) throws -> ViewerReply {
        let query = EpisodeQuery(FormFields(request.query))
        switch route {
        case .asset(let asset): return Assets.reply(asset, ifNoneMatch: request.ifNoneMatch)
        case .frame(let id, let t): return try frame(id, t, request)
        case .episodes:
            return try reader.read { _, catalogue, db in
                pages.page(try EpisodesPage(query, catalogue, db).content)
            }
        case .episode(let id):
            return try episodePage(id, query, nil) ?? notFound("The store has no episode \(id).")
        case .transition(let id, let t):
            return try transitionPage(id, t, query, nil) ?? notFound("The store has no step \(t) of an episode \(id).")
        case .rollout(let id):
            return try reader.read { _, db in
                try RolloutPage(id, db).map { pages.page($0.content) } ?? notFound("The store has no rollout \(id).")
            }
        case .labels:
            return try reader.read { _, catalogue, db in pages.page(try LabelsPage(catalogue, db).content) }
        case .episodeFlag(let id): return try flag(id, nil, request, query)
        case .transitionFlag(let id, let t): return try flag(id, t, request, query)
        }
    }

    func notFound(_ message: String) -> ViewerReply { pages.problem(404, title: "Not found", message) }

    func episodePage(_ id: Int64, _ query: EpisodeQuery, _ unsaved: UnsavedFlag?) throws -> ViewerReply? {
        try reader.read { _, catalogue, db in
            try EpisodePage(id, query, catalogue, db).map {
                pages.page($0.content(token: token, unsaved), status: unsaved?.status ?? 200)
            }
        }
    }

    func transitionPage(
        _ id: Int64, _ t: Int, _ query: EpisodeQuery, _ unsaved: UnsavedFlag?
    ) throws -> ViewerReply? {
        try reader.read { _, catalogue, db in
            try TransitionPage(id, t, query, catalogue, db).map {
                pages.page($0.content(token: token, unsaved), status: unsaved?.status ?? 200)
            }
        }
    }

    private func frame(_ id: Int64, _ t: Int, _ request: ViewerRequest) throws -> ViewerReply {
        try reader.read { store, db in
            guard let place = try FramePlace.all(episode: id, t...t, db)[t] else {
                return ViewerReply(status: 404, text: "The store has no picture of this observation.")
            }
            let mark = "\"\(place.tag)\""
            let isVersioned = FormFields(request.query)["v"] == place.tag
            let headers = [
                ("etag", mark), ("cache-control", isVersioned ? "private, max-age=604800, immutable" : "no-cache"),
            ]
            var reply: ViewerReply
            if request.ifNoneMatch == mark {
                reply = ViewerReply(status: 304, type: "image/png", body: [])
            } else {
                do {
                    reply = ViewerReply(type: "image/png", body: try frames.png(place, in: store))
                } catch let error as FrameSource.Missing {
                    return ViewerReply(status: 404, text: error.message)
                }
            }
            reply.headers = headers
            return reply
        }
    }
}
