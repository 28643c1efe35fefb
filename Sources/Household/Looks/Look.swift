/// What is needed to draw one object: its measures, its state and its own choice among colours.
struct Look {
    let type: ObjectType
    let size: SIMD3<Float>
    let flags: ObjectFlags
    let variant: UInt32
    let surfaces: [SceneObject.Surface]
    let opening: SceneObject.Opening?

    init(_ object: SceneObject, _ flags: ObjectFlags) {
        type = object.type
        size = object.size
        self.flags = flags
        variant = object.variant
        surfaces = object.surfaces.isEmpty ? Looks.surfaces(of: object.type, size: object.size) : object.surfaces
        opening = object.opening ?? Looks.opening(of: object.type, size: object.size)
    }

    var w: Float { size.x }
    var h: Float { size.y }
    var d: Float { size.z }
    var isOn: Bool { flags.contains(.on) }
    var isOpen: Bool { flags.contains(.open) }

    /// Height of the first surface, inside the object.
    func support(_ otherwise: Float) -> Float {
        min(max(surfaces.first?.y ?? otherwise, 0.02 * h), h)
    }

    /// One of several colours or shapes, by the variant.
    func pick<T>(_ options: [T], _ salt: UInt32 = 0) -> T {
        options[Int((variant &+ salt) % UInt32(options.count))]
    }

    /// One of several materials, by the variant.
    func color(_ options: [Material], _ salt: UInt32 = 0) -> Material { pick(options, salt) }

    /// A length in metres, but not more than a part of the object's extent.
    func clamped(_ metres: Float, _ part: Float, of extent: Float) -> Float { min(metres, part * extent) }
}

extension Material {
    /// Colours as 0xRRGGBB.
    static func hex(
        _ color: UInt32, _ accent: UInt32? = nil, _ pattern: Pattern = .plain, scale: Float = 0.5,
        isLuminous: Bool = false
    ) -> Material {
        Material(rgb(color), accent: accent.map(rgb), pattern, scale: scale, isLuminous: isLuminous)
    }

    private static func rgb(_ value: UInt32) -> SIMD3<UInt8> {
        SIMD3(UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255))
    }

    /// Darker below 1, lighter above.
    func shade(_ factor: Float) -> Material {
        mapped { $0 * factor }
    }

    /// Partly another colour, 0xRRGGBB.
    func mixed(_ other: UInt32, _ part: Float) -> Material {
        let other = SIMD3<Float>(Self.rgb(other))
        return mapped { $0 + (other - $0) * part }
    }

    func patterned(_ accent: UInt32, _ pattern: Pattern, scale: Float) -> Material {
        var material = self
        material.accent = Self.rgb(accent)
        material.pattern = pattern
        material.scale = scale
        return material
    }

    private func mapped(_ change: (SIMD3<Float>) -> SIMD3<Float>) -> Material {
        func bytes(_ color: SIMD3<UInt8>) -> SIMD3<UInt8> {
            let value = change(SIMD3<Float>(color)).rounded(.toNearestOrEven)
            return SIMD3<UInt8>(value.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255)))
        }
        var material = self
        material.color = bytes(color)
        material.accent = bytes(accent)
        return material
    }
}

/// Materials that several families share.
enum Palette {
    static let steel = Material.hex(0xB4BAC0, 0x9AA1A8, .brushedMetal, scale: 0.12)
    static let chrome = Material.hex(0xD0D7DE, 0xAEB8C2, .brushedMetal, scale: 0.08)
    static let darkMetal = Material.hex(0x3C3F44, 0x2C2E32, .brushedMetal, scale: 0.1)
    static let brass = Material.hex(0xC9A24A, 0xA98332, .brushedMetal, scale: 0.08)
    static let black = Material.hex(0x1E1F22)
    static let charcoal = Material.hex(0x34363B)
    static let white = Material.hex(0xF2F2EE)
    static let porcelain = Material.hex(0xF6F7F5, 0xDDE2E4)
    static let paper = Material.hex(0xF4F1E6)
    static let screenOff = Material.hex(0x101418, 0x1A2026)
    static let glow = Material.hex(0xFFF3B8, isLuminous: true)

    static let oak = Material.hex(0xC69C63, 0xA67C46, .wood, scale: 0.25)
    static let walnut = Material.hex(0x6F4A2E, 0x543621, .wood, scale: 0.25)
    static let cherry = Material.hex(0x97522F, 0x773E22, .wood, scale: 0.25)
    static let birch = Material.hex(0xDCC396, 0xC4A876, .wood, scale: 0.25)
    static let ebony = Material.hex(0x40322A, 0x2F241E, .wood, scale: 0.25)
    static let whiteWood = Material.hex(0xE9E5DB, 0xD8D2C4, .wood, scale: 0.3)
}
