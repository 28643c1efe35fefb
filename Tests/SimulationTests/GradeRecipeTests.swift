import Episodes
import Ground
import Testing

@testable import Simulation

@Suite struct GradeRecipeTests {
    private func counts(_ recipe: GradeRecipe, seed: UInt64 = 1) -> [Behaviour: Int] {
        var random = SeededGenerator(seed)
        return recipe.behaviours(&random).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    @Test func knownRecipesAreWhatTheirNamesPromise() throws {
        let wanted: [String: [Behaviour: Int]] = [
            "graded": [.expert: 1, .noisy: 1, .detour: 1, .wrongObject: 1, .partial: 1, .aimless: 1],
            "hard": [.noisy: 1, .wrongObject: 1, .partial: 2, .aimless: 2],
            "branches": [.expert: 1, .branch: 4, .recovery: 1], "starts": [.start: 4],
        ]
        #expect(Set(GradeRecipe.known.map(\.name)) == Set(wanted.keys))
        for (name, behaviours) in wanted {
            let recipe = try #require(GradeRecipe.named(name))
            #expect(recipe.episodes == behaviours.values.reduce(0, +))
            for seed in 0..<20 { #expect(counts(recipe, seed: UInt64(seed)) == behaviours, "\(name)") }
        }
        #expect(GradeRecipe.named("grade") == nil)
    }

    /// Whole episodes come as the shares say, what is left over by chance and in proportion, never more than one each.
    @Test func sharesBecomeEpisodes() throws {
        var random = SeededGenerator(9)
        for _ in 0..<200 {
            let kinds: [Behaviour] = [.expert, .noisy, .detour, .partial, .aimless, .branch]
            let weights = kinds.map { _ in random.fraction() }
            let sum = weights.reduce(0, +)
            let episodes = random.int(1...30)
            let recipe = try GradeRecipe(
                name: "x", episodes: episodes, shares: zip(kinds, weights).map { ($0.rawValue, $1 / sum) })
            let found = recipe.behaviours(&random)
            #expect(found.count == episodes)
            for share in recipe.shares {
                let exact = share.share * Double(episodes)
                let count = Double(found.count { $0 == share.behaviour })
                #expect(count >= exact.rounded(.down) - 1e-6 && count <= exact.rounded(.up) + 1e-6)
            }
        }
        let halves = try GradeRecipe(name: "x", episodes: 1, shares: [("expert", 0.25), ("noisy", 0.75)])
        let experts = (0..<2000).count { counts(halves, seed: UInt64($0))[.expert] == 1 }
        #expect((430...570).contains(experts), "\(experts)")
    }

    private struct Wrong: Sendable {
        var shares: [(name: String, share: Double)]
        var words: String
        var name = "x"
        var episodes = 6
        var starts = 0.0
    }

    private static let wrong: [Wrong] = [
        Wrong(shares: [("expret", 1)], words: "did you mean \"expert\""),
        Wrong(shares: [("expert", 0.5)], words: "add up to 0.5"),
        Wrong(shares: [("expert", 0.7), ("noisy", 0.6)], words: "add up to 1.3"),
        Wrong(shares: [("expert", 1.5), ("noisy", -0.5)], words: "the share of noisy is -0.5"),
        Wrong(shares: [("expert", 0.5), ("expert", 0.5)], words: "given twice"),
        Wrong(shares: [("random", 1)], words: "aimless"),
        Wrong(shares: [("expert", .nan)], words: "the share of expert"),
        Wrong(shares: [("expert", 1)], words: "episodes is 0", episodes: 0),
        Wrong(shares: [("expert", 1)], words: "expected 1 to 100", episodes: 101),
        Wrong(shares: [("expert", 1)], words: "random_starts is 1.5", starts: 1.5),
        Wrong(shares: [("expert", 1)], words: "recipe's name", name: ""),
        Wrong(shares: [("expert", 1)], words: "recipe's name", name: "../x"),
        Wrong(shares: [], words: "add up to 0.0"),
    ]

    @Test func whatIsWrongIsNamed() {
        for wrong in Self.wrong {
            let problem = #expect(throws: GradeRecipe.Problem.self) {
                try GradeRecipe(
                    name: wrong.name, episodes: wrong.episodes, shares: wrong.shares, randomStarts: wrong.starts)
            }
            #expect(problem?.description.contains(wrong.words) == true, "\(problem?.description ?? "")")
        }
    }
}
