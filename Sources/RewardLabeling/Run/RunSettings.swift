internal import Foundation
public import VisionLanguage

/// All that decides a run's answers beside its data, model and prompts, as the store keeps it.
public struct RunSettings: Sendable, Equatable, Codable {
    public var label: LabelSettings
    /// ``ProviderOptions/answerSettings``; empty where there are none.
    public var provider: String
    /// Of the scripted annotator; nil for others.
    public var annotator: AnnotatorSettings?

    public init(label: LabelSettings, provider: String = "", annotator: AnnotatorSettings? = nil) {
        self.label = label
        self.provider = provider
        self.annotator = annotator
    }

    /// Nil for what a later version wrote.
    public init?(json: String) {
        guard let settings = try? JSONDecoder().decode(RunSettings.self, from: Data(json.utf8)) else { return nil }
        self = settings
    }

    /// With sorted keys.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Names of the settings in which two runs differ, as in `label.window`.
    public func differences(from other: RunSettings) -> [String] {
        Self.differences(Self.tree(json), Self.tree(other.json), path: "").sorted()
    }

    private static func tree(_ json: String) -> Any { (try? JSONSerialization.jsonObject(with: Data(json.utf8))) ?? [:] }

    private static func differences(_ a: Any, _ b: Any, path: String) -> [String] {
        if let a = a as? [String: Any], let b = b as? [String: Any] {
            return Set(a.keys).union(b.keys).flatMap { key in
                differences(a[key] ?? NSNull(), b[key] ?? NSNull(), path: path.isEmpty ? key : "\(path).\(key)")
            }
        }
        return (a as? NSObject) == (b as? NSObject) ? [] : [path]
    }
}
