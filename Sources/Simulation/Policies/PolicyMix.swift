package import Episodes
internal import Ground
internal import Rooms

/// Shares of behaviour policies, as in `expert:0.4,noisy:0.3,partial:0.2,random:0.1`.
package struct PolicyMix: Sendable, Equatable, CustomStringConvertible {
    /// Positive, by policy in the order of ``known``; they need not sum to 1.
    package let shares: [(policy: Behaviour, share: Double)]

    /// What is wrong with a mix's text.
    package struct ParseError: Error, Sendable, Equatable, CustomStringConvertible {
        package var description: String
    }

    /// The behaviours that generated episodes have.
    static let known: [Behaviour] = [.expert, .noisy, .partial, .random]
    static let expertOnly = PolicyMix([(.expert, 1)])

    private init(_ shares: [(policy: Behaviour, share: Double)]) { self.shares = shares }

    /// Reads `policy:share` pairs with commas between them; a policy alone has share 1.
    package init(parsing text: String) throws(ParseError) {
        let names = Self.known.map(\.rawValue).joined(separator: ", ")
        func fail(_ reason: String) -> ParseError {
            ParseError(description: "mix \"\(text)\": \(reason); expected for example expert:0.4,noisy:0.3,random:0.3")
        }
        var found: [Behaviour: Double] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let fields = part.split(separator: ":", omittingEmptySubsequences: false).map {
                String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            guard let name = fields.first, !name.isEmpty else { throw fail("a policy's name is missing") }
            guard let policy = Behaviour(rawValue: name), Self.known.contains(policy) else {
                throw fail("there is no policy \"\(name)\"; known are \(names)")
            }
            guard fields.count <= 2 else { throw fail("\"\(part)\" has more than one colon") }
            guard let share = fields.count == 2 ? Double(fields[1]) : 1, share.isFinite else {
                throw fail("the share of \(name) is no number: \"\(fields[1])\"")
            }
            guard share >= 0 else { throw fail("the share of \(name) is negative") }
            guard found.updateValue(share, forKey: policy) == nil else { throw fail("\(name) occurs twice") }
        }
        let shares = Self.known.compactMap { policy in found[policy].map { (policy, $0) } }
            .filter { $0.1 > 0 }
        guard !shares.isEmpty else { throw fail("no policy has a share above 0") }
        self.init(shares)
    }

    package static func == (a: PolicyMix, b: PolicyMix) -> Bool { a.description == b.description }

    package var description: String { shares.map { "\($0.policy.rawValue):\($0.share)" }.joined(separator: ",") }

    /// The policy of an episode, drawn by its seed.
    package func policy(seed: UInt64) -> Behaviour {
        var random = SeededGenerator(seed, 0x90C1)
        let total = shares.reduce(0) { $0 + $1.share }
        var left = Double(random.next() >> 11) / Double(1 << 53) * total
        for (policy, share) in shares {
            left -= share
            if left < 0 { return policy }
        }
        return shares[shares.count - 1].policy
    }
}
