internal import Ground

extension FeatureEncoding.Report {
    /// What was computed, how fast, and where it is.
    package var text: String {
        let rate = seconds > 0 ? Int(Double(computed) / seconds) : 0
        let shape = shape.map(String.init).joined(separator: " x ")
        return """
            \(computed.grouped) frames encoded in \(seconds.durationText) (\(rate.grouped)/s)
            \(path): \(records.grouped) records of \(shape)\(isOracle ? " (oracle)" : "")

            """
    }
}
