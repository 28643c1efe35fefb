internal import Pages
internal import ExperimentStore

/// Where an episode stands in the list a query makes.
struct Neighbours {
    var place: Int?
    var count: Int
    var previous, next: Int64?

    /// In the query's list; outside of it, those of all episodes in the order of ids.
    init(of index: Int, _ catalogue: Catalogue, _ query: EpisodeQuery, _ reading: Reading?, _ db: StoreConnection)
        throws
    {
        let selection = catalogue.selection(query, reading: reading, flags: try StoreReader.flagCounts(db))
        let list = selection.contains(index) ? selection : Array(catalogue.episodes.indices)
        let place = list.firstIndex(of: index) ?? 0
        self.place = selection.count == list.count ? place : nil
        count = list.count
        previous = place > 0 ? catalogue.episodes[list[place - 1]].id : nil
        next = place + 1 < list.count ? catalogue.episodes[list[place + 1]].id : nil
    }

    func values(_ query: EpisodeQuery) -> [String: Any] {
        var values: [String: Any] = [
            "list": "/" + query.address,
            "place": place.map { "\(Show.count($0 + 1)) of \(Show.count(count))" } ?? "not in the list",
        ]
        if let previous { values["up"] = "/episodes/\(previous)" + query.withoutPage.address }
        if let next { values["down"] = "/episodes/\(next)" + query.withoutPage.address }
        return values
    }
}

/// The form of a flag, with the flag that is there.
enum FlagForm {
    static func values(
        _ flags: [EpisodeFlag], t: Int?, page: String, _ query: EpisodeQuery, token: String, _ unsaved: UnsavedFlag?
    ) -> [String: Any] {
        let flag = flags.first { $0.t == t }
        return [
            "address": page + "/flag" + query.withoutPage.address, "token": token, "isSet": flag != nil,
            "note": unsaved?.note ?? flag?.note ?? "", "since": flag?.createdAt ?? "",
            "problem": unsaved?.message ?? "", "hasProblem": unsaved != nil,
            "what": t == nil ? "episode" : "step",
            "effect": t == nil
                ? "Training leaves a flagged episode out."
                : "Training does not use the generated score of a flagged step.",
            "limit": ViewerSite.noteLimit,
        ]
    }
}

extension EpisodeDetail {
    /// The sub-tasks begun, as the chart names them.
    var parts: [(range: Range<Int>, name: String)] {
        subtasks.filter { $0.stepCount > 0 }.map { part in
            let object = part.objectID.map { " " + ActionText.className($0) } ?? ""
            return (part.firstStep..<(part.firstStep + part.stepCount), part.kind + object)
        }
    }
}

/// Words about actions.
enum ActionText {
    /// `Mug` of `Mug|+00.12|+01.00|-00.48`.
    static func className(_ objectID: String) -> String { String(objectID.prefix { $0 != "|" }) }

    static func object(_ step: EpisodeDetail.Step) -> String { step.object ?? step.objectID.map(className) ?? "" }
}

extension ArraySlice<Float> {
    /// The score of transition `t`; nil where it is none of the episode's.
    func score(_ t: Int) -> Float? {
        t >= 0 && t < count ? self[startIndex + t] : nil
    }
}

/// A score as a coloured chip.
enum ScoreChip {
    static func values(_ score: Float?) -> [String: Any] {
        guard let score, !score.isNaN else { return ["text": "?", "style": "unscored", "words": "no score"] }
        return [
            "text": Show.score(Double(score)), "style": "s\(min(10, max(0, Int(score.rounded()))))",
            "words": "score \(Show.score(Double(score)))",
        ]
    }
}
