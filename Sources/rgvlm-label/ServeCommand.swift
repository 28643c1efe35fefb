import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import LabelServer
internal import RewardLabeling
internal import ScriptedAnnotator
internal import StageSupport
internal import VisionLanguage

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the scripted annotator as OpenAI chat completions, with faults on schedule.",
        discussion: """
            For tests and for trying things out: rgvlm-label run --provider openai --base-url http://127.0.0.1:PORT/v1 \
            asks it. It finds the question in the store by the header X-Client-Request-Id, so both need the same \
            store.

            Faults: 429, 429-after, 429-after-ms, quota, 500, 503, slow, cut, garbage, refusal, truncation, each with \
            a share, as in 429-after:0.05@2s,500:0.05,cut:0.03; also latency:200ms and first:3=500.
            """)

    @Option(help: ArgumentHelp("Address to listen on; others than loopback need --open.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("Port; 0 takes any free one.", valueName: "number"))
    var port = 8089

    @Flag(help: "Allow an address that other machines can reach.")
    var open = false

    @Option(help: ArgumentHelp("Faults and their shares.", valueName: "fault:share,..."))
    var faults: String = ""

    @Option(help: ArgumentHelp("Answer more requests a minute with 429.", valueName: "number"))
    var requestsPerMinute: Int?

    @Option(help: ArgumentHelp("File to which each billed call is appended as JSON.", valueName: "file"))
    var ledger: String?

    @Option(help: ArgumentHelp("Environment variable with the key to ask for (default: none).", valueName: "name"))
    var keyEnv: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port \(port): expected 0 to 65535.") }
        if let requestsPerMinute, requestsPerMinute < 1 {
            throw ValidationError("--requests-per-minute \(requestsPerMinute): expected 1 or more.")
        }
    }

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let configuration = try common.configuration()
            let annotator = try AnnotatorSettings(configuration.label.annotator, seed: configuration.seed)
            let store = try ExperimentStore(configuration.store, access: .read)
            let resolver = ScriptedResolver(store)
            let model = ScriptedModel(annotator, resolve: { try resolver.query($0) }, truths: TruthLibrary())
            let server = try server(model, seed: configuration.seed)
            let watcher = Task {
                while !interruption.hasCome, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
                server.stop()
            }
            defer { watcher.cancel() }
            do {
                let isTold = common.logLevel <= .info && !common.quiet
                try await server.run { [host] port in
                    guard isTold else { return }
                    let name = host.contains(":") ? "[\(host)]" : host
                    writeToStandardError(
                        "serving \(model.identity.model) at http://\(name):\(port)/v1; counts at /stats; Ctrl-C stops\n"
                    )
                }
            } catch let error as LabelServerError {
                throw StageError(.cannotWrite, error.message)
            }
            if common.json {
                try writeToStandardOutput(server.ledger.totalsJSON + "\n")
            }
            return interruption.hasCome ? .interrupted : .done
        }
    }

    private func server(_ model: ScriptedModel, seed: UInt64) throws -> LabelServer {
        var configuration = LabelServer.Configuration(host: host, port: port, isOpenToOthers: open)
        configuration.requestsPerMinute = requestsPerMinute
        configuration.ledgerFile = ledger
        do {
            configuration.plan = try FaultPlan(faults, seed: seed)
        } catch {
            throw StageError(.usage, "--faults: \(error.message)")
        }
        if let keyEnv {
            guard let key = ProcessInfo.processInfo.environment[keyEnv], !key.isEmpty else {
                throw StageError(.usage, "the environment variable \(keyEnv) is not set")
            }
            configuration.keys = APIKeys([key])
        }
        do {
            return try LabelServer(configuration, model: model)
        } catch {
            throw StageError(.usage, error.message)
        }
    }
}
