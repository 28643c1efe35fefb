internal import Episodes
internal import Ground
package import Household
internal import Images

/// A game at the terminal: lines in, text out.
package struct PlaySession {
    private(set) var world: World
    private let renderer: Renderer
    /// Worlds before each step, for undo.
    private var past: [World] = []
    /// Whether the player has left.
    package private(set) var hasEnded = false

    package init(_ world: World, _ renderer: Renderer) {
        self.world = world
        self.renderer = renderer
    }

    /// The commands.
    package static let help = """
        w ahead  a left  d right  r look up  f look down, also several at once: wwd
        pickup N  put N  open N  close N  on N  off N  slice N: N is a number of the list, an id, or a type
        list  what is in reach    undo  one step back    quit

        """

    /// Takes a line of the player; what to say to it.
    package mutating func perform(_ line: String) -> String {
        let words = line.split(separator: " ")
        guard let verb = words.first?.lowercased() else { return "" }
        switch verb {
        case "quit", "q", "exit":
            hasEnded = true
            return ""
        case "help", "h", "?": return Self.help
        case "list", "l": return list
        case "undo", "u":
            guard let last = past.popLast() else { return "nothing to undo\n" }
            world = last
            return "one step back\n"
        default: break
        }
        if let action = Self.interactions[verb] {
            guard words.count > 1 else { return "\(verb) what? Give a number of the list, an id, or a type\n" }
            let name = String(words[1])
            guard let target = target(named: name) else {
                return "no \(TextTable.printable(name)) here\n"
            }
            return take(action, target)
        }
        guard verb.allSatisfy({ Self.moves[$0] != nil }) else { return "what is that?\n\(Self.help)" }
        var text = ""
        for letter in verb {
            guard let action = Self.moves[letter] else { break }
            text = take(action, nil)
            if !text.isEmpty { break }
        }
        return text
    }

    private static let moves: [Character: Action] = [
        "w": .moveAhead, "a": .rotateLeft, "d": .rotateRight, "r": .lookUp, "f": .lookDown,
    ]
    private static let interactions: [String: Action] = [
        "pickup": .pickup, "put": .put, "open": .open, "close": .close, "on": .toggleOn, "off": .toggleOff,
        "slice": .slice,
    ]

    private mutating func take(_ action: Action, _ target: Int?) -> String {
        let before = world
        do {
            try world.step(action, target: target, sight: renderer)
            past.append(before)
            return target.map { "\(action): \(world.scene.objects[$0].id)\n" } ?? ""
        } catch {
            return "failed: \(error.message)\n"
        }
    }

    /// What is in view and reach and can be acted on, most pixels first.
    private var candidates: [Int] {
        renderer.render(world, colors: false)
        let pixels = renderer.visibleCounts
        return world.states.indices.filter { index in
            pixels[index] > 0 && index != world.held && world.distance(to: index) <= World.reach
                && !world.scene.objects[index].type.traits.isDisjoint(with: .interactable)
        }.sorted { (pixels[$0], $1) > (pixels[$1], $0) }
    }

    private func target(named name: String) -> Int? {
        let candidates = candidates
        if let number = Int(name) { return candidates.indices.contains(number - 1) ? candidates[number - 1] : nil }
        if let index = world.scene.index(ofID: name) { return index }
        return candidates.first { world.scene.objects[$0].type.rawValue.lowercased() == name.lowercased() }
    }

    private var list: String {
        var table = TextTable([("", .right), ("in reach", .left), ("metres", .right), ("state", .left)])
        for (number, index) in candidates.enumerated() {
            let distance = Int((world.distance(to: index) * 100).rounded())
            table.add([
                String(number + 1), world.scene.objects[index].id,
                "\(distance / 100).\(distance % 100 / 10)\(distance % 10)", world.states[index].flags.words,
            ])
        }
        return table.isEmpty ? "nothing in reach\n" : table.text
    }

    /// What the agent sees, for a terminal with 24-bit colour.
    package func picture(columns: Int) -> String {
        renderer.render(world)
        return TerminalPicture.text(
            RGBImage(width: renderer.width, height: renderer.height, pixels: renderer.rgbPixels), columns: columns)
    }

    /// The pose, what is held, and how many things are in reach.
    package var status: String {
        let pose = world.agent
        let held = world.held.map { world.scene.objects[$0].id } ?? "nothing"
        return
            "at (\(pose.x), \(pose.z)) facing \(pose.compass), \(pose.horizon) degrees down; holding \(held)\n"
    }
}

extension ObjectFlags {
    /// As in `open, dirty`.
    var words: String {
        let names: [(ObjectFlags, String)] = [
            (.open, "open"), (.on, "on"), (.dirty, "dirty"), (.clean, "clean"), (.hot, "hot"), (.cold, "cold"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
