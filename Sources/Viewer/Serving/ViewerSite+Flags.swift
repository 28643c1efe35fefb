internal import ExperimentStore

/// A flag that could not be saved, and why: the form is shown again with what was written in it.
struct UnsavedFlag: Sendable {
    var status: Int
    var message: String
    var note: String
}

extension ViewerSite {
    /// The longest note, in characters.
    static let noteLimit = 2000

    /// Sets or removes a flag and leads back to its page.
    func flag(_ id: Int64, _ t: Int?, _ request: ViewerRequest, _ query: EpisodeQuery) throws -> ViewerReply {
        let page = t.map { "/episodes/\(id)/\($0)" } ?? "/episodes/\(id)"
        guard RequestGuard.isSameOrigin(request) else {
            return pages.problem(
                403, title: "Not from this page",
                "Flags are set from this viewer's own pages; this form came from elsewhere.")
        }
        let type = request.contentType?.split(separator: ";").first.map { $0.lowercased() }
        guard type == "application/x-www-form-urlencoded" else {
            return ViewerReply(status: 415, text: "A flag is sent as a form.")
        }
        let form = FormFields(request.body)
        let note = Self.note(form["note"] ?? "")
        func again(_ status: Int, _ message: String) throws -> ViewerReply {
            let unsaved = UnsavedFlag(status: status, message: message, note: note)
            let reply = try t.map { try transitionPage(id, $0, query, unsaved) } ?? episodePage(id, query, unsaved)
            return reply ?? notFound("The store has no such episode or step.")
        }
        guard let sent = form["token"], RequestGuard.areEqual(sent, token) else {
            return try again(403, "The viewer was started anew since this page was loaded. Save once more.")
        }
        guard ["set", "remove"].contains(form["do"]) else {
            return ViewerReply(status: 400, text: "The form does not say what to do.")
        }
        do {
            var isThere = false
            try reader.write { db in
                isThere = try EpisodeHeader.exists(id, t: t, db)
                guard isThere else { return }
                if form["do"] == "set" {
                    try EpisodeFlag.set(episode: id, t: t, note: note, db)
                } else {
                    try EpisodeFlag.remove(episode: id, t: t, db)
                }
            }
            guard isThere else { return notFound("The store has no such episode or step.") }
            return .redirect(to: page + query.withoutPage.address)
        } catch let error as StoreError {
            return try again(
                error.code == .locked ? 409 : 500, "Not saved: \(error.message). The note is kept here; save it again.")
        }
    }

    /// With one kind of line end, none around it, and no longer than a note may be.
    static func note(_ text: String) -> String {
        let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        return String(lines.trimmingPrefix(while: \.isWhitespace).prefix(noteLimit))
            .replacing(/\s+$/, with: "")
    }
}
