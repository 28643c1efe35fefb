/// A recipe of `rgvlm-simulate grade`, as a file describes it.
package struct RecipeFile: ConfigurationSection {
    /// Part of the trials' names.
    package var name = ""
    /// Episodes of each trajectory.
    @Within(1...100) package var episodes = 6
    /// By behaviour its share of the episodes.
    package var shares = Shares()
    /// Share of the episodes that begin at a random place.
    @Within(0.0...1.0) package var randomStarts = 0.0

    /// All defaults.
    package init() {}

    /// Reads a file.
    ///
    /// - Throws: ``StageError`` for a file that is missing, and for a key or value that is not understood.
    package init(file: String) throws {
        self = try SectionDecoder.section(RecipeFile.self, try Given(file: file), standard: RecipeFile())
    }

    mutating func complete() throws(SectionProblem) {
        if name.isEmpty { throw SectionProblem("name", "is missing") }
        if shares.list.isEmpty { throw SectionProblem("shares", "is missing: behaviours and their shares") }
    }

    /// Numbers by name, in the file's order.
    package struct Shares: Setting, Decodable, Sendable, Equatable {
        /// A name and its number.
        package struct Share: Decodable, Sendable, Equatable {
            package var name: String
            package var share: Double
        }

        package var list: [Share] = []

        static func read(_ given: Given, standard: Shares?) throws -> Shares {
            guard case .section(let members) = given.content else {
                throw given.isNot("a section of behaviours and their shares")
            }
            return Shares(
                list: try members.map { Share(name: $0.key, share: try Double.read($0.value, standard: nil)) })
        }
    }
}
