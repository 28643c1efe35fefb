internal import Pages
internal import Episodes
internal import ExperimentStore
internal import Ground

/// One transition: both frames, the action, and all that was said of it.
struct TransitionPage {
    private let detail: EpisodeDetail
    private let step: EpisodeDetail.Step
    private let query: EpisodeQuery
    private let catalogue: Catalogue
    private let index: Int
    private let reading: Reading?
    private let run: LabelRun?
    private let prompts: [String: PromptRow]
    private let labels: [TransitionLabel]
    private let others: [(run: LabelRun, kind: String, score: Float)]
    private let frames: [Int: FramePlace]
    private let flags: [EpisodeFlag]
    private let neighbours: Neighbours

    /// Nil where there is no such transition.
    init?(_ id: Int64, _ t: Int, _ query: EpisodeQuery, _ catalogue: Catalogue, _ db: StoreConnection) throws {
        guard let index = catalogue.index(of: id), t < catalogue.episodes[index].stepCount,
            let detail = try EpisodeDetail.fetch(id, db), let step = detail.steps.first(where: { $0.t == t })
        else { return nil }
        self.detail = detail
        self.step = step
        self.query = query
        self.catalogue = catalogue
        self.index = index
        let reading = catalogue.reading(run: query.run, kind: query.kind)
        let run =
            catalogue.runs.first { $0.id == reading?.run } ?? catalogue.runs.first { $0.name == query.run }
            ?? catalogue.runs.first { $0.datasetID == catalogue.episodes[index].dataset }
        self.reading = reading
        self.run = run
        prompts = try run?.prompts(db) ?? [:]
        let found = try run.map { try TransitionLabel.all(episode: id, t: t, run: $0.id, db) } ?? []
        // The spans whose scores the page shows come first.
        labels =
            found.filter { $0.kind == reading?.kind && $0.control == "none" }
            + found.filter { $0.kind != reading?.kind || $0.control != "none" }
        let place = catalogue.episodes[index].first + t
        others = catalogue.readings.compactMap { other in
            guard other.run != reading?.run || other.kind != reading?.kind, !other.scores[place].isNaN,
                let run = catalogue.runs.first(where: { $0.id == other.run })
            else { return nil }
            return (run, other.kind, other.scores[place])
        }
        frames = try FramePlace.all(episode: id, t...(t + 1), db)
        flags = try EpisodeFlag.all(episode: id, db)
        neighbours = try Neighbours(of: index, catalogue, query, reading, db)
    }

    private func address(_ t: Int) -> String { "/episodes/\(detail.id)/\(t)" + query.withoutPage.address }

    func content(token: String, _ unsaved: UnsavedFlag?) -> PageContents {
        let episode = catalogue.episodes[index]
        let scores = reading?.scores[episode.transitions] ?? ArraySlice(repeating: .nan, count: episode.stepCount)
        let part = detail.subtasks.first { $0.index == step.subtask }
        let main = labels.first
        var values: [String: Any] = [
            "id": detail.id, "t": step.t, "after": step.t + 1, "last": detail.steps.count - 1,
            "goal": episode.goal, "split": detail.split, "type": EpisodeText.type(detail.taskType),
            "scene": [detail.floorPlan, detail.room].compactMap { $0 }.joined(separator: ", "),
            "episodeAddress": "/episodes/\(detail.id)" + query.withoutPage.address,
            "action": step.action, "object": ActionText.object(step), "instance": step.objectID ?? "",
            "pictures": [picture(step.t, "before"), picture(step.t + 1, "after")],
            "chip": ScoreChip.values(scores.score(step.t)),
            "facts": facts(main, part), "part": part.map { "\($0.index + 1). \($0.kind)" } ?? "",
            "chart": ScorePlots.chart(scores, subTasks: detail.parts, current: step.t, link: address),
            "run": run.map(RunText.name) ?? "", "hasRun": run != nil,
            "labels": labels.enumerated().map { LabelContent(detail, step.t, $1, isOpen: $0 == 0).values },
            "hasLabels": !labels.isEmpty, "promptNames": promptNames, "hasPrompts": !prompts.isEmpty,
            "others": others.map { other -> [String: Any] in
                ["run": other.run.name, "kind": other.kind, "chip": ScoreChip.values(other.score)]
            },
            "hasOthers": !others.isEmpty,
            "isEpisodeFlagged": flags.contains { $0.t == nil },
            "flagForm": FlagForm.values(
                flags, t: step.t, page: "/episodes/\(detail.id)/\(step.t)", query, token: token, unsaved),
        ]
        values["neighbours"] = neighbours.values(query)
        if step.t > 0 { values["previous"] = address(step.t - 1) }
        if step.t + 1 < detail.steps.count { values["next"] = address(step.t + 1) }
        return PageContents(template: "transition", title: "Episode \(detail.id), step \(step.t)", values: values)
    }

    private func picture(_ t: Int, _ when: String) -> [String: Any] {
        let address = FrameSource.address(detail.id, t, frames)
        return ["t": t, "when": when, "has": address != nil, "address": address ?? ""]
    }

    private func facts(_ label: TransitionLabel?, _ part: EpisodeDetail.Subtask?) -> [[String: Any]] {
        var facts: [(String, String)] = []
        if let expected = label?.expected { facts.append(("expected score", Show.number(expected, 2))) }
        if let samples = label?.samples, samples > 1 {
            facts.append(("samples", "\(samples)"))
            if let agreement = label?.agreement { facts.append(("agreement", Show.percent(agreement))) }
        }
        if let part {
            let object = part.objectID.map { " " + ActionText.className($0) } ?? ""
            let place = part.receptacleID.map { ", " + ActionText.className($0) } ?? ""
            facts.append(("sub-task", "\(part.index + 1) of \(detail.subtasks.count): \(part.kind)\(object)\(place)"))
        }
        facts.append(
            (
                "sparse reward",
                "task \(Show.score(step.sparseReward)), sub-task \(Show.score(step.subtaskReward))"
            ))
        if let recorded = step.recordedReward { facts.append(("recorded reward", Show.number(recorded, 2))) }
        if !labels.isEmpty, let run {
            facts.append(("annotator", RunText.annotator(run)))
            let calls = label?.calls ?? []
            facts.append(("cost of its calls", Self.cost(calls)))
        }
        return facts.map { ["name": $0.0, "value": $0.1] }
    }

    static func cost(_ calls: [TransitionLabel.Call]) -> String {
        let known = calls.compactMap(\.nanodollars)
        guard !known.isEmpty else { return calls.isEmpty ? "no calls" : "no price known" }
        return Show.dollars(known.reduce(0, +))
    }

    private var promptNames: [[String: Any]] {
        ["analysis", "scoring", "complaint"].compactMap { stage in
            prompts[stage].map { ["stage": stage, "name": $0.name, "hash": $0.sha256.prefix(6).hex] }
        }
    }
}
