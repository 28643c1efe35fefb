package import Episodes
internal import Foundation
package import GRDB

/// A column holds a mix as JSON.
extension RewardMix: DatabaseValueConvertible {
    /// Members in the order of their names, so that equal mixes are equal texts. Nil for weights that are no numbers.
    package var json: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }

    package var databaseValue: DatabaseValue { json.databaseValue }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> RewardMix? {
        String.fromDatabaseValue(value).flatMap {
            try? JSONDecoder().decode(RewardMix.self, from: Data($0.utf8))
        }
    }
}
