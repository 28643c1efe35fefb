extension Configuration {
    /// The section `label`. What is nil has the default that `rgvlm-label --help` and README.md name.
    package struct Label: Sendable, Equatable {
        package var run: String?
        package var dataset: String?
        package var splits: [String]?
        package var provider: String?
        package var model: String?
        package var baseURL: String?
        package var keyEnvironment: String?
        package var keyFile: String?
        package var replayOf: String?
        package var prompts: String?
        package var prices: String?

        package var unit: String?
        package var kinds: [String]?
        package var annotations: String?
        package var window: Int?
        package var sharedBoundary: Bool?
        package var layout: String?
        package var samples: Int?
        package var temperature: Double?
        package var samplingSeed: Int?
        package var analysisTokens: Int?
        package var scoringTokens: Int?
        package var logprobs: Int?
        package var schema: Bool?
        package var tokenLimitField: String?
        package var extraBody: String?
        package var pictures = Pictures()

        package var limit: Int?
        package var controls: Int?
        package var concurrency: Int?
        package var requestsPerMinute: Int?
        package var tokensPerMinute: Int?
        package var timeout: Double?
        package var attempts: Int?
        package var hedgeAfter: Double?
        package var budget: Double?

        package var annotator = Annotator()
        package var lint = Lint()
    }

    /// The section `label.pictures`.
    package struct Pictures: Sendable, Equatable {
        package var layout: String?
        package var encoding: String?
        package var side: Int?
        package var quality: Int?
        package var detail: String?
    }

    /// The section `label.annotator`: the scripted one's behaviour.
    package struct Annotator: Sendable, Equatable {
        package var kind: String?
        package var wrongScores: Double?
        package var compression: Double?
        package var refusals: Double?
        package var malformed: Double?
        package var truncations: Double?
    }

    /// The section `label.lint`: thresholds by name.
    package struct Lint: Sendable, Equatable {
        package var thresholds: [String: Double] = [:]
    }
}

extension Configuration.Label {
    /// The label run that this section makes, and that those who read scores mean by it: `run`, else named after whoever
    /// labels. Nil when nothing is said of either; then a store's only run is meant.
    package var runName: String? {
        if let run { return run }
        switch provider {
        case nil where model == nil: return nil
        case nil, "scripted":
            guard let kind = annotator.kind, kind != "scripted" else { return "scripted" }
            return "scripted-" + kind.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
        case "replay": return (replayOf ?? "run") + "-replay"
        default: return model.map(Self.runName)
        }
    }

    /// A model's name with `-` in place of what no run's name has; `models/`, which Gemini's may begin with, is left out.
    private static func runName(_ model: String) -> String {
        let short = model.hasPrefix("models/") ? String(model.dropFirst(7)) : model
        let name = short.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
        return String(name.prefix(64))
    }

    /// Names of the thresholds that `label.lint` may set.
    package static let thresholdNames = [
        "min_coverage", "min_entropy", "max_tie_rate", "max_top_share", "min_progress_correlation",
        "min_completion_auc", "min_order_correlation", "min_time_trend", "min_success_auc",
        "max_false_positive_rate", "min_control_auc", "min_agreement", "min_spans",
    ]

    mutating func read(_ section: ConfigurationSection) throws {
        try section.allow([
            "run", "dataset", "splits", "provider", "model", "base_url", "key_env", "key_file", "replay_of", "prompts",
            "prices", "unit", "kinds", "annotations", "window", "shared_boundary", "layout", "samples", "temperature",
            "sampling_seed", "analysis_tokens", "scoring_tokens", "logprobs", "schema", "token_limit_field",
            "extra_body", "pictures", "limit", "controls", "concurrency", "requests_per_minute", "tokens_per_minute",
            "timeout", "attempts", "hedge_after", "budget", "annotator", "lint",
        ])
        run = try section.string("run")
        dataset = try section.string("dataset")
        splits = try section.strings("splits")
        provider = try section.choice("provider", ["scripted", "openai", "gemini", "anthropic", "replay"])
        model = try section.string("model")
        baseURL = try section.string("base_url")
        keyEnvironment = try section.string("key_env")
        keyFile = try section.string("key_file")
        replayOf = try section.string("replay_of")
        prompts = try section.string("prompts")
        prices = try section.string("prices")
        try readQuestions(section)
        try readPace(section)
        if let pictures = try section.section("pictures") { try readPictures(pictures) }
        if let annotator = try section.section("annotator") { try readAnnotator(annotator) }
        if let lint = try section.section("lint") {
            try lint.allow(Self.thresholdNames)
            for name in Self.thresholdNames { self.lint.thresholds[name] = try lint.double(name) }
        }
    }

    private mutating func readQuestions(_ section: ConfigurationSection) throws {
        unit = try section.choice("unit", ["task", "instruction"])
        kinds = try section.strings("kinds")
        annotations = try section.choice("annotations", ["first", "all"])
        window = try section.int("window")
        sharedBoundary = try section.bool("shared_boundary")
        layout = try section.choice("layout", ["span", "window"])
        samples = try section.int("samples")
        temperature = try section.double("temperature")
        samplingSeed = try section.int("sampling_seed")
        analysisTokens = try section.int("analysis_tokens")
        scoringTokens = try section.int("scoring_tokens")
        logprobs = try section.int("logprobs")
        schema = try section.bool("schema")
        tokenLimitField = try section.choice("token_limit_field", ["max_tokens", "max_completion_tokens"])
        extraBody = try section.string("extra_body")
    }

    private mutating func readPace(_ section: ConfigurationSection) throws {
        limit = try section.int("limit")
        controls = try section.int("controls")
        concurrency = try section.int("concurrency")
        requestsPerMinute = try section.int("requests_per_minute")
        tokensPerMinute = try section.int("tokens_per_minute")
        timeout = try section.double("timeout")
        attempts = try section.int("attempts")
        hedgeAfter = try section.double("hedge_after")
        budget = try section.double("budget")
    }

    private mutating func readPictures(_ section: ConfigurationSection) throws {
        try section.allow(["layout", "encoding", "side", "quality", "detail"])
        pictures.layout = try section.choice("layout", ["frames", "sheet", "none"])
        pictures.encoding = try section.choice("encoding", ["keep", "jpeg", "png"])
        pictures.side = try section.int("side")
        pictures.quality = try section.int("quality")
        pictures.detail = try section.choice("detail", ["low", "high", "auto"])
    }

    private mutating func readAnnotator(_ section: ConfigurationSection) throws {
        try section.allow(["kind", "wrong_scores", "compression", "refusals", "malformed", "truncations"])
        annotator.kind = try section.string("kind")
        annotator.wrongScores = try section.double("wrong_scores")
        annotator.compression = try section.double("compression")
        annotator.refusals = try section.double("refusals")
        annotator.malformed = try section.double("malformed")
        annotator.truncations = try section.double("truncations")
    }
}
