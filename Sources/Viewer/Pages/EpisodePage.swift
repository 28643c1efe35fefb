internal import Pages
internal import Episodes
internal import ExperimentStore

/// One episode: its frames with their scores, its sub-tasks, instructions and evaluations.
struct EpisodePage {
    private let detail: EpisodeDetail
    private let query: EpisodeQuery
    private let catalogue: Catalogue
    private let index: Int
    private let reading: Reading?
    private let frames: [Int: FramePlace]
    private let flags: [EpisodeFlag]
    private let rollouts: [Rollout.Line]
    private let neighbours: Neighbours

    /// Nil where there is no such episode.
    init?(_ id: Int64, _ query: EpisodeQuery, _ catalogue: Catalogue, _ db: StoreConnection) throws {
        guard let index = catalogue.index(of: id), let detail = try EpisodeDetail.fetch(id, db) else { return nil }
        self.detail = detail
        self.query = query
        self.catalogue = catalogue
        self.index = index
        reading = catalogue.reading(run: query.run, kind: query.kind)
        frames = try FramePlace.all(episode: id, 0...detail.steps.count, db)
        flags = try EpisodeFlag.all(episode: id, db)
        rollouts = try Rollout.lines(episode: id, db)
        neighbours = try Neighbours(of: index, catalogue, query, reading, db)
    }

    private var episode: Catalogue.Episode { catalogue.episodes[index] }
    private var scores: ArraySlice<Float>? { reading?.scores[episode.transitions] }
    private func address(_ t: Int) -> String { "/episodes/\(detail.id)/\(t)" + query.withoutPage.address }

    func content(token: String, _ unsaved: UnsavedFlag?) -> PageContents {
        let figures = reading?.figures[index] ?? Reading.Figures()
        let run = reading.flatMap { reading in catalogue.runs.first { $0.id == reading.run } }
        var values: [String: Any] = [
            "id": detail.id, "goal": episode.goal, "dataset": detail.dataset, "split": detail.split, "key": detail.key,
            "type": EpisodeText.type(detail.taskType),
            "scene": [detail.floorPlan, detail.room].compactMap { $0 }.joined(separator: ", "),
            "policy": detail.policy ?? "", "hasPolicy": detail.policy != nil,
            "end": detail.success.map { $0 ? "goal reached" : "goal not reached" } ?? "",
            "hasEnd": detail.success != nil,
            "run": run.map(RunText.name) ?? "", "hasReading": reading != nil, "kind": reading?.kind ?? "",
            "facts": facts(figures), "contradiction": catalogue.contradictsEnd(index, figures) ?? "",
            "contradicts": catalogue.contradictsEnd(index, figures) != nil,
            "hasSteps": !detail.steps.isEmpty, "groups": groups,
            "annotations": detail.annotations.map(annotation), "composites": detail.instructions["composite"] ?? 0,
            "hasComposites": detail.instructions["composite"] != nil,
            "hasRollouts": !rollouts.isEmpty, "rollouts": rollouts.map(rollout),
            "flagged": flags.filter { $0.t != nil }.map { flag -> [String: Any] in
                ["t": flag.t ?? 0, "address": address(flag.t ?? 0), "note": flag.note]
            },
            "hasFlagged": flags.contains { $0.t != nil },
            "flagForm": FlagForm.values(
                flags, t: nil, page: "/episodes/\(detail.id)", query, token: token, unsaved),
        ]
        values["neighbours"] = neighbours.values(query)
        if !detail.steps.isEmpty {
            let shown = scores ?? ArraySlice(repeating: .nan, count: detail.steps.count)
            values["chart"] = ScorePlots.chart(shown, subTasks: detail.parts, current: nil, link: address)
            values["begin"] = address(0)
        }
        return PageContents(template: "episode", title: "Episode \(detail.id)", values: values)
    }

