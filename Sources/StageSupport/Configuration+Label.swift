extension Configuration {
    /// The section `label`: what `rgvlm-label` asks, of whom, how fast and for how much.
    package struct Label: ConfigurationSection {
        /// The label run's name; see ``runName``.
        package var run: String?
        /// The only one of the store when nil.
        package var dataset: String?
        /// All when nil.
        package var splits: [String]?
        /// Who answers; the scripted annotator when nil.
        package var provider: Provider?
        /// Its name, as the server knows it.
        package var model: String?
        /// The server; the provider's own when nil.
        package var baseURL: String?
        /// The environment variable with the key; the provider's usual one when nil.
        package var keyEnv: String?
        /// A file with the key.
        package var keyFile: String?
        /// The run whose answers the provider `replay` gives; the only one when nil.
        package var replayOf: String?
        /// A folder with templates of one's own.
        package var prompts: String?
        /// A price table of one's own.
        package var prices: String?

        /// What a span is: the whole task, or each instruction.
        package var unit = Unit.task
        /// The kinds of instructions that the unit `instruction` has labelled.
        package var kinds: [InstructionKind] = [.primitive]
        /// Whether an episode's other annotations are labelled too.
        package var annotations = Annotations.first
        /// Actions of a window.
        @Within(1...64) package var window = 8
        package var sharedBoundary = true
        /// Whether a call scores a whole span or one window.
        package var layout = Layout.span
        /// Answers to each scoring.
        @Within(1...32) package var samples = 1
        /// 0, or 0.7 with several samples, when nil.
        @Within(0...2) package var temperature: Double?
        package var samplingSeed: Int?
        /// Tokens of an analysis.
        @Within(16...1_000_000) package var analysisTokens = 1024
        /// Tokens of a scoring.
        @Within(16...1_000_000) package var scoringTokens = 512
        /// Alternatives of a token to ask for; 0 for none.
        @Within(0...20) package var logprobs = 0
        /// Whether the schema of the answer is sent.
        package var schema = true
        /// The name of the field that bounds tokens; the provider's when nil.
        package var tokenLimitField: TokenLimitField?
        /// A JSON object whose members are added to requests.
        package var extraBody: String?
        /// How pictures are sent.
        package var pictures = Pictures()

        /// Spans, spread over the dataset; all when nil.
        @Within(1...) package var limit: Int?
        /// Spans shown as each of the controls.
        @Within(0...) package var controls = 20
        /// Calls in flight at most.
        @Within(1...4096) package var concurrency = 32
        @Within(1...1_000_000_000) package var requestsPerMinute: Int?
        @Within(1...1_000_000_000) package var tokensPerMinute: Int?
        /// Seconds of a call.
        @Within(above: 0, upTo: 86_400) package var timeout = 120.0
        /// Of a call that fails in a way that may pass.
        @Within(1...100) package var attempts = 6
        /// Seconds after which a slow call is made again beside the first.
        @Within(above: 0, upTo: 86_400) package var hedgeAfter: Double?
        /// Dollars the run may cost in all.
        @Within(0...1e9) package var budget: Double?

        /// How the scripted annotator answers.
        package var annotator = Annotator()
        /// What the lint asks for.
        package var lint = Lint()

        func complete() throws(SectionProblem) {
            if kinds.isEmpty {
                throw SectionProblem("kinds", "is empty; expected some of primitive, composite and task")
            }
            if samples > 1, temperature == 0 {
                throw SectionProblem("samples", "asks for several samples at temperature 0, which are the same answer")
            }
        }
    }

    /// The section `label.pictures`: how they are sent.
    package struct Pictures: ConfigurationSection {
        /// `frames`, or `none` where the scripted annotator labels data without pictures, when nil.
        package var layout: Layout?
        /// Whether files are sent as they are or made anew.
        package var encoding = Encoding.keep
        /// The longest side in pixels; as they are when nil.
        @Within(8...4096) package var side: Int?
        /// Of JPEG.
        @Within(1...100) package var quality = 90
        package var detail: Detail?

        /// One picture an observation, one sheet a window, or none.
        package enum Layout: String, Choice { case frames, sheet, none }
        /// The dataset's own files, or JPEG or PNG.
        package enum Encoding: String, Choice { case keep, jpeg, png }
        /// What OpenAI's servers call detail.
        package enum Detail: String, Choice { case low, high, auto }
    }

    /// The section `label.annotator`: the scripted one's behaviour. The numbers but `compression` are shares of its
    /// answers.
    package struct Annotator: ConfigurationSection {
        /// How it judges.
        package var kind = Kind.scripted
        /// Scores that are drawn by chance.
        @Within(0...1) package var wrongScores = 0.05
        /// How much of the distance to 10 is taken from every score.
        @Within(0...1) package var compression = 0.0
        /// Calls that are declined.
        @Within(0...1) package var refusals = 0.0
        /// Scorings in another form than asked for.
        @Within(0...1) package var malformed = 0.0
        /// Answers that are cut off.
        @Within(0...1) package var truncations = 0.0

        /// Whether scripted scores have no errors at all.
        var isRight: Bool {
            wrongScores == 0 && compression == 0 && refusals == 0 && malformed == 0 && truncations == 0
        }

        /// As RewardLabeling's scripted annotators are called; `distance` computes the true distance to go.
        package enum Kind: String, Choice { case scripted, constant, random, reversedTime, goalBlind, distance }
    }

    /// The section `label.lint`: thresholds in place of the lint's own.
    package struct Lint: ConfigurationSection {
        /// Share of transitions with a score.
        package var minCoverage: Double?
        /// Bits of the scores.
        package var minEntropy: Double?
        /// Share of equal pairs within spans.
        package var maxTieRate: Double?
        /// Share of scores of 8 and more.
        package var maxTopShare: Double?
        /// With the true change of progress.
        package var minProgressCorrelation: Double?
        /// Completing transitions against others.
        package var minCompletionAUC: Double?
        /// Value-order correlation of fulfilled spans.
        package var minOrderCorrelation: Double?
        /// Correlation of score and time.
        package var minTimeTrend: Double?
        /// Fulfilled spans against others.
        package var minSuccessAUC: Double?
        /// The same for every control.
        package var maxFalsePositiveRate: Double?
        /// Genuine transitions against those of a control.
        package var minControlAUC: Double?
        /// Of the samples of a transition.
        package var minAgreement: Double?
        /// Spans a check must rest on.
        package var minSpans: Double?
    }
}

