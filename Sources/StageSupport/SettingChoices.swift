/// Values to try for some keys, in the order of the file: `{learning.temperature: [2, 5], reward.generated: [0.1]}`, or
/// in sections.
package struct SettingChoices: Setting, Decodable, Sendable, Equatable {
    /// A key and its values.
    package struct Choices: Sendable, Equatable {
        /// As in `learning.temperature`.
        package var key: String
        /// As in the file.
        package var values: [String]
    }

    /// In the order of the file.
    package private(set) var choices: [Choices] = []

    /// Nothing to try.
    package init() {}

    /// Not asked for: the configuration reads settings from its own tree.
    package init(from decoder: any Decoder) throws {}

    static func read(_ given: Given, standard: Self?) throws -> Self {
        var read = Self()
        try read.add(given, below: "")
        return read
    }

    private mutating func add(_ given: Given, below key: String) throws {
        guard case .section(let members) = given.content else {
            let values = given.items?.compactMap(\.text) ?? []
            guard !key.isEmpty, !values.isEmpty, values.count == given.items?.count else {
                throw given.isNot("a list of values to try")
            }
            choices.append(Choices(key: key, values: values))
            return
        }
        for (name, value) in members { try add(value, below: key.isEmpty ? name : "\(key).\(name)") }
    }

    /// All combinations, as settings for `--set`; the last key's value changes first.
    ///
    /// - Parameter section: That the keys are in.
    package func combinations(in section: String) -> [[String]] {
        choices.reduce([[]]) { all, choice in
            all.flatMap { one in choice.values.map { one + ["\(section).\(choice.key)=\($0)"] } }
        }
    }
}
