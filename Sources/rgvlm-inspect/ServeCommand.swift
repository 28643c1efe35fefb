import ArgumentParser
internal import ExperimentStore
internal import Ground
internal import StageSupport
internal import Viewer

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Shows the store in a browser, and sets flags.",
        discussion: """
            Listens on 127.0.0.1 only; from another machine, use a tunnel: ssh -L 8080:127.0.0.1:8080 HOST. What is \
            shown comes from the store and the frame store beside it, nothing from elsewhere. Flagged episodes and \
            steps are left out of training. Ctrl-C ends it.
            """)

    /// Whether to start a browser.
    enum Choice: String, CaseIterable, ExpressibleByArgument {
        case yes, no
    }

    @Option(help: ArgumentHelp("Port; 0 takes any free one.", valueName: "number"))
    var port = 8080

    @Option(help: ArgumentHelp("Whether to open the page in a browser.", valueName: "yes|no"))
    var open = Choice.no

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port \(port): expected 0 to 65535.") }
    }

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let path = try common.configuration().store
            let server = try ViewerServer(store: path, port: port)
            let watcher = Task {
                while !interruption.hasCome, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
                server.stop()
            }
            defer { watcher.cancel() }
            let isTold = common.logLevel <= .info && !common.quiet
            do {
                try await server.run { [isJSON = common.json, open] port in
                    let address = "http://\(ViewerServer.host):\(port)/"
                    try? writeToStandardOutput(isJSON ? "{\"url\": \"\(address)\"}\n" : address + "\n")
                    if isTold { writeToStandardError("serving \(TextTable.printable(path)); Ctrl-C ends it\n") }
                    guard open == .yes else { return }
                    do { try Browser.open(address) } catch {
                        writeToStandardError("no browser was started (\(Browser.program)); open \(address)\n")
                    }
                }
            } catch let error as ViewerError {
                throw StageError(.cannotWrite, "\(error); choose another with --port, or any free one with --port 0")
            }
            return .done
        }
    }
}
