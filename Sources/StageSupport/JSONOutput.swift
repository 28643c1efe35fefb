internal import Foundation

/// Prints `value` as JSON on stdout: sorted keys in snake_case, indented.
package func printJSON(_ value: some Encodable) throws {
    try writeToStandardOutput(try jsonText(value))
}

/// `value` as ``printJSON(_:)`` prints it.
package func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
