package import Episodes
internal import Ground

/// Which episodes are made of each trajectory: how many, and by whom.
package struct GradeRecipe: Sendable, Equatable {
    /// The recipe's name: part of the trials' names.
    package let name: String
    /// Episodes of each trajectory.
    package let episodes: Int
    /// Positive, in the order of ``Behaviour``'s cases; they sum to 1.
    package let shares: [Share]
    /// Share of the episodes that begin at a random place in the room, whoever acts.
    package let randomStarts: Double

    /// A behaviour's share of the episodes.
    package struct Share: Sendable, Equatable {
        package var behaviour: Behaviour
        package var share: Double
    }

    /// What is wrong with a recipe.
    package struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        package var description: String
    }

    /// How far from 1 shares may add up to: they are written with a few digits.
    static let tolerance = 0.005
    /// Trials are numbered with two digits.
    static let episodeLimit = 100

    /// A recipe as a file describes it.
    ///
    /// - Throws: ``Problem`` for behaviours that are not known or given twice, shares that are negative or do not add
    ///   up to 1, and a name that cannot be part of a folder's.
    package init(
        name: String, episodes: Int, shares: [(name: String, share: Double)], randomStarts: Double = 0
    ) throws(Problem) {
        func fail(_ reason: String) -> Problem { Problem(description: "recipe \(name): \(reason)") }
        guard name.wholeMatch(of: /[A-Za-z0-9-]{1,40}/) != nil else {
            throw Problem(description: "the recipe's name \"\(name)\": use up to 40 letters, digits and '-'")
        }
        guard (1...Self.episodeLimit).contains(episodes) else {
            throw fail("episodes is \(episodes); expected 1 to \(Self.episodeLimit)")
        }
        guard (0...1).contains(randomStarts) else { throw fail("random_starts is \(randomStarts); expected 0 to 1") }
        var found: [Behaviour: Double] = [:]
        for (name, share) in shares {
            let behaviour: Behaviour
            do throws(Behaviour.UnknownName) { behaviour = try Behaviour(named: name) } catch {
                throw fail(error.description)
            }
            guard behaviour != .random else {
                throw fail("\"random\" is asked for nothing; did you mean \"aimless\"?")
            }
            guard share.isFinite, share >= 0 else { throw fail("the share of \(name) is \(share); expected 0 to 1") }
            guard found.updateValue(share, forKey: behaviour) == nil else { throw fail("\(name) is given twice") }
        }
        let sum = found.values.sorted().reduce(0, +)
        guard abs(sum - 1) <= Self.tolerance else {
            throw fail("the shares add up to \((sum * 1000).rounded() / 1000), not to 1")
        }
        self.init(
            name, episodes, Behaviour.allCases.compactMap { kind in found[kind].map { (kind, $0 / sum) } },
            randomStarts: randomStarts)
    }

    private init(
        _ name: String, _ episodes: Int, _ shares: [(Behaviour, Double)], randomStarts: Double = 0
    ) {
        self.name = name
        self.episodes = episodes
        self.shares = shares.filter { $0.1 > 0 }.map { Share(behaviour: $0.0, share: $0.1) }
        self.randomStarts = randomStarts
    }

    private init(_ name: String, counts: [(Behaviour, Int)]) {
        let sum = counts.reduce(0) { $0 + $1.1 }
        self.init(name, sum, counts.map { ($0.0, Double($0.1) / Double(sum)) })
    }

    /// Recipes that go by a name alone.
    package static let known: [GradeRecipe] = [
        GradeRecipe(
            "graded",
            counts: [(.expert, 1), (.noisy, 1), (.detour, 1), (.wrongObject, 1), (.partial, 1), (.aimless, 1)]),
        GradeRecipe("hard", counts: [(.noisy, 1), (.wrongObject, 1), (.partial, 2), (.aimless, 2)]),
        GradeRecipe("branches", counts: [(.expert, 1), (.branch, 4), (.recovery, 1)]),
        GradeRecipe("starts", counts: [(.start, 4)]),
    ]

    /// One of ``known``.
    package static func named(_ name: String) -> GradeRecipe? { known.first { $0.name == name } }

    /// For people, and for the record of what a folder was made with.
    package var text: String {
        let parts = shares.map { "\($0.behaviour.rawValue) \(($0.share * 10_000).rounded() / 10_000)" }
        return "\(name): \(episodes) episodes, \(parts.joined(separator: ", "))"
            + (randomStarts > 0 ? "; \(randomStarts) from random places" : "")
    }

    /// Who acts in the episodes of one trajectory: so many of each as the shares say; what is left over goes by chance,
    /// in proportion.
    func behaviours(_ random: inout SeededGenerator) -> [Behaviour] {
        let exact = shares.map { $0.share * Double(episodes) }
        var counts = exact.map { Int(($0 + 1e-6).rounded(.down)) }
        let rests = zip(exact, counts).map { max(0, $0 - Double($1)) }
        let left = episodes - counts.reduce(0, +)
        if left > 0 {
            // Systematic sampling: each gets its rest on average, none more than one.
            let scale = Double(left) / max(rests.reduce(0, +), 1e-9)
            let offset = random.fraction()
            var (sum, taken) = (0.0, 0)
            for index in rests.indices {
                sum += rests[index] * scale
                let reached = index == rests.indices.last ? left : min(left, Int((sum - offset).rounded(.down)) + 1)
                counts[index] += max(0, reached - taken)
                taken = max(taken, reached)
            }
        }
        return zip(shares, counts).flatMap { share, count in
            [Behaviour](repeating: share.behaviour, count: count)
        }
    }
}
