internal import Foundation

/// Prints `value` as JSON on stdout: sorted keys in snake_case, indented.
public func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try writeToStandardOutput(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
}