extension Configuration.Label {
    /// Who answers.
    package enum Provider: String, Choice {
        case scripted, openai, gemini, anthropic, replay

        /// Whether a model behind a server answers.
        package var isServed: Bool { self == .openai || self == .gemini || self == .anthropic }
    }

    /// What is labelled as one span.
    package enum Unit: String, Choice { case task, instruction }
    /// Which annotations of an episode are labelled.
    package enum Annotations: String, Choice { case first, all }
    /// What a call scores.
    package enum Layout: String, Choice { case span, window }
    /// The field of a request that bounds an answer's tokens.
    package enum TokenLimitField: String, Choice {
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// The label run that this section makes, and that those who read scores mean by it: `run`, else named after
    /// whoever labels. Nil when nothing is said of either; then a store's only run is meant.
    package var runName: String? {
        if let run { return run }
        switch provider {
        case nil where model == nil: return nil
        case nil, .scripted:
            if annotator.kind == .distance { return "distance" }
            guard annotator.kind != .scripted else { return annotator.isRight ? "noise-free" : "scripted" }
            let kind = annotator.kind.rawValue
            return "scripted-" + kind.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
        case .replay: return (replayOf ?? "run") + "-replay"
        case .openai, .gemini, .anthropic: return model.map(Self.runName)
        }
    }

    /// A model's name with `-` in place of what no run's name has; `models/`, which Gemini's may begin with, is left
    /// out.
    private static func runName(_ model: String) -> String {
        let short = model.hasPrefix("models/") ? String(model.dropFirst(7)) : model
        let name = short.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
        return String(name.prefix(64))
    }
}