    private func facts(_ figures: Reading.Figures) -> [[String: Any]] {
        var facts = [
            ("steps", Show.count(detail.steps.count), ""), ("sub-tasks", "\(detail.subtasks.count)", ""),
            (
                "return", Show.number(episode.sparseReturn + figures.sum / 10, 1),
                "sparse \(Show.score(episode.sparseReturn)) + scores / 10: \(Show.number(figures.sum / 10, 1))"
            ),
        ]
        let recorded = detail.steps.compactMap(\.recordedReward)
        if !recorded.isEmpty {
            facts.append(("recorded return", Show.number(recorded.reduce(0, +), 1), "the recording's own rewards"))
        }
        if reading != nil {
            facts += [
                ("scored", "\(Show.count(figures.scored)) of \(Show.count(detail.steps.count))", ""),
                (
                    "mean score", Show.number(Double(figures.mean), 1),
                    figures.scored > 0
                        ? "\(Show.score(Double(figures.low))) to \(Show.score(Double(figures.high)))" : ""
                ),
                ("anomaly", Show.number(figures.anomaly, 1), "distance from the usual profile, in deviations"),
            ]
        }
        if let difference = catalogue.disagreement[index] {
            facts.append(("disagreement", Show.number(difference, 1), "of the readings, in points"))
        }
        return facts.map { ["name": $0.0, "value": $0.1, "note": $0.2] }
    }

    /// The strip of frames, a group a sub-task.
    private var groups: [[String: Any]] {
        let flagged = Set(flags.compactMap(\.t))
        return detail.subtasks.map { part in
            let steps = detail.steps.filter { $0.subtask == part.index }
            let last = part.firstStep + part.stepCount - 1
            let tiles = steps.map { step -> [String: Any] in
                let score = scores?.score(step.t)
                return tile(step.t).merging([
                    "address": address(step.t), "action": step.action, "object": ActionText.object(step),
                    "chip": ScoreChip.values(score), "hasChip": reading != nil, "isEnd": step.t == last,
                    "isFlagged": flagged.contains(step.t), "isStep": true,
                ]) { $1 }
            }
            let isFinal = last == detail.steps.count - 1 && part.stepCount > 0
            let object = part.objectID.map(ActionText.className) ?? ""
            let place = part.receptacleID.map { ActionText.className($0) } ?? ""
            let end = tile(detail.steps.count).merging(["isStep": false]) { $1 }
            return [
                "number": part.index + 1, "kind": part.kind, "object": object, "place": place,
                "hasPlace": !place.isEmpty,
                "range": range(part),
                "tiles": isFinal ? tiles + [end] : tiles,
            ]
        }
    }

    private func range(_ part: EpisodeDetail.Subtask) -> String {
        guard part.stepCount > 0 else { return "never begun" }
        let last = part.firstStep + part.stepCount - 1
        return (part.stepCount == 1 ? "step \(last)" : "steps \(part.firstStep)–\(last)")
            + (part.done ? "" : ", not done")
    }

    private func tile(_ t: Int) -> [String: Any] {
        let picture = FrameSource.address(detail.id, t, frames)
        return ["t": t, "has": picture != nil, "picture": picture ?? ""]
    }

    private func annotation(_ annotation: EpisodeDetail.Annotation) -> [String: Any] {
        let marks = [annotation.inSplit ? nil : "not in the split", annotation.aligned == false ? "not aligned" : nil]
            .compactMap { $0 }
        return [
            "number": annotation.repeatIdx, "goal": annotation.goal, "sentences": annotation.sentences,
            "marks": marks.joined(separator: ", "), "hasMarks": !marks.isEmpty,
        ]
    }

    private func rollout(_ line: Rollout.Line) -> [String: Any] {
        [
            "address": "/rollouts/\(line.id)", "run": line.run, "instruction": line.instruction,
            "completed": "\(line.completed) of \(line.subTasks)", "steps": line.steps,
            "isWhole": line.completed == line.subTasks, "problem": line.problem ?? "",
            "hasProblem": line.problem != nil,
        ]
    }
}
