internal import GRDB

extension ExperimentStore {
    /// The dataset that is meant: the one called `name`; without a name the only one of the store.
    ///
    /// - Throws: ``StoreError``: `.unknown` where there is none, `.ambiguous` where there are several. Both list what
    ///   there is.
    package func dataset(named name: String?) throws -> DatasetRow {
        let all = try read { try DatasetRow.all($0) }
        let names = StoreName.list(all.map(\.name))
        if let name {
            guard let dataset = all.first(where: { $0.name == name }) else {
                throw StoreError(
                    .unknown, "has no dataset \(StoreName.plain(name))\(all.isEmpty ? "" : "; it has \(names)")",
                    file: path)
            }
            return dataset
        }
        guard let only = all.first else {
            throw StoreError(.unknown, "has no dataset; run rgvlm-ingest on it first", file: path)
        }
        guard all.count == 1 else {
            throw StoreError(.ambiguous, "has several datasets; name the one that is meant: \(names)", file: path)
        }
        return only
    }

    /// The label run that is meant: the one called `name`; without a name the only one of the dataset that has any
    /// score. Oracles are meant by their annotator only, where there are others.
    ///
    /// - Parameter annotator: Whose run it has to be; nil for anybody's.
    /// - Throws: ``StoreError``: `.unknown` where there is none, `.ambiguous` where several have scores. Both list what
    ///   there is.
    package func labelRun(
        named name: String?, by annotator: String? = nil, of dataset: DatasetRow
    ) throws -> LabelRun {
        let all = try read { db in try LabelRun.all(db).filter { $0.datasetID == dataset.id } }
        let owner = "dataset \(StoreName.plain(dataset.name))"
        if let name {
            guard let run = all.first(where: { $0.name == name }) else {
                let hint =
                    all.isEmpty ? "it has none; run rgvlm-label first" : "it has \(StoreName.list(all.map(\.name)))"
                throw StoreError(.unknown, "\(owner) has no label run \(StoreName.plain(name)); \(hint)", file: path)
            }
            guard annotator == nil || run.annotator == annotator else {
                throw StoreError(
                    .unknown,
                    "label run \(StoreName.plain(name)) is by \(StoreName.plain(run.annotator)), not "
                        + "\(annotator ?? ""): its scores are not what they are taken for",
                    file: path)
            }
            return run
        }
        var scored = try read { db in try all.filter { try $0.hasScores(db) } }
        if let annotator {
            scored.removeAll { $0.annotator != annotator }
            guard !scored.isEmpty else {
                throw StoreError(
                    .unknown,
                    "\(owner) has no scores by \(annotator); make them with rgvlm-label run --set "
                        + (annotator == LabelRun.distance
                            ? "label.annotator.kind=distance" : "label.annotator.wrong_scores=0"),
                    file: path)
            }
        } else if scored.contains(where: { !$0.isOracle }) {
            scored.removeAll(where: \.isOracle)
        }
        guard let only = scored.first else {
            throw StoreError(
                .unknown,
                all.isEmpty
                    ? "\(owner) has no label run; run rgvlm-label first"
                    : "no label run of \(owner) has a score yet; it has \(StoreName.list(all.map(\.name)))",
                file: path)
        }
        guard scored.count == 1 else {
            throw StoreError(
                .ambiguous,
                "\(owner) has several label runs with scores; name the one that is meant: "
                    + StoreName.list(scored.map(\.name)),
                file: path)
        }
        return only
    }

    /// All label runs, or the one of this name.
    ///
    /// - Throws: ``StoreError`` `.unknown` where none has the name; it lists what there is.
    package func labelRuns(named name: String?) throws -> [LabelRun] {
        let runs = try read { try LabelRun.all($0) }
        guard let name else { return runs }
        guard let run = runs.first(where: { $0.name == name }) else {
            throw StoreError(
                .unknown,
                "has no label run \(StoreName.plain(name))"
                    + (runs.isEmpty ? "" : "; it has \(StoreName.list(runs.map(\.name)))"), file: path)
        }
        return [run]
    }

    /// The label run of this name, or the only one, scored or not.
    ///
    /// - Throws: ``StoreError`` `.unknown` where there is none, `.ambiguous` where there are several.
    package func labelRun(named name: String?) throws -> LabelRun {
        let runs = try labelRuns(named: name)
        guard let run = runs.first else {
            throw StoreError(.unknown, "holds no labels yet; rgvlm-label run makes some", file: path)
        }
        guard runs.count == 1 else {
            throw StoreError(
                .ambiguous, "has several label runs; give --run, one of \(StoreName.list(runs.map(\.name)))", file: path
            )
        }
        return run
    }
}

extension LabelRun {
    /// Whether any transition has a score of this run, under its own goal or in a control.
    package func hasScores(_ db: StoreConnection) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM label_spans s JOIN label_scores c ON c.span_id = s.id
                    WHERE s.run_id = :run)
                """, arguments: ["run": id]) ?? false
    }
}

/// Names from the store in messages: on one line, without control characters.
enum StoreName {
    static func plain(_ name: String) -> String {
        String(
            String.UnicodeScalarView(name.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }

    static func list(_ names: [String]) -> String { names.map(plain).joined(separator: ", ") }
}
