import Episodes
import ExperimentStore
import Foundation
import TestSupport
import Testing
import VisionLanguage

@testable import RewardLabeling

@Suite struct PromptTests {
    private static let hostile =
        "Put {{goal}} & <b>\"it\"</b> in the {{{x}}} [[pictures]] 'now' {{#actions}} é😀 &amp; \\n"

    private func fields(_ goal: String) -> PromptSet.AnalysisFields {
        PromptSet.AnalysisFields(
            goal: goal, part: "all of it",
            actions: [.init(number: 1, from: 1, to: 2, text: "Put <Fridge> & \"x\"")], first: 1,
            firstAction: "Put Fridge",
            pictureCount: 2)
    }

    private func standardTexts() throws -> (String, String, String) {
        let set = try PromptSet.standard()
        return (set.analysis.text, set.scoring.text, set.complaint.text)
    }

    @Test func theStandardSetIsThere() throws {
        let set = try PromptSet.standard()
        #expect(set.all.map(\.stage) == ["analysis", "scoring", "complaint"])
        #expect(set.all.allSatisfy { $0.name == "v1" && $0.sha256.count == 32 })
        #expect(Set(set.all.map(\.sha256)).count == 3)
    }

    @Test(arguments: [hostile, "[[pictures]]", "{{", "}}", "{{/actions}}", "", "\\", "<script>", "\"", "a\u{0}b"])
    func goalsArriveAsTheyAre(_ goal: String) throws {
        let set = try PromptSet.standard()
        let (before, after) = set.analysisText(fields(goal))
        #expect(before.contains("is trying to do this: \(goal)\n"))
        #expect(after.hasSuffix("how far the robot has come with: \(goal)\n"))
        #expect(after.contains("Step 1, from picture 1 to picture 2: Put <Fridge> & \"x\"\n"))
        let scoring = set.scoringText(
            PromptSet.ScoringFields(
                goal: goal, count: 1, analyses: "saw \(goal)", actions: [.init(number: 1, text: "Put")], example: "n1"))
        #expect(scoring.contains("was trying to do this: \(goal)\n") && scoring.contains("\nsaw \(goal)\n"))
        let complaint = set.complaintText(PromptSet.ComplaintFields(answer: goal, problem: "the \"x\" <y>"))
        #expect(complaint.contains("\n\(goal)\n") && complaint.contains("could not be used: the \"x\" <y>."))
    }

