internal import Pages
internal import ExperimentStore

/// The list of episodes.
struct EpisodesPage {
    let content: PageContents

    init(_ query: EpisodeQuery, _ catalogue: Catalogue, _ db: StoreConnection) throws {
        let reading = catalogue.reading(run: query.run, kind: query.kind)
        let flags = try StoreReader.flagCounts(db)
        let selection = catalogue.selection(query, reading: reading, flags: flags)
        let pageCount = max(1, (selection.count + EpisodeQuery.pageSize - 1) / EpisodeQuery.pageSize)
        let page = min(query.page, pageCount)
        let shown = selection.dropFirst((page - 1) * EpisodeQuery.pageSize).prefix(EpisodeQuery.pageSize)
        var values = Self.filters(query, catalogue, reading)
        values["rows"] = try shown.map {
            try EpisodeRow(catalogue, $0, reading, flags[catalogue.episodes[$0].id], db).values(query)
        }
        values["hasRows"] = !shown.isEmpty
        values["isEmptyStore"] = catalogue.episodes.isEmpty
        values["total"] = Show.plural(catalogue.episodes.count, "episode")
        values["steps"] = Show.plural(catalogue.transitionCount, "step")
        values["matches"] = query.isNarrowed ? "\(Show.count(selection.count)) match" : nil
        values["flagTotal"] = flags.isEmpty ? nil : Show.plural(flags.count, "flagged episode")
        values["flagged"] =
            query.changed {
                $0 = EpisodeQuery(); $0.run = query.run; $0.kind = query.kind; $0.isFlagged = true
            }
            .address
        values["pager"] = Self.pager(query, page, pageCount, selection.count)
        values["columns"] = Self.columns(query)
        content = PageContents(template: "episodes", title: "Episodes", values: values)
    }

    private static func filters(_ query: EpisodeQuery, _ catalogue: Catalogue, _ reading: Reading?) -> [String: Any] {
        func options(_ names: [(value: String, name: String)], _ chosen: String?) -> [[String: Any]] {
            names.map { ["value": $0.value, "name": $0.name, "chosen": $0.value == chosen] }
        }
        let run = reading.flatMap { reading in catalogue.runs.first { $0.id == reading.run } }
        let kinds = catalogue.readings.filter { $0.run == run?.id }.map(\.kind)
        func number(_ value: Double?) -> String { value.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" } ?? "" }
        return [
            "hasRuns": !catalogue.runs.isEmpty, "hasReading": reading != nil,
            "runs": options(catalogue.runs.map { ($0.name, RunText.name($0)) }, query.run ?? run?.name),
            "hasKinds": kinds.count > 1, "kinds": options(kinds.map { ($0, $0) }, reading?.kind),
            "splits": options(catalogue.splits.map { ($0, $0) }, query.split),
            "types": options(catalogue.taskTypes.map { ($0, EpisodeText.type($0)) }, query.taskType),
            "goalText": query.text ?? "", "min": number(query.low), "max": number(query.high),
            "anomalyLimit": number(query.anomaly), "unscored": query.hasUnscored, "onlyFlagged": query.isFlagged,
            "differences": options(
                [
                    ("any", "any disagreement"), ("readings", "between readings"),
                    ("success", "with the episode's end"),
                ], query.difference?.rawValue),
            "sort": query.sort.rawValue, "isReversed": query.isReversed, "isNarrowed": query.isNarrowed,
            "reset": query.changed {
                $0 = EpisodeQuery(); $0.run = query.run; $0.kind = query.kind
            }.address,
            "limit": Show.score(EpisodeQuery.differenceLimit), "readingText": readingText(reading, run),
        ]
    }

    private static func readingText(_ reading: Reading?, _ run: LabelRun?) -> String {
        guard let reading, let run else { return "The store holds no scores yet; rgvlm-label makes some." }
        return "Scores: run \(run.name), \(RunText.annotator(run)), under the \(reading.kind) instruction"
            + (reading.kind == "task" ? "." : "s.")
    }

    private static func columns(_ query: EpisodeQuery) -> [String: Any] {
        Dictionary(
            uniqueKeysWithValues: EpisodeQuery.Sort.allCases.map { sort in
                let isCurrent = query.sort == sort
                let isDescending = sort.isDescending != (isCurrent && query.isReversed)
                let target = query.withoutPage.changed {
                    $0.isReversed = isCurrent ? !query.isReversed : false
                    $0.sort = sort
                }
                let column: [String: Any] = [
                    "address": "/" + target.address, "mark": isCurrent ? (isDescending ? " ▾" : " ▴") : "",
                    "order": isCurrent ? (isDescending ? "descending" : "ascending") : "none",
                ]
                return (sort.rawValue, column)
            })
    }

    private static func pager(_ query: EpisodeQuery, _ page: Int, _ count: Int, _ matches: Int) -> [String: Any] {
        func address(_ page: Int) -> String { "/" + query.changed { $0.page = page }.address }
        let first = (page - 1) * EpisodeQuery.pageSize
        var numbers: [Int] = []
        for number in 1...count where number == 1 || number == count || abs(number - page) <= 2 {
            numbers.append(number)
        }
        var values: [String: Any] = [
            "range": matches == 0
                ? "none"
                : "\(Show.count(first + 1))–\(Show.count(min(first + EpisodeQuery.pageSize, matches))) of "
                    + Show.count(matches),
            "hasPages": count > 1,
            "numbers": numbers.enumerated().map { index, number -> [String: Any] in
                [
                    "number": number, "address": address(number), "isCurrent": number == page,
                    "isAfterGap": index > 0 && numbers[index - 1] < number - 1,
                ]
            },
        ]
        if page > 1 { values["previous"] = address(page - 1) }
        if page < count { values["next"] = address(page + 1) }
        return values
    }
}

/// One line of the list.
struct EpisodeRow {
    let catalogue: Catalogue
    let index: Int
    let reading: Reading?
    let flags: FlagCount?
    let ends: [Int]
    let frames: [Int: FramePlace]

