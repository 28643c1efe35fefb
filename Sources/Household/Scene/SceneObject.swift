package import Episodes

/// What an object is from the start: furniture, appliance or thing. What becomes of it is in ``ObjectState``.
///
/// An object's own frame has its origin in the middle of its base, y up, and its front towards +z.
package struct SceneObject: Sendable, Equatable {
    /// A place things can be put on or into, in the object's own frame, in metres.
    package struct Surface: Sendable, Equatable, Codable {
        /// Its edges.
        package var minX, maxX, minZ, maxZ: Float
        /// Height of the support above the object's base.
        package var y: Float
        /// Free height above it.
        package var clearance: Float
        /// Behind a door, lid or drawer front: hidden and out of reach while the object is closed.
        package var isInterior: Bool

        package init(
            minX: Float, maxX: Float, minZ: Float, maxZ: Float, y: Float, clearance: Float = 2, isInterior: Bool = false
        ) {
            self.minX = minX
            self.maxX = maxX
            self.minZ = minZ
            self.maxZ = maxZ
            self.y = y
            self.clearance = clearance
            self.isInterior = isInterior
        }
    }

    /// How the object opens.
    package enum Opening: Sendable, Equatable, Codable {
        /// A door on the front, hinged at the left or right as seen from in front, turned out by 90 degrees.
        case leftHinged, rightHinged
        case doubleDoor
        /// The whole object slides to the front by so many metres, and what is in it with it.
        case slide(Float)
        /// A lid, flap or screen on top, hinged at the back.
        case lid
    }

    /// THOR's id: `Type|±XX.XX|±YY.YY|±ZZ.ZZ`, with a fifth field for basins and slices. Unique in the scene.
    package var id: String
    /// What it is.
    package var type: ObjectType
    /// Width, height and depth of the closed object's box in metres.
    package var size: SIMD3<Float>
    /// Middle of the base in the room.
    package var position: SIMD3<Float>
    /// Degrees; 0 has the front towards +z, 90 towards +x.
    package var yaw: Float
    /// Where things can be put; empty for what is no receptacle.
    package var surfaces: [Surface]
    /// How it opens; nil for what does not.
    package var opening: Opening?
    /// Index of the receptacle it is in or on at the start.
    package var parent: Int?
    /// Index of the object this one is a piece of. Pieces appear when that is sliced.
    package var sliceOf: Int?
    /// Varies colours and details among objects of one type.
    package var variant: UInt32
    /// Its state before anyone touches it.
    package var initialFlags: ObjectFlags

    /// The class a policy names the object by: the id's first field, so that pieces go by the whole and a basin by its
    /// sink. Nil for types outside the list.
    package var objectClass: ObjectClass? { ObjectClass(objectID: id) }

    package init(
        id: String, type: ObjectType, size: SIMD3<Float>, position: SIMD3<Float>, yaw: Float = 0,
        surfaces: [Surface] = [], opening: Opening? = nil, parent: Int? = nil, sliceOf: Int? = nil,
        variant: UInt32 = 0, initialFlags: ObjectFlags = []
    ) {
        self.id = id
        self.type = type
        self.size = size
        self.position = position
        self.yaw = yaw
        self.surfaces = surfaces
        self.opening = opening
        self.parent = parent
        self.sliceOf = sliceOf
        self.variant = variant
        self.initialFlags = initialFlags
    }

    /// The closed object's box in its own frame.
    package var localBounds: Bounds {
        Bounds(min: SIMD3(-size.x / 2, 0, -size.z / 2), max: SIMD3(size.x / 2, size.y, size.z / 2))
    }

    /// THOR's id for an object first seen at `position`: numbers as C# prints them with "00.00", small negatives
    /// without sign.
    package static func id(_ type: ObjectType, at position: SIMD3<Float>) -> String {
        func field(_ value: Float) -> String {
            let hundredths = Int((Double(abs(value)) * 100).rounded())
            let digits = String(hundredths)
            let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            let sign = value >= 0 ? "+" : hundredths == 0 ? "" : "-"
            return sign + padded.dropLast(2) + "." + padded.suffix(2)
        }
        return "\(type.rawValue)|\(field(position.x))|\(field(position.y))|\(field(position.z))"
    }
}

/// What has become of an object, as far as it can be seen or matters to an action.
package struct ObjectFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Not in the world: a piece of something that is still whole.
    static let absent = ObjectFlags(rawValue: 1 << 0)
    /// Its door, drawer, lid or screen is open.
    package static let open = ObjectFlags(rawValue: 1 << 1)
    /// Switched on.
    package static let on = ObjectFlags(rawValue: 1 << 2)
    /// Cut: its pieces are in its place, it is neither seen nor touched any more.
    package static let sliced = ObjectFlags(rawValue: 1 << 3)
    /// Needs to be cleaned.
    package static let dirty = ObjectFlags(rawValue: 1 << 4)
    /// Washed and still wet.
    package static let clean = ObjectFlags(rawValue: 1 << 5)
    /// Was in a running microwave or on a burner.
    package static let hot = ObjectFlags(rawValue: 1 << 6)
    /// Was in a closed fridge.
    package static let cold = ObjectFlags(rawValue: 1 << 7)
}
