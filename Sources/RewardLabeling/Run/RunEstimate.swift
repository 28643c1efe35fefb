package import ExperimentStore
package import VisionLanguage

/// What a run will take, without asking anybody: counts are exact, tokens are estimated from a sample of its spans.
package struct RunEstimate: Sendable {
    /// The counts, the tokens and what they cost.
    package struct Report: Sendable, Equatable, Encodable {
        /// Genuine ones and controls.
        package var spans = 0
        /// Of ``spans``.
        package var controlSpans = 0
        /// Of genuine spans.
        package var transitions = 0
        /// First questions, with samples.
        package var analysisCalls = 0
        /// Second questions, each asked once.
        package var scoringCalls = 0
        /// A picture that is sent twice counts twice.
        package var picturesSent = 0
        /// With answers of ordinary length.
        package var expected = TokenUsage()
        /// With answers as long as they may be, and every scoring asked twice.
        package var greatest = TokenUsage()
        /// Of single calls; nil where no price is known.
        package var expectedDollars, greatestDollars: Double?
        /// Of the same calls in batches.
        package var expectedBatchDollars, greatestBatchDollars: Double?
        /// Those the tokens are estimated from.
        package var sampledSpans = 0
        /// Of the sampled ones, those whose pictures are not there.
        package var unshownSpans = 0
        /// Why the first of these cannot be shown.
        package var firstProblem: String?
    }

    private let settings: LabelSettings
    private let composer: QuestionComposer
    private let price: PriceTable.Entry?
    private let pictures: PictureSource

    /// Spans whose questions are put together to count their tokens.
    private static let sampleSize = 64

    /// - Parameter price: Nil where none is known.
    package init(settings: LabelSettings, prompts: PromptSet, price: PriceTable.Entry?, pictures: PictureSource) {
        self.settings = settings
        composer = QuestionComposer(prompts: prompts, settings: settings)
        self.price = price
        self.pictures = pictures
    }

    /// - Throws: ``StoreError``.
    package func report(
        _ spans: [LabelRun.NewSpan], stepCounts candidates: [LabelCandidate], in store: ExperimentStore
    ) async throws -> Report {
        let lengths = Dictionary(uniqueKeysWithValues: candidates.map { ($0.instructionID, $0.stepCount) })
        var report = Report()
        for span in spans {
            let count = lengths[span.instructionID] ?? 0
            let windows = settings.windowing.windows(actionCount: count)
            report.spans += 1
            if span.control == nil { report.transitions += count } else { report.controlSpans += 1 }
            report.analysisCalls += windows.count * settings.samples
            report.scoringCalls += (settings.layout == .span ? 1 : windows.count) * settings.samples
            let shown = windows.reduce(0) { $0 + $1.observations.count } * settings.samples
            switch settings.pictures.layout {
            case .frames: report.picturesSent += shown
            case .sheet: report.picturesSent += windows.count * settings.samples
            case .none: break
            }
        }
        let step = max(1, spans.count / Self.sampleSize)
        var sums = (analysis: TokenUsage(), scoring: TokenUsage(), analyses: 0, scorings: 0, maxScoring: 0)
        for index in stride(from: 0, to: spans.count, by: step) {
            let id = spans[index].instructionID
            guard let row = try store.read({ try LabelRun.preview(instructionID: id, $0) }),
                let span = Span(row, runID: 0)
            else { continue }
            do {
                try await add(span, row, &sums)
                report.sampledSpans += 1
            } catch let error as PictureError {
                report.unshownSpans += 1
                report.firstProblem = report.firstProblem ?? error.description
            }
        }
        func mean(_ sum: Int, _ count: Int, times calls: Int) -> Int { count > 0 ? sum * calls / count : 0 }
        let (analyses, scorings) = (report.analysisCalls, report.scoringCalls)
        let analysisPrompt = mean(sums.analysis.prompt, sums.analyses, times: analyses)
        let scoringPrompt = mean(sums.scoring.prompt, sums.scorings, times: scorings)
        report.expected = TokenUsage(
            prompt: analysisPrompt + scoringPrompt,
            completion: mean(sums.analysis.completion, sums.analyses, times: analyses)
                + mean(sums.scoring.completion, sums.scorings, times: scorings))
        report.greatest = TokenUsage(
            prompt: analysisPrompt + 2 * scoringPrompt
                + max(
                    0,
                    settings.analysisTokens * analyses - mean(sums.analysis.completion, sums.analyses, times: analyses))
                * 2,
            completion: settings.analysisTokens * analyses + 2 * mean(sums.maxScoring, sums.scorings, times: scorings))
        if let price {
            func dollars(_ usage: TokenUsage, _ isBatch: Bool) -> Double {
                Double(price.cost(usage, isBatch: isBatch)) / 1e9
            }
            (report.expectedDollars, report.greatestDollars) = (
                dollars(report.expected, false), dollars(report.greatest, false)
            )
            (report.expectedBatchDollars, report.greatestBatchDollars) = (
                dollars(report.expected, true), dollars(report.greatest, true)
            )
        }
        return report
    }

    /// A line of an analysis, and what comes after the last one, in tokens.
    private static let tokensPerLine = 40
    private static let closingTokens = 40

    private func add(
        _ span: Span, _ row: LabelSpanRow,
        _ sums: inout (analysis: TokenUsage, scoring: TokenUsage, analyses: Int, scorings: Int, maxScoring: Int)
    ) async throws {
        let estimate = TokenEstimate(pictures: price?.tokensPerPicture)
        let conversation = settings.conversation(about: span.actions.map(\.t))
        func line(_ window: Window) -> Int {
            min(settings.analysisTokens, Self.tokensPerLine * window.actions.count + Self.closingTokens)
        }
        for window in conversation.windows {
            let question = LabelQuestion(stage: .analysis, window: window.index, sample: 0)
            let frames = window.observations.map { row.frames[$0] }
            var sent: [EncodedPicture] = []
            switch settings.pictures.layout {
            case .none: break
            case .sheet: sent = [try await pictures.sheet(frames, number: window.observations.lowerBound + 1)]
            case .frames:
                for frame in frames { sent.append(try await pictures.picture(frame)) }
            }
            let request = composer.analysis(
                span, window, windowCount: conversation.windows.count, question: question, pictures: sent,
                reference: CallReference(runID: 0, spanID: 0, stage: .analysis, window: window.index))
            sums.analysis.prompt += estimate.prompt(request)
            sums.analysis.completion += line(window)
            sums.analyses += 1
        }
        for unit in settings.layout == .span ? 0..<1 : conversation.windows.indices {
            let question = LabelQuestion(stage: .scoring, window: unit, sample: 0)
            let windows = settings.layout == .span ? conversation.windows : [conversation.windows[unit]]
            let analyses = windows.map { String(repeating: "word", count: line($0)) }
            let request = composer.scoring(
                span, positions: conversation.actions(of: question), analyses: analyses, question: question,
                complaint: nil, reference: CallReference(runID: 0, spanID: 0, stage: .scoring, window: unit))
            sums.scoring.prompt += estimate.prompt(request)
            sums.scoring.completion += 10 + 3 * conversation.actions(of: question).count
            sums.maxScoring += request.sampling.maxTokens
            sums.scorings += 1
        }
    }
}
