internal import ALFRED
internal import Ground
internal import Household

/// Floors, walls and ceilings of generated rooms.
struct RoomMaterials {
    static func shape(
        of room: Room, _ outline: FloorOutline, height: Float, _ random: inout SeededGenerator
    ) -> RoomShape {
        let woods: [Material] = [
            Material(SIMD3(172, 128, 84), accent: SIMD3(142, 100, 62), .planks, scale: 0.16),
            Material(SIMD3(126, 88, 58), accent: SIMD3(98, 66, 42), .planks, scale: 0.14),
            Material(SIMD3(201, 168, 124), accent: SIMD3(176, 142, 100), .planks, scale: 0.18),
        ]
        let tiles: [Material] = [
            Material(SIMD3(206, 203, 196), accent: SIMD3(160, 158, 152), .tiles, scale: 0.33),
            Material(SIMD3(150, 152, 156), accent: SIMD3(118, 120, 124), .tiles, scale: 0.4),
            Material(SIMD3(214, 196, 170), accent: SIMD3(168, 150, 126), .tiles, scale: 0.3),
            Material(SIMD3(228, 228, 226), accent: SIMD3(70, 76, 84), .checks, scale: 0.3),
        ]
        let carpets: [Material] = [
            Material(SIMD3(158, 150, 140), accent: SIMD3(142, 134, 124), .carpet, scale: 0.05),
            Material(SIMD3(112, 122, 136), accent: SIMD3(98, 108, 122), .carpet, scale: 0.05),
        ]
        let floors =
            switch room {
            case .kitchen: tiles + woods
            case .livingRoom: woods + woods + carpets
            case .bedroom: carpets + woods
            case .bathroom: tiles
            }
        let walls: [SIMD3<UInt8>] = [
            SIMD3(226, 220, 208), SIMD3(214, 222, 224), SIMD3(232, 226, 198), SIMD3(208, 216, 200),
            SIMD3(224, 208, 198), SIMD3(198, 208, 222), SIMD3(236, 234, 230),
        ]
        let colour = random.pick(walls) ?? SIMD3(226, 220, 208)
        let isTiled = room == .bathroom && random.chance(0.6)
        let wall =
            isTiled
            ? Material(colour, accent: colour &- SIMD3(repeating: 24), .tiles, scale: 0.2)
            : Material(colour, .plain)
        return RoomShape(
            floor: outline.rectangles, height: height,
            floorMaterial: random.pick(floors) ?? woods[0], wallMaterial: wall,
            ceilingMaterial: Material(SIMD3(244, 243, 240), .plain))
    }
}
