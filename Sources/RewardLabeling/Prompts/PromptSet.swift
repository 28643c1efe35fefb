package import Ground
internal import Foundation
internal import Mustache

/// The words of the questions: three Mustache templates from one folder, `analysis.mustache`, `scoring.mustache` and
/// `complaint.mustache`.
///
/// The templates decide what a score means, so their hashes are part of a run's identity. The fields they may use are
/// those of ``AnalysisFields``, ``ScoringFields`` and ``ComplaintFields``; the line `[[pictures]]` of the analysis is
/// where the pictures go.
package struct PromptSet: Sendable {
    /// The words of one question, with fields in double braces.
    package struct Prompt: Sendable, Equatable {
        /// Of the set.
        package var name: String
        /// `analysis`, `scoring` or `complaint`.
        package var stage: String
        /// The template.
        package var text: String
        /// SHA-256 of ``text``.
        package var sha256: [UInt8]
    }

    /// Why a folder of prompts cannot be used.
    package struct Problem: ExitCoded, Equatable {
        /// The template's file.
        package var file: String
        /// What is wrong with it.
        package var message: String
        package var description: String { "\(file): \(message)" }
        /// The folder was named by the user.
        package var exit: StageExit { .inputMissing }
    }

    /// The templates of both questions, and of asking again.
    package let analysis, scoring, complaint: Prompt
    private let templates: [String: MustacheTemplate]

    static let pictureMark = "[[pictures]]"
    private static let plainText = "{{% CONTENT_TYPE:TEXT}}\n"

    /// The prompts this project comes with.
    package static func standard() throws(Problem) -> PromptSet {
        try PromptSet(
            name: "v1",
            texts: [
                "analysis": PackageResources.analysis_mustache, "scoring": PackageResources.scoring_mustache,
                "complaint": PackageResources.complaint_mustache,
            ])
    }

    /// The prompts in `folder`; its name is theirs.
    package init(folder: String) throws(Problem) {
        var texts: [String: [UInt8]] = [:]
        for stage in ["analysis", "scoring", "complaint"] {
            let file = folder + "/\(stage).mustache"
            guard let data = FileManager.default.contents(atPath: file) else {
                throw Problem(file: file, message: "there is no such file; a folder of prompts has three of them")
            }
            guard data.count <= 1 << 20 else { throw Problem(file: file, message: "is larger than 1 MB") }
            texts[stage] = Array(data)
        }
        try self.init(name: URL(fileURLWithPath: folder).lastPathComponent, texts: texts)
    }

    /// Prompts as a store keeps them.
    package init(name: String, analysis: String, scoring: String, complaint: String) throws(Problem) {
        try self.init(
            name: name,
            texts: [
                "analysis": Array(analysis.utf8), "scoring": Array(scoring.utf8), "complaint": Array(complaint.utf8),
            ])
    }

    private init(name: String, texts: [String: [UInt8]]) throws(Problem) {
        var prompts: [String: Prompt] = [:]
        var templates: [String: MustacheTemplate] = [:]
        for (stage, bytes) in texts {
            let file = "\(name)/\(stage).mustache"
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Problem(file: file, message: "is not UTF-8 text")
            }
            do {
                // Whatever a template says of it: nothing is escaped.
                templates[stage] = try MustacheTemplate(string: Self.plainText + text)
            } catch {
                throw Problem(file: file, message: "is not a Mustache template: \(error)")
            }
            prompts[stage] = Prompt(name: name, stage: stage, text: text, sha256: Array(SHA256.hash(data: bytes)))
        }
        guard let analysis = prompts["analysis"], let scoring = prompts["scoring"], let complaint = prompts["complaint"]
        else { throw Problem(file: name, message: "has not all three prompts") }
        let marks = analysis.text.components(separatedBy: Self.pictureMark).count - 1
        guard marks == 1 else {
            throw Problem(
                file: "\(name)/analysis.mustache",
                message: "has the line \(Self.pictureMark) \(marks) times; once is right")
        }
        self.analysis = analysis
        self.scoring = scoring
        self.complaint = complaint
        self.templates = templates
    }

    /// The three, in the order analysis, scoring, complaint.
    package var all: [Prompt] { [analysis, scoring, complaint] }

    /// The texts before and after the pictures.
    func analysisText(_ fields: AnalysisFields) -> (before: String, after: String) {
        let text = templates["analysis"]?.render(fields) ?? ""
        // A goal that contains the mark is no reason to put the pictures elsewhere.
        let parts = text.components(separatedBy: "\n" + Self.pictureMark)
        guard parts.count > 1 else {
            let loose = text.components(separatedBy: Self.pictureMark)
            return (loose[0], loose.dropFirst().joined(separator: Self.pictureMark))
        }
        return (parts[0], parts.dropFirst().joined(separator: "\n" + Self.pictureMark))
    }

    func scoringText(_ fields: ScoringFields) -> String { templates["scoring"]?.render(fields) ?? "" }
    func complaintText(_ fields: ComplaintFields) -> String { templates["complaint"]?.render(fields) ?? "" }
}
