extension Looks {
    /// Where things can be put on or into an object of a type and size, in its own frame; empty for what holds nothing.
    ///
    /// Tops, seats, the floors of basins and tableware, and the boards behind doors. Towels hang: their surface is
    /// below the holder. A burner's surface is as big as a pan, because pans stick out over it.
    package static func surfaces(of type: ObjectType, size: SIMD3<Float>) -> [SceneObject.Surface] {
        switch type {
        case .diningTable, .coffeeTable, .sideTable, .desk, .dresser, .tvStand, .counterTop, .ottoman:
            [surface(size, inset: min(0.02, size.x / 20, size.z / 20), y: size.y)]
        case .shelf: [surface(size, inset: 0, y: size.y)]
        case .cart:
            [
                surface(size, inset: min(0.03, size.x / 10), y: 0.9 * size.y),
                surface(size, inset: min(0.03, size.x / 10), y: 0.3 * size.y, clearance: 0.5 * size.y),
            ]
        case .armChair, .sofa: [seat(size, arm: armWidth(size))]
        case .bed:
            [
                SceneObject.Surface(
                    minX: -0.46 * size.x, maxX: 0.46 * size.x, minZ: -0.42 * size.z, maxZ: 0.46 * size.z,
                    y: mattressHeight(size))
            ]
        case .toilet:
            [
                SceneObject.Surface(
                    minX: -0.47 * size.x, maxX: 0.47 * size.x, minZ: -0.49 * size.z,
                    maxZ: -0.5 * size.z + tankDepth(size),
                    y: size.y)
            ]
        case .sinkBasin, .bathtubBasin:
            [surface(size, inset: min(0.05 * min(size.x, size.z), 0.03), y: min(0.02, size.y / 5))]
        case .bowl: [surface(size, inset: 0.06 * size.x, y: 0.15 * size.y)]
        case .plate: [surface(size, inset: 0.04 * size.x, y: 0.45 * size.y)]
        case .cup: [surface(size, inset: 0.08 * size.x, y: 0.06 * size.y)]
        case .mug: [body(mugBody(size), y: 0.07 * size.y, inset: 0.05)]
        case .pan: [body(panBody(size), y: 0.12 * size.y, inset: 0.03)]
        case .pot: [body(potBody(size), y: 0.05 * size.y, inset: 0.03)]
        case .box: [surface(size, inset: min(0.01, size.x / 20), y: min(0.01, size.y / 10))]
        case .garbageCan: [surface(size, inset: 0.1 * min(size.x, size.z), y: min(0.03, size.y / 8))]
        case .fridge, .microwave, .cabinet, .safe: shelves(in: cavity(of: type, size), count: shelfCount(type, size))
        case .drawer: shelves(in: cavity(of: type, size), count: 1)
        case .laundryHamper: shelves(in: cavity(of: type, size), count: 1)
        case .coffeeMachine:
            [
                SceneObject.Surface(
                    minX: -0.45 * size.x, maxX: 0.45 * size.x, minZ: 0.0, maxZ: 0.5 * size.z, y: 0.1 * size.y,
                    clearance: 0.5 * size.y)
            ]
        case .toaster: [surface(size, inset: 0.1 * min(size.x, size.z), y: 0.62 * size.y)]
        case .stoveBurner:
            [surface(SIMD3(max(size.x, 0.44), size.y, max(size.z, 0.44)), inset: 0, y: size.y)]
        case .towelHolder: [surface(size, inset: 0, y: 0.6 * size.y - ObjectType.towel.typicalSize.y)]
        case .handTowelHolder: [surface(size, inset: 0, y: 0.6 * size.y - ObjectType.handTowel.typicalSize.y)]
        case .toiletPaperHanger: [surface(size, inset: 0, y: 0)]
        default: []
        }
    }

    /// How objects of a type open; nil for those that do not.
    ///
    /// - Parameter size: Metres; the type's typical size if nil. Wide cabinets have two doors.
    package static func opening(of type: ObjectType, size: SIMD3<Float>? = nil) -> SceneObject.Opening? {
        let size = size ?? type.typicalSize
        return switch type {
        case .fridge: .rightHinged
        case .microwave, .safe, .showerDoor: .leftHinged
        case .cabinet: size.x > 0.62 ? .doubleDoor : .leftHinged
        case .drawer: .slide(min(0.35, 0.75 * size.z))
        case .box, .laptop, .laundryHamper: .lid
        default: nil
        }
    }
}

// MARK: - Measures that the surfaces and the shapes share

extension Looks {
    /// Depth of the front panel of a door or drawer.
    static func doorDepth(_ type: ObjectType, _ size: SIMD3<Float>) -> Float {
        let depth: Float =
            switch type {
            case .fridge: 0.06
            case .microwave, .safe: 0.035
            default: 0.02
            }
        return min(depth, size.z / 6)
    }

