internal import ALFRED
internal import Ground
internal import Household

/// What hangs on the walls: windows, pictures, mirrors, the light switch.
struct WallDecoration {
    static func decorate(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        addWindows(&builder, plan: plan)
        switch plan.room {
        case .kitchen:
            if plan.has(.mirror) { _ = hang(.mirror, 0.5, 0.7, &builder) }
        case .livingRoom:
            for _ in 0..<builder.random.int(1...3) {
                let isWide = builder.random.chance(0.6)
                _ = hang(.painting, isWide ? 0.9 : 0.5, isWide ? 0.6 : 0.7, &builder)
            }
            if plan.has(.mirror) { _ = hang(.mirror, 0.6, 0.9, &builder) }
        case .bedroom:
            _ = hang(.mirror, 0.5, 1.0, &builder, y: 1.0) || hang(.mirror, 0.4, 0.6, &builder)
            if plan.has(.painting) { _ = hang(.painting, 0.8, 0.6, &builder) }
            if plan.has(.poster) { _ = hang(.poster, 0.6, 0.85, &builder) }
        case .bathroom:
            if plan.has(.painting) { _ = hang(.painting, 0.4, 0.5, &builder) }
        }
        return builder.addToWall(.onWall(.lightSwitch, 0.09, 0.13, 0.015, y: 1.15), gap: 0.001)
    }

    private static func hang(
        _ type: ObjectType, _ width: Float, _ height: Float, _ builder: inout RoomBuilder, y: Float = 1.35
    ) -> Bool {
        builder.addToWall(.onWall(type, width, height, type == .poster ? 0.012 : 0.04, y: y), .middle, gap: 0.001)
    }

    private static func addWindows(_ builder: inout RoomBuilder, plan: RoomPlan) {
        let wanted =
            switch plan.room {
            case .kitchen: builder.random.int(0...2)
            case .livingRoom: builder.random.int(1...3)
            case .bedroom: builder.random.int(1...2)
            case .bathroom: plan.has(.window) ? 1 : 0
            }
        for _ in 0..<wanted {
            let sizes: [SIMD2<Float>] =
                plan.room == .bathroom
                ? [SIMD2(0.6, 0.6)] : [SIMD2(1.4, 1.3), SIMD2(1.1, 1.2), SIMD2(0.9, 0.9), SIMD2(0.6, 0.6)]
            let isCurtained = plan.has(.curtains)
            for size in sizes where builder.height - 0.35 - size.y > 0.8 {
                let y = builder.height - 0.35 - size.y
                var group = FurnitureGroup(width: size.x + (isCurtained ? 0.5 : 0), depth: 0.14)
                group.view = 0.5
                group.add(.window, size.x, size.y, 0.05, y: y)
                if isCurtained {
                    for side in [-1, 1] as [Float] {
                        group.add(
                            .curtains, 0.28, size.y + 0.3, 0.08, x: side * (size.x / 2 + 0.1), y: y - 0.15,
                            back: 0.055)
                    }
                } else if plan.has(.blinds) {
                    group.add(.blinds, size.x, 0.4, 0.04, y: y + size.y - 0.4, back: 0.055)
                }
                if builder.addToWall(group, .middle, gap: 0.001) { break }
            }
        }
    }
}
