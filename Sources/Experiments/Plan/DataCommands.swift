internal import StageSupport

/// The commands that make an experiment's data and read them into the store, for the driver and for Slurm's jobs.
struct DataCommands: Codable, Sendable, Equatable {
    /// A program of the package and its arguments.
    struct Command: Codable, Sendable, Equatable {
        var program: String
        var arguments: [String]
    }

    /// Where no release is given, the first makes one.
    var make: [Command] = []
    /// Afterwards, in this order.
    var ingest: [Command] = []

    /// - Parameters:
    ///   - root: The release; nil where data are generated in `<out>/data`.
    ///   - out: The experiment's folder.
    init(_ grade: Configuration.Grade?, root: String?, out: String) {
        let source = root ?? out + "/data"
        if root == nil { make.append(Command(program: "rgvlm-simulate", arguments: ["generate", "--out", source])) }
        let isReplaced = grade.map { $0.dataset == nil } ?? false
        if !isReplaced { ingest.append(Command(program: "rgvlm-ingest", arguments: ["alfred", "--root", source])) }
        guard let grade else { return }
        let graded = out + "/graded"
        make.append(
            Command(
                program: "rgvlm-simulate",
                arguments: [
                    "grade", "--root", source, "--split", grade.split, "--recipe", grade.recipe, "--out", graded,
                ] + (grade.limit.map { ["--limit", String($0)] } ?? [])
                    + (grade.include.map { ["--include", $0] } ?? [])
                    + (grade.size.map { ["--size", String($0)] } ?? [])))
        // The choice among the release's trajectories has been made.
        let all = ["splits", "limit", "include"].flatMap { ["--set", "ingest.\($0)=null"] }
        ingest.append(
            Command(
                program: "rgvlm-ingest",
                arguments: ["alfred", "--root", graded] + (grade.dataset.map { ["--dataset", $0] } ?? []) + all))
    }
}
