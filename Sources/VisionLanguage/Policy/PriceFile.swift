internal import Foundation
package import Ground
internal import Yams

/// Why a user's price table cannot be used.
package struct PriceFileError: ExitCoded, Equatable {
    /// The input is missing or bad.
    package var exit: StageExit
    /// The file, the row, and what is wrong there.
    package var description: String
}

extension PriceTable {
    /// The built-in prices and before them those of a YAML file, as in `Pipelines/prices.yaml`.
    ///
    /// - Parameter file: Nil for the built-in ones alone.
    package init(file: String?) throws(PriceFileError) {
        self = .builtIn
        guard let file else { return }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw PriceFileError(exit: .inputMissing, description: "\(file): there is no such price table")
        }
        let rows: [Entry]
        do {
            rows = try YAMLDecoder().decode([Entry].self, from: data)
        } catch let error as DecodingError {
            throw PriceFileError(exit: .badInput, description: "\(file): is not a price table: \(Self.text(error))")
        } catch {
            throw PriceFileError(exit: .badInput, description: "\(file): not YAML: \(error)")
        }
        for row in rows {
            let numbers = [row.input, row.output, row.cachedInput ?? 0, row.batchFactor ?? 0]
            guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
                throw PriceFileError(
                    exit: .badInput, description: "\(file): a price of \(row.model) is not a number of 0 or more")
            }
        }
        entries += rows
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
