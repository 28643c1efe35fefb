import ArgumentParser
internal import RewardLabeling
internal import StageSupport

/// What is labelled and who is asked; each option also has a key in the config's section `label`.
struct LabelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Name of the label run (default: the model's).", valueName: "name"))
    var run: String?

    @Option(help: ArgumentHelp("The dataset in the store (default: the only one).", valueName: "name"))
    var dataset: String?

    @Option(help: ArgumentHelp("The splits to label, with commas (default: all).", valueName: "a,b"))
    var splits: String?

    @Option(
        help: ArgumentHelp(
            "scripted, openai (and servers like it), gemini, anthropic or replay (default: scripted).",
            valueName: "name"))
    var provider: String?

    @Option(help: ArgumentHelp("The model's name.", valueName: "name"))
    var model: String?

    @Option(
        name: .customLong("base-url"),
        help: ArgumentHelp("The server, as in http://localhost:8000/v1 (default: the provider's).", valueName: "url"))
    var baseURL: String?

    @Option(
        help: ArgumentHelp("Label the whole task or each instruction (default: task).", valueName: "task|instruction"))
    var unit: String?

    @Option(help: ArgumentHelp("Label this many spans, spread over the dataset (default: all).", valueName: "spans"))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "Show this many spans as each of the four controls too (default: 20).", valueName: "spans"))
    var controls: Int?

    @Option(help: ArgumentHelp("Label one part of many, as in 2/8; see merge.", valueName: "i/n"))
    var shard: String?
}

extension LabelOptions {
    var overrides: [Configuration.Override] {
        [
            .init("--run", "label.run", run), .init("--dataset", "label.dataset", dataset),
            .init("--splits", "label.splits", splits), .init("--provider", "label.provider", provider),
            .init("--model", "label.model", model), .init("--base-url", "label.base_url", baseURL),
            .init("--unit", "label.unit", unit), .init("--limit", "label.limit", limit),
            .init("--controls", "label.controls", controls),
        ]
    }
}

/// How fast and for how much.
struct PaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Calls in flight at most; fewer when the server is busy (default: 32).", valueName: "calls"))
    var concurrency: Int?

    @Option(help: ArgumentHelp("Dollars the run may cost in all.", valueName: "dollars"))
    var budget: Double?
}

extension PaceOptions {
    var overrides: [Configuration.Override] {
        [.init("--concurrency", "label.concurrency", concurrency), .init("--budget", "label.budget", budget)]
    }
}