    /// Prompts are plain text, also where a template does not say so.
    @Test func templatesOfAFolderAreNotEscaped() throws {
        let folder = try TemporaryFolder()
        try folder.write("Do {{goal}}.\n[[pictures]]\n{{#actions}}{{text}};{{/actions}}", to: "mine/analysis.mustache")
        try folder.write("{{goal}} {{analyses}}", to: "mine/scoring.mustache")
        try folder.write("{{answer}} {{problem}}", to: "mine/complaint.mustache")
        let set = try PromptSet(folder: folder("mine"))
        #expect(set.analysis.name == "mine")
        let (before, after) = set.analysisText(fields(Self.hostile))
        #expect(before == "Do \(Self.hostile)." && after == "\nPut <Fridge> & \"x\";")
        #expect(
            set.complaintText(PromptSet.ComplaintFields(answer: "<a>", problem: "\"b\"")) == "<a> \"b\"")
    }

    @Test func aFolderIsTheSameAsItsTexts() throws {
        let (analysis, scoring, complaint) = try standardTexts()
        let folder = try TemporaryFolder()
        for (stage, text) in [("analysis", analysis), ("scoring", scoring), ("complaint", complaint)] {
            try folder.write(text, to: "v1/\(stage).mustache")
        }
        let read = try PromptSet(folder: folder("v1"))
        #expect(try read.all == PromptSet.standard().all)
        #expect(try PromptSet(name: "v1", analysis: analysis, scoring: scoring, complaint: complaint).all == read.all)
        // One letter more is another prompt.
        try folder.write(scoring + " ", to: "v1/scoring.mustache")
        let changed = try PromptSet(folder: folder("v1"))
        #expect(changed.scoring.sha256 != read.scoring.sha256 && changed.analysis == read.analysis)
    }

    @Test(
        arguments: [
            ("analysis", nil, "there is no such file; a folder of prompts has three of them"),
            ("scoring", nil, "there is no such file; a folder of prompts has three of them"),
            ("complaint", [UInt8](repeating: 32, count: (1 << 20) + 1), "is larger than 1 MB"),
            ("scoring", [0xC3, 0x28], "is not UTF-8 text"),
            ("scoring", Array("{{#actions}}".utf8), "is not a Mustache template: "),
            ("complaint", Array("{{answer".utf8), "is not a Mustache template: "),
            ("analysis", Array("{{goal}}".utf8), "has the line [[pictures]] 0 times; once is right"),
            ("analysis", Array("[[pictures]]\n[[pictures]]".utf8), "has the line [[pictures]] 2 times; once is right"),
        ] as [(String, [UInt8]?, String)])
    func foldersThatCannotBeUsedAreRefused(_ stage: String, _ bytes: [UInt8]?, _ message: String) throws {
        let (analysis, scoring, complaint) = try standardTexts()
        let folder = try TemporaryFolder()
        for (name, text) in [("analysis", analysis), ("scoring", scoring), ("complaint", complaint)] {
            guard name == stage else {
                try folder.write(text, to: "p/\(name).mustache")
                continue
            }
            if let bytes { try folder.write(bytes, to: "p/\(name).mustache") }
        }
        do {
            _ = try PromptSet(folder: folder("p"))
            Issue.record("it was taken")
        } catch {
            #expect(error.file.hasSuffix("p/\(stage).mustache") && error.message.hasPrefix(message), "\(error)")
        }
    }

    // MARK: Questions

    private static let span = Span(
        id: 5, runID: 2, instructionID: 9, episodeID: 1, goal: "Put a \"cold\" apple on the <table>",
        goalInstructionID: 9,
        actions: [
            .init(t: 10, action: .moveAhead, object: nil), .init(t: 11, action: .open, object: "Fridge"),
            .init(t: 12, action: .pickup, object: "Apple"), .init(t: 13, action: .close, object: "Fridge"),
            .init(t: 14, action: .put, object: "DiningTable"),
        ], observations: Array(10...15))

    private static func picture(_ number: Int) -> EncodedPicture {
        EncodedPicture(file: [UInt8(number)], mediaType: .jpeg, width: 100 + number, height: 50)
    }

    private func settings(_ change: (inout LabelSettings) -> Void = { _ in }) -> LabelSettings {
        var settings = LabelSettings()
        settings.window = 3
        change(&settings)
        return settings
    }

    private func analysis(_ settings: LabelSettings, window index: Int, sample: Int = 0) throws -> VLMRequest {
        let windows = settings.windowing.windows(actionCount: Self.span.actions.count)
        let window = windows[index]
        let pictures: [EncodedPicture] =
            switch settings.pictures.layout {
            case .frames: window.observations.map { Self.picture($0 + 1) }
            case .sheet: [Self.picture(99)]
            case .none: []
            }
        let question = LabelQuestion(stage: .analysis, window: index, sample: sample)
        return QuestionComposer(prompts: try .standard(), settings: settings).analysis(
            Self.span, window, windowCount: windows.count, question: question, pictures: pictures,
            reference: CallReference(runID: 2, spanID: 5, stage: .analysis, window: index, sample: sample))
    }

    private func scoring(
        _ settings: LabelSettings, _ positions: Range<Int>, complaint: (String, String)? = nil, sample: Int = 0
    ) throws -> VLMRequest {
        let ask = complaint == nil ? 0 : 1
        let question = LabelQuestion(stage: .scoring, window: 0, sample: sample, ask: ask)
        return QuestionComposer(prompts: try .standard(), settings: settings).scoring(
            Self.span, positions: positions, analyses: ["It went & came.", "It \"put\" <it>."], question: question,
            complaint: complaint.map { (answer: $0.0, problem: $0.1) },
            reference: CallReference(runID: 2, spanID: 5, stage: .scoring, window: 0, sample: sample, ask: ask))
    }

    /// The request in full, as it is kept in `Prompts`.
    private func golden(_ request: VLMRequest) -> String {
        let format =
            switch request.format {
            case .text: "text"
            case .json(let schema): "json \(schema.name) \(schema.json)"
            }
        let sampling = request.sampling
        let parts = request.parts.map { part in
            switch part {
            case .text(let text): "--- text ---\n\(text)"
            case .picture(let picture): "--- \(picture.mediaType.rawValue) \(picture.width)x\(picture.height) ---"
            }
        }
        return """
            reference \(request.reference), sample \(request.sample), temperature \(sampling.temperature), \
            seed \(sampling.seed.map(String.init) ?? "none"), \(sampling.maxTokens) tokens, \
            \(sampling.topLogprobs.map(String.init) ?? "no") alternatives, \(format)

            """ + parts.joined(separator: "\n") + "\n"
    }

    /// After a change of prompts that is meant, `RGVLM_RENEW_PROMPTS=1 swift test` writes them anew.
    private func expectGolden(_ name: String, _ request: VLMRequest) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Prompts")
        let file = folder.appendingPathComponent("\(name).txt")
        let text = golden(request)
        if ProcessInfo.processInfo.environment["RGVLM_RENEW_PROMPTS"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        #expect(text == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test func questionsAreWordForWordAsKept() throws {
        try expectGolden("analysis", try analysis(settings { $0.window = 8 }, window: 0))
        try expectGolden("analysis-second-window", try analysis(settings(), window: 1))
        try expectGolden(
            "analysis-sheet",
            try analysis(
                settings {
                    $0.pictures.layout = .sheet
                    $0.sharesBoundary = false
                    $0.seed = 7
                    $0.temperature = 0.5
                }, window: 1, sample: 2))
        try expectGolden("analysis-without-pictures", try analysis(settings { $0.pictures.layout = .none }, window: 0))
        try expectGolden("scoring", try scoring(settings { $0.topLogprobs = 5 }, 0..<5))
        try expectGolden("scoring-second-window", try scoring(settings { $0.sendsSchema = false }, 3..<5))
        try expectGolden(
            "scoring-again",
            try scoring(settings(), 0..<5, complaint: ("{\"scores\": [1, <2>]}", "the list has 2 scores"), sample: 1))
    }

    /// Whatever the window, picture i stands under its number and steps lead from i to i + 1, through the whole span.
    @Test func numbersGoThroughTheSpan() throws {
        for size in 1...5 {
            for shares in [true, false] {
                let settings = settings {
                    $0.window = size
                    $0.sharesBoundary = shares
                }
                for window in settings.windowing.windows(actionCount: 5) {
                    let request = try analysis(settings, window: window.index)
                    let shown = request.pictures.map { $0.width - 100 }
                    #expect(shown == window.observations.map { $0 + 1 })
                    for (part, next) in zip(request.parts, request.parts.dropFirst()) {
                        guard case .picture(let picture) = next else { continue }
                        guard case .text(let label) = part else {
                            Issue.record("a picture without a number")
                            continue
                        }
                        #expect(label == "Picture \(picture.width - 100):")
                    }
                    for action in window.actions {
                        let line =
                            "Step \(action + 1), from picture \(action + 1) to picture \(action + 2): "
                            + "\(Self.span.actions[action].text)\n"
                        #expect(request.text.contains(line))
                    }
                    #expect(request.text.components(separatedBy: "\nStep ").count == window.actions.count + 1)
                }
            }
        }
    }

    @Test func longAnswersAreQuotedInPart() throws {
        let request = try scoring(settings(), 0..<5, complaint: (String(repeating: "x", count: 9000), "it is too long"))
        #expect(request.text.count { $0 == "x" } < 2100)
    }

    @Test func longSpansHaveRoomForTheirScores() throws {
        let settings = settings { $0.scoringTokens = 10 }
        #expect(try scoring(settings, 0..<5).sampling.maxTokens == 64 + 20)
        #expect(try scoring(self.settings(), 0..<5).sampling.maxTokens == 512)
    }

    @Test func theSchemaIsJSON() throws {
        let object = try JSONSerialization.jsonObject(with: Data(QuestionComposer.scoreSchema.json.utf8))
        let schema = try #require(object as? [String: Any])
        #expect(schema["required"] as? [String] == ["scores"])
        #expect(schema["additionalProperties"] as? Bool == false)
    }
}
