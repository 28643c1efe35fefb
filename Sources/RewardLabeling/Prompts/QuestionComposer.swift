internal import Episodes
package import ExperimentStore
internal import Foundation
package import VisionLanguage

/// Puts a question of a span into the words and pictures that are sent.
package struct QuestionComposer: Sendable {
    private let prompts: PromptSet
    private let settings: LabelSettings

    /// Questions with these words.
    package init(prompts: PromptSet, settings: LabelSettings) {
        self.prompts = prompts
        self.settings = settings
    }

    /// `{"scores": [0 to 10, ...]}`, in the subset of JSON schema that all servers take.
    package static let scoreSchema = JSONSchema(
        name: "scores",
        json: """
            {"type":"object","additionalProperties":false,"required":["scores"],"properties":{"scores":{"type":"array",\
            "items":{"type":"integer","enum":[0,1,2,3,4,5,6,7,8,9,10]}}}}
            """)

    /// Steps and pictures are numbered from 1 through the whole span; step i leads from picture i to picture i + 1.
    ///
    /// - Parameter pictures: One for each observation of the window, or one sheet, or none.
    package func analysis(
        _ span: Span, _ window: Window, windowCount: Int, question: LabelQuestion,
        pictures: [EncodedPicture], reference: CallReference
    ) -> VLMRequest {
        let actions = window.actions.map {
            PromptSet.AnalysisFields.Action(number: $0 + 1, from: $0 + 1, to: $0 + 2, text: span.actions[$0].text)
        }
        let fields = PromptSet.AnalysisFields(
            goal: span.goal, part: windowCount == 1 ? "all of it" : "part \(window.index + 1) of \(windowCount)",
            actions: actions, first: window.actions.lowerBound + 1,
            firstAction: span.actions[window.actions.lowerBound].text, pictureCount: window.observations.count)
        let (before, after) = prompts.analysisText(fields)
        var parts: [VLMRequest.Part] = [.text(before)]
        switch settings.pictures.layout {
        case .frames:
            for (observation, picture) in zip(window.observations, pictures) {
                parts += [.text("Picture \(observation + 1):"), .picture(picture)]
            }
        case .sheet: parts += pictures.map { .picture($0) }
        case .none: break
        }
        parts.append(.text(after))
        return VLMRequest(
            parts: parts, sampling: sampling(settings.analysisTokens, question.sample), reference: "\(reference)",
            sample: question.sample)
    }

    /// The question for the scores of the actions at `positions`.
    package func scoring(
        _ span: Span, positions: Range<Int>, analyses: [String], question: LabelQuestion,
        complaint: (answer: String, problem: String)?, reference: CallReference
    ) -> VLMRequest {
        let fields = PromptSet.ScoringFields(
            goal: span.goal, count: positions.count, analyses: analyses.joined(separator: "\n\n"),
            actions: positions.map {
                PromptSet.ScoringFields.Action(number: $0 + 1, text: span.actions[$0].text)
            },
            example: positions.indices.map { "n\($0 + 1)" }.joined(separator: ", "))
        var parts: [VLMRequest.Part] = [.text(prompts.scoringText(fields))]
        if let complaint {
            let fields = PromptSet.ComplaintFields(
                answer: String(complaint.answer.prefix(2000)), problem: complaint.problem)
            parts.append(.text(prompts.complaintText(fields)))
        }
        var sampling = sampling(max(settings.scoringTokens, 64 + 4 * positions.count), question.sample)
        sampling.topLogprobs = settings.topLogprobs
        return VLMRequest(
            parts: parts, format: settings.sendsSchema ? .json(Self.scoreSchema) : .text, sampling: sampling,
            reference: "\(reference)", sample: question.sample)
    }

    private func sampling(_ maxTokens: Int, _ sample: Int) -> VLMRequest.Sampling {
        VLMRequest.Sampling(
            temperature: settings.temperature, seed: settings.seed.map { $0 + sample }, maxTokens: maxTokens)
    }
}
