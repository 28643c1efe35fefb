internal import Foundation
package import GRDB

/// A text that questions are made from.
package struct PromptRow: TableRow, Equatable {
    /// Where prompts are kept.
    package static let databaseTableName = "label_prompts"

    /// Of the set it belongs to, as in `v1`.
    package var name: String
    /// `analysis`, `scoring` or `complaint`.
    package var stage: String
    /// With fields in double braces.
    package var template: String
    /// Of the template, 32 bytes.
    @Blob package var sha256: [UInt8]

    /// A text by its parts.
    package init(name: String, stage: String, template: String, sha256: [UInt8]) {
        self.name = name
        self.stage = stage
        self.template = template
        self.sha256 = sha256
    }
}

/// One way of labelling a dataset: who was asked, how, and with which words.
package struct LabelRun: QueryRow, Equatable {
    /// The store's number of the run.
    package var id: Int64
    /// As people call it; unique in a store.
    package var name: String
    /// The dataset it labels.
    package var datasetID: Int64
    /// `vlm`, or the kind of the scripted annotator, as in `scripted` or `constant`; ``noiseFree`` and ``distance``.
    package var annotator: String
    /// As in `openai`.
    package var provider: String
    /// The server.
    package var baseURL: String
    /// The model's name, as it was asked for.
    package var model: String
    /// `task` or `instruction`.
    package var unit: String
    /// All that decides what is asked, as JSON.
    package var settings: String
    /// ISO 8601, UTC.
    package var createdAt: String
    /// Calls that were under way when a process was killed: their answers never arrived, but may have been billed.
    package var lostCalls: Int
    /// What these may have cost at most, in billionths of a dollar.
    package var lostNanodollars: Int64

    /// The annotator of scripted scores without errors.
    package static let noiseFree = "noise-free"
    /// The annotator of the true distance to go.
    package static let distance = "distance"

    /// Whether its scores are an oracle's: from the simulator's true state, without errors.
    package var isOracle: Bool { annotator == Self.noiseFree || annotator == Self.distance }

    /// All runs in the order in which they were made.
    package static func all(_ db: Database) throws -> [LabelRun] {
        try fetchAll(db, sql: "SELECT * FROM label_runs ORDER BY id")
    }

    /// The run called `name`, or nil.
    package static func named(_ name: String, _ db: Database) throws -> LabelRun? {
        try fetchOne(db, sql: "SELECT * FROM label_runs WHERE name = :name", arguments: ["name": name])
    }

    /// The run with this number, or nil.
    package static func with(id: Int64, _ db: Database) throws -> LabelRun? {
        try fetchOne(db.cachedStatement(sql: "SELECT * FROM label_runs WHERE id = :id"), arguments: ["id": id])
    }

    /// The prompts the run was made with, by stage.
    package func prompts(_ db: Database) throws -> [String: PromptRow] {
        let prompts = try PromptRow.fetchAll(
            db,
            sql: """
                SELECT p.* FROM label_runs r JOIN label_prompts p
                    ON p.sha256 IN (r.analysis_prompt, r.scoring_prompt, r.complaint_prompt) WHERE r.id = :run
                """, arguments: ["run": id])
        return Dictionary(prompts.map { ($0.stage, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What makes a run. The same name with other settings is another run.
    package struct Identity: Sendable {
        /// See ``LabelRun``.
        package var name: String
        /// See ``LabelRun``.
        package var datasetID: Int64
        /// See ``LabelRun``.
        package var annotator: String
        /// See ``LabelRun``.
        package var provider: String
        /// See ``LabelRun``.
        package var baseURL: String
        /// See ``LabelRun``.
        package var model: String
        /// See ``LabelRun``.
        package var unit: String
        /// See ``LabelRun``.
        package var settings: String
        /// Of the settings and all else that decides what is asked and who answers, 32 bytes.
        package var settingsSHA256: [UInt8]
        /// The words of the first question.
        package var analysis: PromptRow
        /// The words of the second question.
        package var scoring: PromptRow
        /// The words that go with a question that is asked again.
        package var complaint: PromptRow

        /// What makes a run, by its parts.
        package init(
            name: String, datasetID: Int64, annotator: String, provider: String, baseURL: String, model: String,
            unit: String, settings: String, settingsSHA256: [UInt8], analysis: PromptRow, scoring: PromptRow,
            complaint: PromptRow
        ) {
            self.name = name
            self.datasetID = datasetID
            self.annotator = annotator
            self.provider = provider
            self.baseURL = baseURL
            self.model = model
            self.unit = unit
            self.settings = settings
            self.settingsSHA256 = settingsSHA256
            self.analysis = analysis
            self.scoring = scoring
            self.complaint = complaint
        }
    }

    /// The run of this name, made when there is none; nil when there is one with other settings.
    package static func open(_ identity: Identity, _ db: Database) throws -> LabelRun? {
        for prompt in [identity.analysis, identity.scoring, identity.complaint] {
            try prompt.insert(db, adding: [:], onConflict: .ignore)
        }
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO label_runs (name, dataset_id, annotator, provider, base_url, model, unit, \
                settings,
                    settings_sha256, analysis_prompt, scoring_prompt, complaint_prompt, created_at)
                VALUES (:name, :dataset, :annotator, :provider, :url, :model, :unit, :settings, :hash, :analysis, \
                :scoring,
                    :complaint, :now)
                """,
            arguments: [
                "name": identity.name, "dataset": identity.datasetID, "annotator": identity.annotator,
                "provider": identity.provider, "url": identity.baseURL, "model": identity.model, "unit": identity.unit,
                "settings": identity.settings, "hash": Data(identity.settingsSHA256),
                "analysis": Data(identity.analysis.sha256), "scoring": Data(identity.scoring.sha256),
                "complaint": Data(identity.complaint.sha256), "now": StoreTime.now,
            ])
        return try fetchOne(
            db,
            sql: "SELECT * FROM label_runs WHERE name = :name AND settings_sha256 = :hash AND dataset_id = :dataset",
            arguments: [
                "name": identity.name, "hash": Data(identity.settingsSHA256), "dataset": identity.datasetID,
            ])
    }

    /// Calls a killed process left under way count as lost. Outstanding batches are not under way.
    ///
    /// - Returns: How many there were.
    package func settleInterruptedCalls(_ db: Database) throws -> Int {
        try db.execute(
            sql: """
                UPDATE label_runs SET
                    lost_calls = lost_calls
                        + (SELECT count(*) FROM label_in_flight WHERE run_id = :run AND batch_file IS NULL),
                    lost_nanodollars = lost_nanodollars + (SELECT coalesce(sum(reserved_nanodollars), 0)
                        FROM label_in_flight WHERE run_id = :run AND batch_file IS NULL)
                WHERE id = :run
                """, arguments: ["run": id])
        try db.execute(
            sql: "DELETE FROM label_in_flight WHERE run_id = :run AND batch_file IS NULL", arguments: ["run": id])
        return db.changesCount
    }

    /// What the run has cost so far in nanodollars, lost calls at their estimate included.
    package func spent(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT coalesce(sum(cost_nanodollars), 0)
                    + (SELECT lost_nanodollars FROM label_runs WHERE id = :run)
                FROM label_calls WHERE run_id = :run
                """, arguments: ["run": id]) ?? 0
    }
}
