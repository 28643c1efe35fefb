internal import Foundation
internal import JSON

/// How long a server asks to wait, in whichever of five places it says so.
enum RetryAfter {
    /// Longer waits are taken for nonsense.
    static let longest = Duration.seconds(7 * 24 * 3600)

    /// The first of: `retry-after-ms`, `retry-after` in seconds or as a date, Gemini's `RetryInfo`, the message's
    /// prose.
    ///
    /// - Parameter now: What dates are counted from where the reply has no `date` of its own.
    static func read(headers: [String: String], error: JSONValue?, message: String, now: Date) -> Duration? {
        if let text = headers["retry-after-ms"], let wait = number(text).flatMap({ duration($0 / 1000) }) {
            return wait
        }
        if let text = headers["retry-after"] {
            if let wait = number(text).flatMap(duration) { return wait }
            if let date = httpDate(text) {
                let reference = headers["date"].flatMap(httpDate) ?? now
                if let wait = duration(date.timeIntervalSince(reference)) { return wait }
            }
        }
        for detail in error?["details"]?.array ?? [] {
            guard let type = detail["@type"]?.string, type.hasSuffix("RetryInfo") else { continue }
            if let text = detail["retryDelay"]?.string, text.hasSuffix("s"),
                let wait = number(text.dropLast()).flatMap(duration)
            {
                return wait
            }
        }
        return prose(message)
    }

    static func duration(_ seconds: Double) -> Duration? {
        guard seconds.isFinite, seconds >= 0, seconds <= Double(longest.components.seconds) else { return nil }
        return .nanoseconds(Int64((seconds * 1e9).rounded()))
    }

    /// Decimal digits with at most one point: no exponents, no signs, no `nan`.
    private static func number(_ text: some StringProtocol) -> Double? {
        let text = text.trimmingCharacters(in: .whitespaces)
        guard !text.isEmpty, text.utf8.count <= 32,
            text.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) })
        else { return nil }
        return Double(text)
    }

    /// `Please retry in 35.6s`, `Please try again in 1m2.5s`, `... in 20ms`, `retry after 7 seconds`.
    static func prose(_ message: String) -> Duration? {
        let text = message.lowercased()
        for phrase in ["retry in ", "again in ", "retry after ", "again after "] {
            guard let found = text.range(of: phrase) else { continue }
            var rest = text[found.upperBound...]
            var seconds = 0.0
            var isRead = false
            while let value = number(rest.prefix { $0.isNumber || $0 == "." }.trimmingSuffix(".")) {
                rest = rest.drop { $0.isNumber || $0 == "." }.drop { $0 == " " }
                let unit = rest.prefix { $0.isLetter }
                guard let factor = units[String(unit)] else { break }
                seconds += value * factor
                isRead = true
                rest = rest.dropFirst(unit.count).drop { $0 == " " }
            }
            if isRead, let wait = duration(seconds) { return wait }
        }
        return nil
    }

    private static let units: [String: Double] = [
        "ms": 0.001, "milliseconds": 0.001, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60,
        "minute": 60, "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600,
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7; the obsolete forms are not read).
    static func httpDate(_ text: String) -> Date? {
        let fields = text.split { $0 == " " || $0 == ":" || $0 == "," }
        guard fields.count == 8, fields[7] == "GMT", let day = Int(fields[1]), let year = Int(fields[3]),
            let month = months.firstIndex(of: String(fields[2])), let hour = Int(fields[4]),
            let minute = Int(fields[5]), let second = Int(fields[6]), (1...31).contains(day),
            (1970...9999).contains(year), (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        // Days since 1970 by the calendar's 400-year cycle, years beginning in March.
        let shifted = month < 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return Date(timeIntervalSince1970: Double(((days * 24 + hour) * 60 + minute) * 60 + second))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension Substring {
    fileprivate func trimmingSuffix(_ character: Character) -> Substring {
        hasSuffix(String(character)) ? dropLast() : self
    }
}
