internal import Foundation
package import GRDB

/// The score of one transition as it was shown.
package struct LabelScoreRow: TableRow, Equatable {
    /// Where scores are kept.
    package static let databaseTableName = "label_scores"

    /// Of the action in the span.
    package var position: Int
    /// The transition.
    package var t: Int
    /// The window it was shown in.
    package var window: Int
    /// 0 to 10; whole where a VLM gave it.
    package var score: Double
    /// The mean over the probabilities of the tokens; nil without logprobs.
    package var expected: Double?
    /// Samples the score was made from.
    package var samples: Int
    /// The share of samples that gave the most frequent score; nil for one sample.
    package var agreement: Double?

    private enum CodingKeys: String, CodingKey {
        case position, t
        case window = "windowIdx"
        case score, expected, samples, agreement
    }

    /// A score by its parts.
    package init(
        position: Int, t: Int, window: Int, score: Double, expected: Double? = nil, samples: Int = 1,
        agreement: Double? = nil
    ) {
        self.position = position
        self.t = t
        self.window = window
        self.score = score
        self.expected = expected
        self.samples = samples
        self.agreement = agreement
    }
}

/// A window as it was shown.
package struct LabelWindowRow: Sendable, Equatable {
    /// An observation of the window, and the picture it was shown by.
    package struct Picture: TableRow, Equatable {
        /// Where pictures are kept, each once.
        package static let databaseTableName = "label_pictures"

        /// Of the observation in the span.
        package var position = 0
        /// Of the observation in the episode.
        package var t = 0
        /// Of the file as it was sent, 32 bytes.
        @Blob package var sha256: [UInt8]
        /// As in `image/png`.
        package var mediaType: String
        /// In pixels, as is the height.
        package var width, height: Int
        /// Of the file.
        package var byteCount: Int

        private enum CodingKeys: String, CodingKey {
            case sha256, mediaType, width, height, byteCount
        }

        /// A picture by its parts.
        package init(
            position: Int, t: Int, sha256: [UInt8], mediaType: String, width: Int, height: Int, byteCount: Int
        ) {
            self.position = position
            self.t = t
            self.sha256 = sha256
            self.mediaType = mediaType
            self.width = width
            self.height = height
            self.byteCount = byteCount
        }
    }

    /// From 0.
    package var index: Int
    /// Positions in the span.
    package var actions: Range<Int>
    /// Empty where none was shown.
    package var pictures: [Picture]

    /// A window by its parts.
    package init(index: Int, actions: Range<Int>, pictures: [Picture]) {
        self.index = index
        self.actions = actions
        self.pictures = pictures
    }
}

extension LabelRun {
    /// Stores a window and the pictures it showed; one that is there already stays.
    package static func save(_ window: LabelWindowRow, spanID: Int64, episodeID: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO label_windows (span_id, idx, first_action, action_count)
                VALUES (:span, :index, :first, :count)
                """
        ).execute(arguments: [
            "span": spanID, "index": window.index, "first": window.actions.lowerBound, "count": window.actions.count,
        ])
        guard db.changesCount > 0 else { return }
        let find = try db.cachedStatement(sql: "SELECT id FROM label_pictures WHERE sha256 = :hash")
        let show = try db.cachedStatement(
            sql: """
                INSERT INTO label_window_frames (span_id, window_idx, position, episode_id, t, picture_id)
                VALUES (:span, :window, :position, :episode, :t, :picture)
                """)
        for picture in window.pictures {
            var pictureID = try Int64.fetchOne(find, arguments: ["hash": Data(picture.sha256)])
            if pictureID == nil {
                try picture.insert(db, adding: [:])
                pictureID = db.lastInsertedRowID
            }
            try show.execute(arguments: [
                "span": spanID, "window": window.index, "position": picture.position, "episode": episodeID,
                "t": picture.t, "picture": pictureID,
            ])
        }
    }

    /// How a span ended.
    package enum SpanEnd: Sendable, Equatable {
        /// Every transition has a score.
        case scored
        /// Some have none: the kind of failure and what happened.
        case unscored(LabelFailure, message: String)
        /// It could not be shown, for instance because a picture is missing.
        case blocked(message: String)
    }

    /// Stores the scores of a span, as far as it has any, and how it ended.
    ///
    /// - Parameter start: The value of the state in which the span starts, where scores are values of states.
    package static func finish(
        spanID: Int64, episodeID: Int64, scores: [LabelScoreRow], start: Double? = nil, end: SpanEnd, _ db: Database
    ) throws {
        try db.cachedStatement(sql: "DELETE FROM label_scores WHERE span_id = :span")
            .execute(arguments: ["span": spanID])
        for score in scores { try score.insert(db, adding: ["span_id": spanID, "episode_id": episodeID]) }
        let (status, failure, message): (LabelSpanStatus, LabelFailure?, String?) =
            switch end {
            case .scored: (.scored, nil, nil)
            case .unscored(let kind, let message): (.unscored, kind, message)
            case .blocked(let message): (.blocked, nil, message)
            }
        try db.cachedStatement(
            sql: """
                UPDATE label_spans SET status = :status, failure = :failure, message = :message, start_score = :start
                WHERE id = :span
                """
        ).execute(arguments: [
            "status": status.rawValue, "failure": failure?.rawValue, "message": message, "start": start,
            "span": spanID,
        ])
    }

    /// The scores of a span in the order of its actions; unscored ones are left out.
    package static func scores(spanID: Int64, _ db: Database) throws -> [LabelScoreRow] {
        let statement = try db.cachedStatement(
            sql: "SELECT * FROM label_scores WHERE span_id = :span ORDER BY position")
        return try LabelScoreRow.fetchAll(statement, arguments: ["span": spanID])
    }
}
