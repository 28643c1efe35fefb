/// Why a plan's text is none.
package struct FaultPlanError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is not understood.
    package var message: String

    package var description: String { message }
}

extension FaultPlan {
    /// Reads a plan such as `429:0.05,429-after:0.05@2s,cut:0.03,first:3=500,latency:200ms`.
    ///
    /// The entries, separated by commas, are
    /// - `FAULT:SHARE` or `FAULT:SHARE@TIME`: a share of all requests, 0 to 1; the time is how long `slow` takes or
    ///   what the client is told to wait;
    /// - `first:COUNT=FAULT` or `first:COUNT=FAULT@TIME`: the first requests meet it, several such entries one after
    ///   the other;
    /// - `latency:TIME`: the mean time before an answer.
    ///
    /// Faults are the raw values of ``Fault/Kind``, and `cut` and `garbage` for all that begin so, in equal shares or
    /// in turn. Times are `2s`, `0.5s` or `200ms`. Empty text is a plan without faults.
    package init(_ text: String, seed: UInt64 = 0) throws(FaultPlanError) {
        self.init(seed: seed)
        for entry in text.split(separator: ",") {
            let entry = entry.trimmingSpace
            guard let (name, value) = entry.halves(at: ":") else {
                throw FaultPlanError(message: "'\(entry)': expected NAME:VALUE, such as 500:0.05")
            }
            switch name {
            case "latency": latency = try Self.duration(value, in: entry)
            case "first": first += try Self.first(value, in: entry)
            default: rates += try Self.rates(name, value, in: entry)
            }
        }
        let total = rates.reduce(0) { $0 + $1.rate }
        guard total <= 1 + 1e-9 else {
            throw FaultPlanError(message: "the shares of all faults add up to \(total): at most 1 is possible")
        }
    }

    private static func rates(_ name: Substring, _ value: Substring, in entry: Substring) throws(FaultPlanError)
        -> [Rate]
    {
        let kinds = try kinds(name, in: entry)
        let (share, duration) = try timed(value, kinds, in: entry)
        guard let rate = Double(share), rate >= 0, rate <= 1 else {
            throw FaultPlanError(message: "'\(entry)': '\(share)' is no share from 0 to 1")
        }
        return kinds.map { Rate(Fault($0, duration: duration), rate / Double(kinds.count)) }
    }

    private static func first(_ value: Substring, in entry: Substring) throws(FaultPlanError) -> [Fault] {
        guard let (count, fault) = value.halves(at: "="), let count = Int(count), 1...1_000_000 ~= count else {
            throw FaultPlanError(message: "'\(entry)': expected first:COUNT=FAULT, such as first:3=500")
        }
        let name = fault.halves(at: "@")?.0 ?? fault
        let kinds = try kinds(name, in: entry)
        let (_, duration) = try timed(fault, kinds, in: entry)
        return (0..<count).map { Fault(kinds[$0 % kinds.count], duration: duration) }
    }

    private static func kinds(_ name: Substring, in entry: Substring) throws(FaultPlanError) -> [Fault.Kind] {
        switch name {
        case "cut": return [.cutHead, .cutBody]
        case "garbage": return [.garbageText, .garbageJSON, .garbageEmpty]
        default:
            guard let kind = Fault.Kind(rawValue: String(name)) else {
                let known = (Fault.Kind.allCases.map(\.rawValue) + ["cut", "garbage", "first", "latency"]).joined(
                    separator: ", ")
                throw FaultPlanError(message: "'\(entry)': there is no fault '\(name)'; known are \(known)")
            }
            return [kind]
        }
    }

    /// What stands before `@`, and the time after it.
    private static func timed(
        _ value: Substring, _ kinds: [Fault.Kind], in entry: Substring
    ) throws(FaultPlanError) -> (Substring, Duration?) {
        guard let (head, time) = value.halves(at: "@") else { return (value, nil) }
        guard kinds.allSatisfy({ Fault.defaultDurations[$0] != nil }) else {
            throw FaultPlanError(
                message: "'\(entry)': this fault takes no time; those that do are slow, 429-after, 429-after-ms")
        }
        return (head, try duration(time, in: entry))
    }

    private static func duration(_ text: Substring, in entry: Substring) throws(FaultPlanError) -> Duration {
        let isMilliseconds = text.hasSuffix("ms")
        guard text.hasSuffix("s"), let value = Double(text.dropLast(isMilliseconds ? 2 : 1)), value >= 0,
            value <= (isMilliseconds ? 3_600_000 : 3600)
        else { throw FaultPlanError(message: "'\(entry)': '\(text)' is no time such as 2s or 200ms, at most an hour") }
        return isMilliseconds ? .milliseconds(value) : .seconds(value)
    }
}

extension Substring {
    fileprivate var trimmingSpace: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// What stands before and after the first `mark`; nil without one.
    fileprivate func halves(at mark: Character) -> (Substring, Substring)? {
        guard let place = firstIndex(of: mark) else { return nil }
        return (self[..<place], self[index(after: place)...])
    }
}
