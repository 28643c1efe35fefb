internal import Ground
internal import Foundation
package import VisionLanguage

/// All that decides a run's answers beside its data, model and prompts, as the store keeps it.
package struct RunSettings: Sendable, Equatable, Codable {
    /// How it is asked.
    package var label: LabelSettings
    /// ``ProviderOptions/answerSettings``; nil for annotators without a provider.
    package var provider: String?
    /// Of the scripted annotator; nil for others.
    package var annotator: AnnotatorSettings?

    /// What of them decides an answer to a given request: part of ``RequestHash``.
    package var answerSettings: String {
        if let provider { return provider }
        return annotator.map { Self.json($0) } ?? ""
    }

    /// Settings by their parts.
    package init(label: LabelSettings, provider: String? = nil, annotator: AnnotatorSettings? = nil) {
        self.label = label
        self.provider = provider
        self.annotator = annotator
    }

    /// Nil for what a later version wrote.
    package init?(json: String) {
        guard let settings = try? JSONDecoder().decode(RunSettings.self, from: Data(json.utf8)) else { return nil }
        self = settings
    }

    /// With sorted keys.
    package var json: String { Self.json(self) }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// SHA-256 over all that decides a run's questions and who answers them.
    package func hash(_ identity: ModelIdentity, _ prompts: PromptSet) -> [UInt8] {
        var hash = SHA256()
        for text in [json, identity.provider, identity.baseURL, identity.model] {
            hash.update(data: Array("\(text.utf8.count):\(text)".utf8))
        }
        for prompt in prompts.all { hash.update(data: prompt.sha256) }
        return Array(hash.finalize())
    }

    /// Names of the settings in which two runs differ, as in `label.window`.
    package func differences(from other: RunSettings) -> [String] {
        Self.differences(Self.tree(json), Self.tree(other.json), path: "").sorted()
    }

    private static func tree(_ json: String) -> Any {
        (try? JSONSerialization.jsonObject(with: Data(json.utf8))) ?? [:]
    }

    private static func differences(_ a: Any, _ b: Any, path: String) -> [String] {
        if let a = a as? [String: Any], let b = b as? [String: Any] {
            return Set(a.keys).union(b.keys).flatMap { key in
                differences(a[key] ?? NSNull(), b[key] ?? NSNull(), path: path.isEmpty ? key : "\(path).\(key)")
            }
        }
        return (a as? NSObject) == (b as? NSObject) ? [] : [path]
    }
}