    init(_ catalogue: Catalogue, _ index: Int, _ reading: Reading?, _ flags: FlagCount?, _ db: StoreConnection) throws {
        self.catalogue = catalogue
        self.index = index
        self.reading = reading
        self.flags = flags
        let episode = catalogue.episodes[index]
        ends = try LabelRun.subTaskEnds(episodeID: episode.id, db).sorted()
        frames = try FramePlace.all(episode: episode.id, 0...0, db)
            .merging(
                FramePlace.all(episode: episode.id, episode.stepCount...episode.stepCount, db)
            ) { $1 }
    }

    func values(_ query: EpisodeQuery) -> [String: Any] {
        let episode = catalogue.episodes[index]
        let figures = reading?.figures[index] ?? Reading.Figures()
        let contradiction = catalogue.contradictsEnd(index, figures)
        let difference = catalogue.disagreement[index]
        func picture(_ t: Int) -> [String: Any] {
            guard let address = FrameSource.address(episode.id, t, frames) else { return ["has": false] }
            return ["has": true, "address": address]
        }
        return [
            "id": episode.id, "address": "/episodes/\(episode.id)" + query.withoutPage.address,
            "first": picture(0), "last": picture(episode.stepCount),
            "goal": episode.goal, "split": episode.split, "type": EpisodeText.type(episode.taskType),
            "scene": [episode.floorPlan, episode.room].compactMap { $0 }.joined(separator: ", "),
            "failed": episode.success == false,
            "steps": Show.count(episode.stepCount), "subTasks": episode.subTaskCount,
            "return": episode.stepCount == 0 ? "–" : Show.number(episode.sparseReturn + figures.sum / 10, 1),
            "scored": Show.count(figures.scored),
            "unscored": Show.count(episode.stepCount - figures.scored),
            "hasUnscored": figures.scored < episode.stepCount && reading != nil, "isScored": figures.scored > 0,
            "mean": Show.number(Double(figures.mean), 1), "low": Show.score(Double(figures.low)),
            "high": Show.score(Double(figures.high)),
            "spark": reading.map { ScorePlots.sparkline($0.scores[episode.transitions], ends: ends) } ?? "",
            "anomaly": Show.number(figures.anomaly, 1), "isAnomalous": (figures.anomaly ?? 0) >= 2,
            "difference": Show.number(difference, 1),
            "differs": (difference ?? 0) >= EpisodeQuery.differenceLimit, "contradiction": contradiction ?? "",
            "contradicts": contradiction != nil,
            "flag": flags.map(EpisodeText.flags) ?? "", "hasFlag": flags != nil, "isOut": flags?.onEpisode ?? false,
        ]
    }
}

/// Words about episodes.
enum EpisodeText {
    /// `pick_and_place_simple` as `pick and place simple`.
    static func type(_ type: String?) -> String { type?.replacing("_", with: " ") ?? "no task type" }

    static func flags(_ count: FlagCount) -> String {
        let steps = count.onTransitions > 0 ? Show.plural(count.onTransitions, "step") : ""
        return count.onEpisode ? (steps.isEmpty ? "episode" : "episode, \(steps)") : steps
    }
}

/// Words about label runs.
enum RunText {
    static func annotator(_ run: LabelRun) -> String {
        run.annotator == "vlm" ? "\(run.model) (\(run.provider))" : "\(run.annotator) (not a VLM)"
    }

    static func name(_ run: LabelRun) -> String { "\(run.name) - \(annotator(run))" }
}
