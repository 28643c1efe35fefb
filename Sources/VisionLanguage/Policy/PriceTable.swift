/// What models cost, by their names.
package struct PriceTable: Sendable, Equatable {
    /// What one model, or all of a family, costs.
    package struct Entry: Sendable, Equatable, Decodable {
        /// As in ``ModelIdentity``; nil for any.
        package var provider: String?
        /// A model's name, or the beginning of one and `*`.
        package var model: String
        /// Dollars per million tokens.
        package var input, output: Double
        /// Of input that came from the provider's cache; nil for the price of other input.
        package var cachedInput: Double?
        /// What a batch costs in relation to single calls; nil for one half.
        package var batchFactor: Double?
        /// For estimates; nil where it is not known.
        package var tokensPerPicture: PictureTokens?

        private enum CodingKeys: String, CodingKey {
            case provider, model, input, output
            case cachedInput = "cached_input"
            case batchFactor = "batch_factor"
            case tokensPerPicture = "tokens_per_picture"
        }

        /// A price by its parts.
        package init(
            provider: String? = nil, model: String, input: Double, output: Double, cachedInput: Double? = nil,
            batchFactor: Double? = nil, tokensPerPicture: PictureTokens? = nil
        ) {
            self.provider = provider
            self.model = model
            self.input = input
            self.output = output
            self.cachedInput = cachedInput
            self.batchFactor = batchFactor
            self.tokensPerPicture = tokensPerPicture
        }

        /// In nanodollars, rounded up.
        package func cost(_ usage: TokenUsage, isBatch: Bool = false) -> Int64 {
            let prompt = Self.count(usage.prompt)
            let cached = min(Self.count(usage.cached), prompt)
            let factor = isBatch ? Self.scaled(min(batchFactor ?? 0.5, 1000), by: 1e6) : 1_000_000
            let total =
                (prompt - cached) * Self.scaled(input, by: 1e9) + cached * Self.scaled(cachedInput ?? input, by: 1e9)
                + Self.count(usage.completion) * Self.scaled(output, by: 1e9)
            return Int64(clamping: (total * factor + 999_999_999_999) / 1_000_000_000_000)
        }

        /// Bounds of tokens and prices keep their products within 128 bits.
        private static func count(_ tokens: Int) -> Int128 { Int128(min(max(0, tokens), 1_000_000_000_000)) }

        private static func scaled(_ value: Double, by scale: Double) -> Int128 {
            value > 0 ? Int128((min(value, 1e6) * scale).rounded()) : 0
        }

        fileprivate func matches(_ identity: ModelIdentity) -> Bool {
            guard provider == nil || provider == identity.provider else { return false }
            return model.hasSuffix("*") ? identity.model.hasPrefix(model.dropLast()) : identity.model == model
        }

        /// Exact names before patterns, long ones before short ones, a provider's before anyone's.
        fileprivate var rank: (Int, Int, Int) {
            (model.hasSuffix("*") ? 0 : 1, model.count, provider == nil ? 0 : 1)
        }
    }

    /// Later ones count before equal earlier ones.
    package var entries: [Entry]

    /// A table of these entries.
    package init(entries: [Entry]) { self.entries = entries }

    /// The price of a model, nil where the table has none. Among equal entries the later one counts.
    package func entry(for identity: ModelIdentity) -> Entry? {
        entries.filter { $0.matches(identity) }.reduce(nil) { best, entry in
            guard let best else { return entry }
            return entry.rank >= best.rank ? entry : best
        }
    }
}

/// How many tokens a picture counts.
package enum PictureTokens: Sendable, Equatable {
    /// The same for every picture.
    case fixed(Int)
    /// So many pixels make a token.
    case pixelsPerToken(Int)
    /// A token for each patch of so many pixels a side, patches at the edges included.
    case patchSide(Int)

    /// Of a picture of this size in pixels.
    package func count(width: Int, height: Int) -> Int {
        let (width, height) = (max(0, width), max(0, height))
        switch self {
        case .fixed(let count): return max(0, count)
        case .pixelsPerToken(let pixels): return Self.divided(width * height, max(1, pixels))
        case .patchSide(let side): return Self.divided(width, max(1, side)) * Self.divided(height, max(1, side))
        }
    }

    private static func divided(_ a: Int, _ b: Int) -> Int { a / b + (a % b > 0 ? 1 : 0) }
}

/// One of `fixed: 258`, `pixelsPerToken: 750`, `patchSide: 28`.
extension PictureTokens: Decodable {
    private enum Rule: String, CodingKey, CaseIterable {
        case fixed, pixelsPerToken, patchSide
    }

    /// - Throws: `DecodingError` for no rule, several, and a number below 1.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Rule.self)
        guard container.allKeys.count == 1, let rule = container.allKeys.first else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "one of fixed, pixelsPerToken and patchSide is expected"))
        }
        let value = try container.decode(Int.self, forKey: rule)
        guard value > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: rule, in: container, debugDescription: "a number above 0 is expected")
        }
        self =
            switch rule {
            case .fixed: .fixed(value)
            case .pixelsPerToken: .pixelsPerToken(value)
            case .patchSide: .patchSide(value)
            }
    }
}

extension PriceTable {
    /// List prices of single calls as they were in the course of 2025, pictures of 300x300 pixels. Check before you
    /// rely on it: prices and names change, and long prompts may cost more.
    package static let builtIn = PriceTable(entries: [
        Entry(
            provider: "openai", model: "gpt-4o*", input: 2.5, output: 10, cachedInput: 1.25,
            tokensPerPicture: .fixed(255)),
        Entry(
            provider: "openai", model: "gpt-4o-mini*", input: 0.15, output: 0.6, cachedInput: 0.075,
            tokensPerPicture: .fixed(8500)),
        Entry(
            provider: "openai", model: "gpt-4.1*", input: 2, output: 8, cachedInput: 0.5,
            tokensPerPicture: .fixed(255)),
        Entry(
            provider: "openai", model: "gpt-4.1-mini*", input: 0.4, output: 1.6, cachedInput: 0.1,
            tokensPerPicture: .fixed(162)),
        Entry(
            provider: "gemini", model: "gemini-2.5-pro*", input: 1.25, output: 10, cachedInput: 0.125,
            tokensPerPicture: .fixed(258)),
        Entry(
            provider: "gemini", model: "gemini-2.5-flash*", input: 0.3, output: 2.5, cachedInput: 0.03,
            tokensPerPicture: .fixed(258)),
        Entry(
            provider: "gemini", model: "gemini-2.5-flash-lite*", input: 0.1, output: 0.4, cachedInput: 0.01,
            tokensPerPicture: .fixed(258)),
        Entry(
            provider: "anthropic", model: "claude-sonnet-4*", input: 3, output: 15, cachedInput: 0.3,
            tokensPerPicture: .pixelsPerToken(750)),
        Entry(
            provider: "anthropic", model: "claude-haiku-4*", input: 1, output: 5, cachedInput: 0.1,
            tokensPerPicture: .pixelsPerToken(750)),
    ])
}