    /// Thickness of the walls of a hollow object.
    static func wall(_ type: ObjectType, _ size: SIMD3<Float>) -> Float {
        let thickness: Float =
            switch type {
            case .fridge, .safe: 0.04
            case .microwave: 0.025
            case .drawer: 0.012
            default: 0.018
            }
        return min(thickness, min(size.x, size.y, size.z) / 8)
    }

    /// The hollow inside of something with a door or an open top.
    static func cavity(of type: ObjectType, _ size: SIMD3<Float>) -> Bounds {
        let wall = wall(type, size)
        var box = Bounds(
            min: SIMD3(-size.x / 2 + wall, wall, -size.z / 2 + wall),
            max: SIMD3(size.x / 2 - wall, size.y - wall, size.z / 2 - doorDepth(type, size)))
        switch type {
        case .fridge: box.min.y = 0.07 * size.y
        case .microwave: box.min.x += 0.24 * size.x
        case .laundryHamper:
            box.max.z = size.z / 2 - wall
            box.max.y = 0.92 * size.y
        default: break
        }
        return box
    }

    private static func shelfCount(_ type: ObjectType, _ size: SIMD3<Float>) -> Int {
        switch type {
        case .fridge: max(1, min(4, Int(size.y / 0.36)))
        case .cabinet: size.y > 0.55 ? 2 : 1
        default: 1
        }
    }

    private static func shelves(in cavity: Bounds, count: Int) -> [SceneObject.Surface] {
        let step = cavity.size.y / Float(count)
        let board = count > 1 ? min(0.02, step / 10) : 0
        return (0..<count).map { number in
            SceneObject.Surface(
                minX: cavity.min.x, maxX: cavity.max.x, minZ: cavity.min.z, maxZ: cavity.max.z,
                y: cavity.min.y + Float(number) * step, clearance: step - board, isInterior: true)
        }
    }

    private static func surface(_ size: SIMD3<Float>, inset: Float, y: Float, clearance: Float = 2)
        -> SceneObject.Surface
    {
        SceneObject.Surface(
            minX: -size.x / 2 + inset, maxX: size.x / 2 - inset, minZ: -size.z / 2 + inset,
            maxZ: size.z / 2 - inset, y: y, clearance: clearance)
    }

    private static func body(_ box: Bounds, y: Float, inset: Float) -> SceneObject.Surface {
        let inset = inset * box.size.x
        return SceneObject.Surface(
            minX: box.min.x + inset, maxX: box.max.x - inset, minZ: box.min.z + inset, maxZ: box.max.z - inset, y: y)
    }

    static func mattressHeight(_ size: SIMD3<Float>) -> Float { min(0.55, 0.55 * size.y) }

    static func armWidth(_ size: SIMD3<Float>) -> Float { min(0.17, size.x / 6) }

    static func backDepth(_ size: SIMD3<Float>) -> Float { min(0.22, size.z / 4) }

    static func seatHeight(_ size: SIMD3<Float>) -> Float { min(0.46, 0.5 * size.y) }

    private static func seat(_ size: SIMD3<Float>, arm: Float) -> SceneObject.Surface {
        SceneObject.Surface(
            minX: -size.x / 2 + arm, maxX: size.x / 2 - arm, minZ: -size.z / 2 + backDepth(size), maxZ: size.z / 2,
            y: seatHeight(size))
    }

    /// Depth of a toilet's water tank, at the back.
    static func tankDepth(_ size: SIMD3<Float>) -> Float { min(0.22, 0.32 * size.z) }

    /// A mug without its handle, which is at the right.
    static func mugBody(_ size: SIMD3<Float>) -> Bounds {
        let width = min(size.z, 0.74 * size.x)
        return Bounds(
            min: SIMD3(-size.x / 2, 0, -size.z / 2), max: SIMD3(-size.x / 2 + width, size.y, size.z / 2))
    }

    /// A pan without its handle, which is at the right.
    static func panBody(_ size: SIMD3<Float>) -> Bounds {
        let width = min(size.z, 0.64 * size.x)
        return Bounds(
            min: SIMD3(-size.x / 2, 0, -size.z / 2), max: SIMD3(-size.x / 2 + width, 0.75 * size.y, size.z / 2))
    }

    /// A pot without its two handles.
    static func potBody(_ size: SIMD3<Float>) -> Bounds {
        let width = min(size.z, 0.76 * size.x)
        return Bounds(min: SIMD3(-width / 2, 0, -size.z / 2), max: SIMD3(width / 2, size.y, size.z / 2))
    }
}
