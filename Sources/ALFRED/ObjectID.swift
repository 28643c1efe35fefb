/// The parts of an object id such as `Apple|+00.93|+01.15|-01.02|AppleSliced_2` or
/// `Sink|+00.00|+00.89|-01.44|SinkBasin`.
package struct ObjectID: Sendable, Hashable {
    /// The id's first field: the class at spawn.
    package let baseType: Substring
    /// The fifth field, if any: `SinkBasin`, `BathtubBasin`, `AppleSliced_2`.
    package let part: Substring?
    /// Position at spawn in metres as the id states it, to 1 cm. Small negatives print without sign.
    package let position: Vector3?

    /// Splits an id. Any text is accepted; parts that are not there are nil.
    package init(_ id: String) {
        let fields = id.split(separator: "|", omittingEmptySubsequences: false)
        baseType = fields[0]
        part = fields.count > 4 ? fields[4] : nil
        if fields.count >= 4, let x = Double(fields[1]), let y = Double(fields[2]), let z = Double(fields[3]) {
            position = Vector3(x: x, y: y, z: z)
        } else {
            position = nil
        }
    }

    /// The object's own type: `AppleSliced`, `SinkBasin`, else the base type.
    package var typeName: Substring {
        guard let part else { return baseType }
        return part.prefix { $0 != "_" }
    }

    /// Whether ALFRED's goal check counts this id for `name`: substring matching, so `Pot` also finds `Potato`.
    package static func goalCheckMatches(_ id: String, name: String) -> Bool { id.contains(name) }
}
