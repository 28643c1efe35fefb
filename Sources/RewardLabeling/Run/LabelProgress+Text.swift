internal import Foundation
internal import Ground
internal import VisionLanguage

extension LabelJob.Progress {
    /// What a progress line says beside the spans.
    package var detail: String {
        var parts = ["\(client.inFlight) calls in flight"]
        if unscoredCount > 0 { parts.append("\(unscoredCount.grouped) failed") }
        if client.retries > 0 { parts.append("\(client.retries.grouped) retries") }
        if client.nanodollars > 0 { parts.append(String(format: "$%.4f", Double(client.nanodollars) / 1e9)) }
        if client.isBreakerOpen { parts.append("waiting for the server") }
        return parts.joined(separator: ", ")
    }
}
