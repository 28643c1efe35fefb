internal import Foundation
internal import Ground
internal import JSON
internal import StageSupport
internal import VisionLanguage

/// The server that is asked, and the key for it.
struct ServerChoice {
    let identity: ModelIdentity
    let options: ProviderOptions
    let api: any ProviderAPI

    /// - Parameter needsKey: Off where nobody is asked.
    init(_ label: Configuration.Label, _ provider: Configuration.Label.Provider, needsKey: Bool) throws {
        guard let model = label.model, !model.isEmpty else {
            throw StageError(.usage, "no model: give --model NAME, or label.model in the config")
        }
        let standard: (url: String, key: String) =
            switch provider {
            case .gemini: ("https://generativelanguage.googleapis.com", "GEMINI_API_KEY")
            case .anthropic: ("https://api.anthropic.com", "ANTHROPIC_API_KEY")
            case .openai, .scripted, .replay: ("https://api.openai.com/v1", "OPENAI_API_KEY")
            }
        let url = label.baseURL ?? standard.url
        var options = ProviderOptions(baseURL: url, model: model, sendsSchema: label.schema)
        if needsKey { options.key = try Self.key(label, standard: standard.key, isNeeded: url == standard.url) }
        options.detail = try label.pictures.detail?.named()
        if let field = label.tokenLimitField {
            options.tokenLimitField = try field.named()
        } else if provider == .openai, url == standard.url {
            options.tokenLimitField = .maxCompletionTokens
        }
        if let text = label.extraBody {
            guard let extra = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)), case .object = extra
            else {
                throw StageError(.badInput, "label.extra_body is not a JSON object")
            }
            options.extraBody = extra
        }
        self.options = options
        do {
            switch provider {
            case .gemini:
                let api = try GeminiAPI(options)
                (self.api, identity) = (api, api.identity)
            case .anthropic:
                let api = try AnthropicAPI(options)
                (self.api, identity) = (api, api.identity)
            case .openai, .scripted, .replay:
                let api = try OpenAIAPI(options)
                (self.api, identity) = (api, api.identity)
            }
        } catch {
            throw StageError(.usage, "\(error)")
        }
    }

    /// The key from the file or variable the config names, or else from the provider's usual variable. A server of
    /// one's own may need none.
    private static func key(_ label: Configuration.Label, standard: String, isNeeded: Bool) throws -> APIKey? {
        do {
            if let file = label.keyFile { return try APIKey(file: file) }
            if let name = label.keyEnv { return try APIKey(environmentVariable: name) }
            if isNeeded || ProcessInfo.processInfo.environment[standard]?.isEmpty == false {
                return try APIKey(environmentVariable: standard)
            }
            return nil
        } catch {
            throw StageError(.usage, "\(error)")
        }
    }
}
