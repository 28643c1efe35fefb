internal import Foundation
package import GRDB

/// A text that questions are made from.
package struct PromptRow: Sendable, Equatable {
    package var name: String
    /// `analysis`, `scoring` or `complaint`.
    package var stage: String
    package var template: String
    package var sha256: [UInt8]

    package init(name: String, stage: String, template: String, sha256: [UInt8]) {
        self.name = name
        self.stage = stage
        self.template = template
        self.sha256 = sha256
    }
}

/// One way of labelling a dataset: who was asked, how, and with which words.
package struct LabelRun: Sendable, Equatable {
    package var id: Int64
    package var name: String
    package var datasetID: Int64
    /// `vlm`, or the kind of the scripted annotator, as in `scripted` or `constant`.
    package var annotator: String
    package var provider: String
    package var baseURL: String
    package var model: String
    package var unit: String
    /// All that decides what is asked, as JSON.
    package var settings: String
    package var createdAt: String
    /// Calls that were under way when a process was killed: their answers never arrived, but may have been billed.
    package var lostCalls: Int
    package var lostNanodollars: Int64

    init(_ row: Row) {
        id = row["id"]
        name = row["name"]
        datasetID = row["dataset_id"]
        annotator = row["annotator"]
        provider = row["provider"]
        baseURL = row["base_url"]
        model = row["model"]
        unit = row["unit"]
        settings = row["settings"]
        createdAt = row["created_at"]
        lostCalls = row["lost_calls"]
        lostNanodollars = row["lost_nanodollars"]
    }

    package static func all(_ db: Database) throws -> [LabelRun] {
        try Row.fetchAll(db, sql: "SELECT * FROM label_runs ORDER BY id").map { LabelRun($0) }
    }

    package static func named(_ name: String, _ db: Database) throws -> LabelRun? {
        try Row.fetchOne(db, sql: "SELECT * FROM label_runs WHERE name = ?", arguments: [name]).map { LabelRun($0) }
    }

    package static func with(id: Int64, _ db: Database) throws -> LabelRun? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM label_runs WHERE id = ?"), arguments: [id]).map {
            LabelRun($0)
        }
    }

    /// The prompts the run was made with, by stage.
    package func prompts(_ db: Database) throws -> [String: PromptRow] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT p.name, p.stage, p.template, p.sha256 FROM label_runs r JOIN label_prompts p
                    ON p.sha256 IN (r.analysis_prompt, r.scoring_prompt, r.complaint_prompt) WHERE r.id = ?
                """, arguments: [id])
        return Dictionary(
            rows.map {
                ($0[1], PromptRow(name: $0[0], stage: $0[1], template: $0[2], sha256: Array($0[3] as Data)))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// What makes a run. The same name with other settings is another run.
    package struct Identity: Sendable {
        package var name: String
        package var datasetID: Int64
        package var annotator: String
        package var provider: String
        package var baseURL: String
        package var model: String
        package var unit: String
        package var settings: String
        package var settingsSHA256: [UInt8]
        package var analysis: PromptRow
        package var scoring: PromptRow
        package var complaint: PromptRow

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
            try db.execute(
                sql: "INSERT OR IGNORE INTO label_prompts (sha256, name, stage, template) VALUES (?, ?, ?, ?)",
                arguments: [Data(prompt.sha256), prompt.name, prompt.stage, prompt.template])
        }
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO label_runs (name, dataset_id, annotator, provider, base_url, model, unit, settings,
                    settings_sha256, analysis_prompt, scoring_prompt, complaint_prompt, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                identity.name, identity.datasetID, identity.annotator, identity.provider, identity.baseURL,
                identity.model, identity.unit, identity.settings, Data(identity.settingsSHA256),
                Data(identity.analysis.sha256), Data(identity.scoring.sha256), Data(identity.complaint.sha256),
                Date.now.formatted(.iso8601),
            ])
        return try Row.fetchOne(
            db, sql: "SELECT * FROM label_runs WHERE name = ? AND settings_sha256 = ? AND dataset_id = ?",
            arguments: [identity.name, Data(identity.settingsSHA256), identity.datasetID]
        ).map { LabelRun($0) }
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
            sql: "DELETE FROM label_in_flight WHERE run_id = ? AND batch_file IS NULL", arguments: [id])
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
