internal import Ground
internal import RewardLabeling
internal import ScriptedAnnotator
internal import StageSupport
internal import VisionLanguage

extension LabelSettings {
    /// The config's keys about questions.
    init(_ label: Configuration.Label) throws {
        self.init()
        unit = try label.unit.named()
        kinds = label.kinds.map(\.rawValue).sorted()
        firstAnnotationOnly = label.annotations == .first
        window = label.window
        sharesBoundary = label.sharedBoundary
        layout = try label.layout.named()
        samples = label.samples
        temperature = label.temperature ?? (samples > 1 ? 0.7 : 0)
        seed = label.samplingSeed
        analysisTokens = label.analysisTokens
        scoringTokens = label.scoringTokens
        topLogprobs = label.logprobs > 0 ? label.logprobs : nil
        sendsSchema = label.schema
        pictures = PictureSettings(
            layout: try label.pictures.layout?.named() ?? .frames, encoding: try label.pictures.encoding.named(),
            side: label.pictures.side, quality: label.pictures.quality)
    }
}

extension AnnotatorSettings {
    /// The config's section about the scripted annotator.
    init(_ section: Configuration.Annotator, seed: UInt64) throws {
        self.init(
            kind: try section.kind.named(), wrongScores: section.wrongScores, compression: section.compression,
            refusals: section.refusals, malformed: section.malformed, truncations: section.truncations, seed: seed)
    }
}
