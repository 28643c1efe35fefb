internal import Foundation
package import VisionLanguage
internal import Yams

/// A user's price table, as in `Pipelines/prices.yaml`.
package enum PriceFile {
    private struct Row: Decodable {
        var provider: String?
        var model: String
        var input: Double
        var output: Double
        var cachedInput: Double?
        var batchFactor: Double?
        var tokensPerPicture: PictureTokens?

        enum CodingKeys: String, CodingKey {
            case provider, model, input, output
            case cachedInput = "cached_input"
            case batchFactor = "batch_factor"
            case tokensPerPicture = "tokens_per_picture"
        }
    }

    /// Rows that come before the built-in ones.
    ///
    /// - Throws: ``StageError`` for a file that is missing or no such table.
    package static func read(_ path: String) throws -> PriceTable {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw StageError(.inputMissing, "\(path): there is no such price table")
        }
        do {
            let rows = try YAMLDecoder().decode([Row].self, from: data)
            for row in rows {
                let numbers = [row.input, row.output, row.cachedInput ?? 0, row.batchFactor ?? 0]
                guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
                    throw StageError(.badInput, "\(path): a price of \(row.model) is not a number of 0 or more")
                }
            }
            return PriceTable(
                entries: rows.map {
                    PriceTable.Entry(
                        provider: $0.provider, model: $0.model, input: $0.input, output: $0.output,
                        cachedInput: $0.cachedInput, batchFactor: $0.batchFactor, tokensPerPicture: $0.tokensPerPicture)
                })
        } catch let error as DecodingError {
            throw StageError(.badInput, "\(path): is not a price table: \(Self.text(error))")
        } catch let error as YamlError {
            throw StageError(.badInput, "\(path): not YAML: \(error)")
        }
    }

    private static func text(_ error: DecodingError) -> String {
        let context: DecodingError.Context
        switch error {
        case .keyNotFound(let key, let found):
            return "row \(found.codingPath.first?.intValue.map { $0 + 1 } ?? 0) has no \(key.stringValue)"
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "\(error)"
        }
        let place = context.codingPath.map { $0.intValue.map { "row \($0 + 1)" } ?? $0.stringValue }
        return (place + [context.debugDescription]).joined(separator: ": ")
    }
}
