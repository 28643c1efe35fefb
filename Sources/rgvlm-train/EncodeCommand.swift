internal import ArgumentParser
internal import ExperimentStore
package import Features
internal import Ground
internal import StageSupport

struct EncodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Computes features of a dataset's frames with a fixed encoder.",
        discussion: """
            Encoders: resnet18 (ResNet-18 over the pictures, with torchvision's weights), featConv (ALFRED's own \
            feat_conv.pt), segmentation (an oracle: object classes as the simulator knows them, for generated data).

            The features go to <store>.<dataset>.<encoder>.features. A run that was stopped is continued by giving the \
            same command again. With --splits the records of other splits stay without features but take their space.
            """)

    @Option(help: "resnet18, featConv or segmentation.")
    var encoder: FeatureEncoder

    @Option(help: ArgumentHelp("ResNet-18's weights from torchvision.", valueName: "file.safetensors"))
    var weights: String?

    @Option(help: ArgumentHelp("The splits to encode, with commas (default: all).", valueName: "a,b"))
    var splits: String?

    @Option(help: ArgumentHelp("The dataset's name in the store (default: the only one).", valueName: "name"))
    var dataset: String?

    @Option(help: ArgumentHelp("Threads (default: one a core).", valueName: "number"))
    var threads: Int?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let configuration = try common.configuration()
            let options = try options()
            let store = try ExperimentStore(configuration.store, access: .read)
            let progress = common.progress("rgvlm-train")
            defer { progress.clear() }
            let encoding = try FeatureEncoding(store, options)
            progress.restart()
            let report = try await encoding.run(
                onProgress: { done, total in
                    progress.show(encoder.rawValue, done: done, of: total, unit: "frames")
                }, shouldStop: { interruption.hasCome })
            progress.clear()
            if common.json { try printJSON(report) } else { try writeToStandardOutput(report.text) }
            return report.wasInterrupted ? .interrupted : .done
        }
    }

    private func options() throws -> FeatureEncoding.Options {
        var options = FeatureEncoding.Options(encoder)
        options.dataset = dataset
        options.weights = weights
        if weights != nil, encoder != .resnet18 {
            throw StageError(.usage, "--weights: \(encoder.rawValue) has none")
        }
        options.splits = try splits.map { try NameList.parse($0, option: "--splits", example: "train,valid_seen") }
        if let threads {
            guard (1...1024).contains(threads) else {
                throw StageError(.usage, "--threads \(threads): expected 1 to 1024")
            }
            options.threads = threads
        }
        return options
    }
}

extension FeatureEncoder: ExpressibleByArgument {}
