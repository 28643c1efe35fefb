internal import Foundation
internal import Ground
internal import StageSupport

extension SlurmChain {
    /// Submits the chain. When a job is refused, those before it are cancelled: half a chain is of no use.
    ///
    /// - Returns: A line a job: its stage and number, with a tab between them; they are in `<out>/slurm/jobs` too.
    /// - Throws: ``StageError`` where there is no Slurm, a program is missing, or jobs of the last time are still in
    ///   the queue.
    package func submit() throws -> String {
        let slurm = out + "/slurm"
        let files = FileManager.default
        for program in ["ingest", "simulate", "label", "train", "evaluate", "report", "experiment"] {
            let path = "\(programs)/rgvlm-\(program)"
            guard files.isExecutableFile(atPath: path) else {
                throw StageError(.inputMissing, "\(path): there is no such program; make build")
            }
        }
        for folder in [slurm, out + "/logs"] { try Folder.make(folder) }
        let list = slurm + "/jobs"
        let running = try Self.stillQueued(list)
        guard running.isEmpty else {
            throw StageError(
                .usage,
                "jobs are still in the queue (\(running.joined(separator: " "))); wait for them, or scancel them"
            )
        }
        // What each job runs is settled now.
        let file = "\(slurm)/chain-\(UUID().uuidString.prefix(8)).json"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var ids: [Stage: String] = [:]
        do {
            try AtomicFile.write([UInt8](encoder.encode(self)), to: file)
            for stage in Stage.allCases {
                let words = ["sbatch"] + options(stage, after: ids)
                let answer = try SlurmTool.run(words, input: script(stage, chain: file))
                guard answer.code == 0, let id = answer.output.split(whereSeparator: { ";\n".contains($0) }).first
                else {
                    throw StageError(.unreachable, "sbatch refuses \(stage.rawValue): \(answer.errors)")
                }
                ids[stage] = String(id)
            }
            let text = Stage.allCases.map { "\($0.rawValue)\t\(ids[$0] ?? "")\n" }.joined()
            try AtomicFile.write(Array(text.utf8), to: list)
            return text
        } catch {
            if !ids.isEmpty { _ = try? SlurmTool.run(["scancel"] + ids.values.sorted()) }
            try? files.removeItem(atPath: file)
            throw error
        }
    }

    /// Jobs of a list that Slurm still has.
    private static func stillQueued(_ list: String) throws -> [String] {
        guard let text = try? String(contentsOfFile: list, encoding: .utf8) else { return [] }
        let ids = text.split(separator: "\n").compactMap { $0.split(separator: "\t").last }.joined(separator: ",")
        guard !ids.isEmpty else { return [] }
        return try SlurmTool.run(["squeue", "-h", "-o", "%i", "-j", ids]).output.split(whereSeparator: \.isWhitespace)
            .map(String.init)
    }
}

/// Slurm's programs.
enum SlurmTool {
    /// - Throws: ``StageError`` where there is no such program.
    static func run(_ words: [String], input: String = "") throws -> (code: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        let (stdin, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = output
        process.standardError = errors
        do {
            // It fits into the pipe, and somebody who does not read it does no harm then.
            try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try stdin.fileHandleForWriting.close()
            try process.run()
        } catch {
            throw StageError(.unreachable, "\(words[0]): cannot be started: \(error.localizedDescription)")
        }
        // Both are short: neither pipe fills up.
        let text = String(decoding: (try? output.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        let complaint = String(decoding: (try? errors.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus != 127 else {
            throw StageError(.unreachable, "no \(words[0]) here; this wants a machine that submits to Slurm")
        }
        return (process.terminationStatus, text, complaint.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
