internal import RewardLabeling
internal import ScriptedAnnotator
internal import StageSupport
internal import VisionLanguage

/// The config's keys about questions as ``LabelSettings``, checked.
struct QuestionSettings {
    let settings: LabelSettings

    init(_ label: Configuration.Label, unit: String?) throws {
        var settings = LabelSettings()
        if let text = unit ?? label.unit {
            guard let unit = LabelSettings.Unit(rawValue: text) else {
                throw StageError(.usage, "--unit \(text): expected task or instruction")
            }
            settings.unit = unit
        }
        if let kinds = label.kinds {
            guard !kinds.isEmpty, Set(kinds).isSubset(of: ["primitive", "composite", "task"]) else {
                throw StageError(.badInput, "label.kinds: expected some of primitive, composite and task")
            }
            settings.kinds = kinds.sorted()
        }
        settings.firstAnnotationOnly = label.annotations != "all"
        settings.window = try Self.number(label.window, "window", 1...64) ?? settings.window
        settings.sharesBoundary = label.sharedBoundary ?? settings.sharesBoundary
        settings.layout = label.layout.flatMap { SpanConversation.Layout(rawValue: $0) } ?? settings.layout
        settings.samples = try Self.number(label.samples, "samples", 1...32) ?? settings.samples
        settings.temperature = label.temperature ?? (settings.samples > 1 ? 0.7 : 0)
        guard (0...2).contains(settings.temperature) else {
            throw StageError(.badInput, "label.temperature: expected 0 to 2")
        }
        guard settings.samples == 1 || settings.temperature > 0 else {
            throw StageError(.badInput, "label.samples: several samples at temperature 0 are the same answer")
        }
        settings.seed = label.samplingSeed
        settings.analysisTokens =
            try Self.number(label.analysisTokens, "analysis_tokens", 16...1_000_000) ?? settings.analysisTokens
        settings.scoringTokens =
            try Self.number(label.scoringTokens, "scoring_tokens", 16...1_000_000) ?? settings.scoringTokens
        settings.topLogprobs = try Self.number(label.logprobs, "logprobs", 0...20).flatMap { $0 > 0 ? $0 : nil }
        settings.sendsSchema = label.schema ?? settings.sendsSchema
        settings.pictures = try Self.pictures(label.pictures)
        self.settings = settings
    }

    private static func pictures(_ section: Configuration.Pictures) throws -> PictureSettings {
        var pictures = PictureSettings()
        pictures.layout = section.layout.flatMap { PictureSettings.Layout(rawValue: $0) } ?? pictures.layout
        pictures.encoding = section.encoding.flatMap { PictureSettings.Encoding(rawValue: $0) } ?? pictures.encoding
        pictures.side = try number(section.side, "pictures.side", 8...4096)
        pictures.quality = try number(section.quality, "pictures.quality", 1...100) ?? pictures.quality
        return pictures
    }

    static func number(_ value: Int?, _ key: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let value else { return nil }
        guard range.contains(value) else {
            throw StageError(
                .badInput, "label.\(key): expected \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        return value
    }
}

extension AnnotatorSettings {
    init(_ section: Configuration.Annotator, seed: UInt64) throws {
        self.init(seed: seed)
        if let text = section.kind {
            guard let kind = Kind(rawValue: text) else {
                let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw StageError(.badInput, "label.annotator.kind: \"\(text)\" is not one of \(known)")
            }
            self.kind = kind
        }
        func rate(_ value: Double?, _ key: String, _ standard: Double) throws -> Double {
            guard let value else { return standard }
            guard (0...1).contains(value) else {
                throw StageError(.badInput, "label.annotator.\(key): expected a share of 0 to 1")
            }
            return value
        }
        wrongScores = try rate(section.wrongScores, "wrong_scores", wrongScores)
        compression = try rate(section.compression, "compression", compression)
        refusals = try rate(section.refusals, "refusals", refusals)
        malformed = try rate(section.malformed, "malformed", malformed)
        truncations = try rate(section.truncations, "truncations", truncations)
    }
}
