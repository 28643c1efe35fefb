import Foundation
import TestSupport
import Testing

private let simulate = Executable("rgvlm-simulate")
private let ingest = Executable("rgvlm-ingest")
private let inspect = Executable("rgvlm-inspect")

/// `rgvlm-simulate grade` from its options to a store.
@Suite(.serialized) struct GradeTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let made = try simulate.run(
            ["generate", "--size", "16", "--scenes", "2", "--episodes", "3", "--mix", "expert", "--out", "g"],
            in: folder)
        #expect(made.status == 0, "\(made)")
    }

    private func grade(_ options: String...) throws -> Executable.Result {
        try simulate.run(["grade", "--root", "g", "--out", "out"] + options, in: folder)
    }

    @Test func fromTrajectoriesToAStore() throws {
        let result = try grade("--recipe", "graded", "--json")
        #expect(result.status == 0, "\(result)")
        #expect(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) is [String: Any])
        let again = try grade("--recipe", "graded")
        #expect(again.status == 0, "\(again)")
        for word in ["expert", "noisy", "detour", "partial", "aimless"] { #expect(again.output.contains(word)) }
        let other = try grade("--recipe", "hard")
        #expect(other.status == 64, "\(other)")

        let read = try ingest.run(["alfred", "--strict", "--root", "out", "--store", "x.sqlite"], in: folder)
        #expect(read.status == 0, "\(read)")
        #expect(try inspect.run(["verify", "--store", "x.sqlite"], in: folder).status == 0)
        let list = ["instructions", "--store", "x.sqlite", "--limit", "0", "--json"]
        func total(_ more: [String]) throws -> Int {
            let result = try inspect.run(list + more, in: folder)
            #expect(result.status == 0, "\(result)")
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            return try #require(object?["total"] as? Int)
        }
        let (all, experts, failures) = (
            try total([]), try total(["--behaviour", "expert"]), try total(["--behaviour", "aimless,partial"])
        )
        #expect(experts > 0 && failures > 0 && experts + failures < all)
        let wrong = try inspect.run(list + ["--behaviour", "expret"], in: folder)
        #expect(wrong.status != 0 && wrong.errors.contains("did you mean \"expert\""), "\(wrong)")
    }

    @Test func recipesAreFilesToo() throws {
        let recipe = """
            name: mine
            episodes: 2
            shares: {expert: 0.5, aimless: 0.5}
            """
        try Data(recipe.utf8).write(to: URL(fileURLWithPath: folder("r.yaml")))
        let result = try grade("--recipe", "r.yaml")
        #expect(result.status == 0 && result.output.contains("aimless"), "\(result)")
    }

    @Test(arguments: [
        ("shares: {expert: 0.5}", "add up to 0.5"), ("shares: {expret: 1}", "did you mean \"expert\""),
        ("shares: {expert: 1.2, noisy: -0.2}", "noisy"), ("shares: 3", "shares"), ("episodes: 0", "episodes"),
        ("shares: {expert: 1}\nepisode: 3", "did you mean \"episodes\""), ("", "shares"),
    ])
    func badRecipesAreRefused(_ text: String, _ words: String) throws {
        try Data("name: x\n\(text)\n".utf8).write(to: URL(fileURLWithPath: folder("r.yaml")))
        let result = try grade("--recipe", "r.yaml")
        #expect((64...66).contains(result.status) && result.errors.contains(words), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: folder("out/data")))
    }

    @Test func badOptionsAreRefused() throws {
        for (options, status, words) in [
            (["--recipe", "gradde"], 64, "graded"), (["--recipe", "none.yaml"], 66, "none.yaml"),
            (["--split", "tests"], 66, "has no split tests"), (["--size", "8"], 64, "16 to 1024"),
            (["--limit", "0"], 64, "1 or more"), (["--root", "nowhere"], 66, "nowhere"),
        ] {
            let result = try simulate.run(["grade", "--root", "g", "--out", "out"] + options, in: folder)
            #expect(result.status == Int32(status) && result.errors.contains(words), "\(options): \(result)")
        }
    }
}
