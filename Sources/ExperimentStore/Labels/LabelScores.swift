internal import Foundation
package import GRDB

/// The score of one transition as it was shown.
package struct LabelScoreRow: Sendable, Equatable {
    /// Of the action in the span.
    package var position: Int
    package var t: Int
    package var window: Int
    /// 0 to 10.
    package var score: Int
    /// The mean over the probabilities of the tokens; nil without logprobs.
    package var expected: Double?
    /// Samples the score was made from.
    package var samples: Int
    /// The share of samples that gave the most frequent score; nil for one sample.
    package var agreement: Double?

    package init(
        position: Int, t: Int, window: Int, score: Int, expected: Double? = nil, samples: Int = 1,
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
    package struct Picture: Sendable, Equatable {
        /// Of the observation in the span, and in the episode.
        package var position: Int
        package var t: Int
        package var sha256: [UInt8]
        package var mediaType: String
        package var width, height: Int
        package var byteCount: Int

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

    package var index: Int
    /// Positions in the span.
    package var actions: Range<Int>
    package var pictures: [Picture]

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
            sql: "INSERT OR IGNORE INTO label_windows (span_id, idx, first_action, action_count) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [spanID, window.index, window.actions.lowerBound, window.actions.count])
        guard db.changesCount > 0 else { return }
        let find = try db.cachedStatement(sql: "SELECT id FROM label_pictures WHERE sha256 = ?")
        let insert = try db.cachedStatement(
            sql: "INSERT INTO label_pictures (sha256, media_type, width, height, byte_count) VALUES (?, ?, ?, ?, ?)")
        let show = try db.cachedStatement(
            sql: """
                INSERT INTO label_window_frames (span_id, window_idx, position, episode_id, t, picture_id)
                VALUES (?, ?, ?, ?, ?, ?)
                """)
        for picture in window.pictures {
            let hash = Data(picture.sha256)
            var pictureID = try Int64.fetchOne(find, arguments: [hash])
            if pictureID == nil {
                try insert.execute(arguments: [
                    hash, picture.mediaType, picture.width, picture.height, picture.byteCount,
                ])
                pictureID = db.lastInsertedRowID
            }
            try show.execute(arguments: [spanID, window.index, picture.position, episodeID, picture.t, pictureID])
        }
    }

    /// How a span ended.
    package enum SpanEnd: Sendable, Equatable {
        case scored
        /// The kind of failure and what happened.
        case unscored(String, message: String)
        /// It could not be shown, for instance because a picture is missing.
        case blocked(message: String)
    }

    /// Stores the scores of a span, as far as it has any, and how it ended.
    package static func finish(
        spanID: Int64, episodeID: Int64, scores: [LabelScoreRow], end: SpanEnd, _ db: Database
    ) throws {
        try db.cachedStatement(sql: "DELETE FROM label_scores WHERE span_id = ?").execute(arguments: [spanID])
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO label_scores (span_id, position, episode_id, t, window_idx, score, expected, samples, agreement)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for score in scores {
            try insert.execute(arguments: [
                spanID, score.position, episodeID, score.t, score.window, score.score, score.expected, score.samples,
                score.agreement,
            ])
        }
        let (status, failure, message): (String, String?, String?) =
            switch end {
            case .scored: ("scored", nil, nil)
            case .unscored(let kind, let message): ("unscored", kind, message)
            case .blocked(let message): ("blocked", nil, message)
            }
        try db.cachedStatement(sql: "UPDATE label_spans SET status = ?, failure = ?, message = ? WHERE id = ?")
            .execute(arguments: [status, failure, message, spanID])
    }
}
