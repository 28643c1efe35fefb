/// What a path means. There is no path that leads to a file.
enum Route: Equatable, Sendable {
    case episodes
    case episode(Int64)
    case transition(Int64, t: Int)
    case episodeFlag(Int64)
    case transitionFlag(Int64, t: Int)
    case frame(Int64, t: Int)
    case rollout(Int64)
    case labels
    case asset(Asset)

    enum Asset: String, CaseIterable, Sendable {
        case style = "style.css"
        case keys = "keys.js"
        case icon = "icon.svg"
    }

    /// Nil where there is nothing.
    init?(path: some StringProtocol) {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        let parts = Substring(path).dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        func id(_ index: Int) -> Int64? { Self.number(parts[index]).flatMap { $0 > 0 ? $0 : nil } }
        func step(_ text: some StringProtocol) -> Int? { Self.number(text).flatMap { $0 < 1 << 31 ? Int($0) : nil } }
        switch (parts[0], parts.count) {
        case ("", 1): self = .episodes
        case ("labels", 1): self = .labels
        case ("episodes", 2):
            guard let id = id(1) else { return nil }
            self = .episode(id)
        case ("episodes", 3) where parts[2] == "flag":
            guard let id = id(1) else { return nil }
            self = .episodeFlag(id)
        case ("episodes", 3):
            guard let id = id(1), let t = step(parts[2]) else { return nil }
            self = .transition(id, t: t)
        case ("episodes", 4) where parts[3] == "flag":
            guard let id = id(1), let t = step(parts[2]) else { return nil }
            self = .transitionFlag(id, t: t)
        case ("frames", 3) where parts[2].hasSuffix(".png"):
            guard let id = id(1), let t = step(parts[2].dropLast(4)) else { return nil }
            self = .frame(id, t: t)
        case ("rollouts", 2):
            guard let id = id(1) else { return nil }
            self = .rollout(id)
        case (let name, 1):
            guard let asset = Asset(rawValue: name) else { return nil }
            self = .asset(asset)
        default: return nil
        }
    }

    var changesSomething: Bool {
        switch self {
        case .episodeFlag, .transitionFlag: true
        default: false
        }
    }

    /// Decimal digits without a leading zero: a page has one address.
    private static func number(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), text == "0" || text.utf8.first != 48 else { return nil }
        return Int64(text)
    }
}
