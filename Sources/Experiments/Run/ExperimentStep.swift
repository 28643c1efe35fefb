internal import Ground
internal import StageSupport

/// A part of an experiment that can be asked for by itself. They are taken in this order.
package enum ExperimentStep: String, CaseIterable, Sendable {
    case data, ingest, label, lint, check, tune, train, evaluate, references, report

    /// The steps named in a text, with commas or spaces between them; all for nil.
    ///
    /// - Throws: ``StageError`` with the code of usage for another name, and for none at all.
    package static func parse(_ text: String?) throws -> Set<ExperimentStep> {
        guard let text else { return Set(allCases) }
        let names = text.split { $0 == "," || $0.isWhitespace }.map(String.init)
        let all = allCases.map(\.rawValue).joined(separator: ",")
        guard !names.isEmpty else { throw StageError(.usage, "--steps: names none; expected some of \(all)") }
        return Set(
            try names.map { name in
                guard let step = ExperimentStep(rawValue: name) else {
                    throw StageError(.usage, "--steps: \(name) is none of \(all)")
                }
                return step
            })
    }
}
