internal import Household

/// What is usual for the boxes of a class in the floor plans of ALFRED's training split.
///
/// Things: the six faces relative to the recorded position, in the prefab's own frame, from 300 prefabs' masks; the
/// spread among prefabs of a class is 3 cm or less for nearly every face. Furniture: set by hand after fits pooled over
/// all rooms, relative to the position in the id,
/// front towards the agents that used it; for types in ``standsOnFloor`` heights are above the floor. Most furniture is
/// seen from one place only, so that its depth comes from here.
enum ClassPriors {
    /// Types whose box begins at the floor, wherever their pivot is.
    static let standsOnFloor: Set<ObjectType> = [
        .armChair, .bed, .cart, .coffeeTable, .desk, .diningTable, .dresser, .floorLamp, .fridge, .garbageCan, .ottoman,
        .sideTable, .sofa, .toilet, .tvStand, .laundryHamper, .sinkBasin, .bathtubBasin,
    ]

    static func furniture(_ type: ObjectType) -> FacePrior {
        guard let row = furnitureTable[type] else {
            let half = type.typicalSize / 2
            return FacePrior(
                mean: Faces(low: -half, high: half),
                spread: Faces(low: half / 2 + 0.05, high: half / 2 + 0.05))
        }
        func faces(_ v: [Float]) -> Faces {
            Faces(low: SIMD3(v[0], v[1], v[2]), high: SIMD3(v[3], v[4], v[5]))
        }
        return FacePrior(
            mean: faces(row.0), spread: faces(row.1), minimum: row.2,
            minimumFootprint: type == .shelf || type == .counterTop ? 0.14 : 0)
    }

    /// Mean faces (left, bottom, back, right, top, front), spreads, and the shortest side, in metres.
    private static let furnitureTable: [ObjectType: ([Float], [Float], Float)] = [
        .armChair: ([-0.40, 0, -0.40, 0.40, 0.90, 0.40], [0.12, 0.02, 0.12, 0.12, 0.15, 0.12], 0.3),
        .bathtubBasin: ([-0.70, 0.10, -0.33, 0.70, 0.48, 0.33], [0.20, 0.08, 0.15, 0.20, 0.08, 0.15], 0.1),
        .bed: ([-0.75, 0, -0.90, 0.75, 0.80, 0.90], [0.30, 0.02, 0.40, 0.30, 0.25, 0.40], 0.3),
        .cabinet: ([-0.30, -0.33, -0.40, 0.30, 0.30, 0.02], [0.25, 0.12, 0.20, 0.25, 0.12, 0.04], 0.08),
        .cart: ([-0.40, 0, -0.30, 0.40, 0.80, 0.30], [0.15, 0.02, 0.15, 0.15, 0.15, 0.15], 0.2),
        .coffeeMachine: ([-0.14, 0.00, -0.18, 0.14, 0.36, 0.18], [0.05, 0.02, 0.06, 0.05, 0.06, 0.06], 0.08),
        .coffeeTable: ([-0.50, 0, -0.35, 0.50, 0.45, 0.35], [0.20, 0.02, 0.15, 0.20, 0.10, 0.15], 0.2),
        .counterTop: ([-0.90, -0.06, -0.30, 0.90, 0.03, 0.30], [0.60, 0.05, 0.25, 0.60, 0.05, 0.25], 0.03),
        .desk: ([-0.65, 0, -0.35, 0.65, 0.80, 0.35], [0.25, 0.02, 0.15, 0.25, 0.15, 0.12], 0.2),
        .deskLamp: ([-0.12, 0.00, -0.12, 0.12, 0.42, 0.12], [0.06, 0.04, 0.06, 0.06, 0.12, 0.06], 0.05),
        .diningTable: ([-0.70, 0, -0.50, 0.70, 0.80, 0.50], [0.30, 0.02, 0.25, 0.30, 0.10, 0.20], 0.2),
        .drawer: ([-0.25, -0.10, -0.40, 0.25, 0.10, 0.03], [0.15, 0.07, 0.15, 0.15, 0.07, 0.06], 0.04),
        .dresser: ([-0.60, 0, -0.25, 0.60, 0.90, 0.25], [0.30, 0.02, 0.10, 0.30, 0.25, 0.10], 0.2),
        .faucet: ([-0.10, -0.12, -0.12, 0.10, 0.15, 0.12], [0.06, 0.12, 0.08, 0.06, 0.10, 0.08], 0.02),
        .floorLamp: ([-0.22, 0, -0.22, 0.22, 1.65, 0.22], [0.08, 0.02, 0.08, 0.08, 0.25, 0.08], 0.1),
        .fridge: ([-0.42, 0, -0.38, 0.42, 1.80, 0.38], [0.10, 0.02, 0.10, 0.10, 0.20, 0.08], 0.3),
        .garbageCan: ([-0.17, 0, -0.15, 0.17, 0.45, 0.15], [0.06, 0.02, 0.05, 0.06, 0.15, 0.05], 0.1),
        .microwave: ([-0.30, 0.02, -0.22, 0.30, 0.34, 0.18], [0.06, 0.03, 0.06, 0.06, 0.05, 0.05], 0.15),
        .ottoman: ([-0.40, 0, -0.30, 0.40, 0.42, 0.30], [0.10, 0.02, 0.10, 0.10, 0.08, 0.10], 0.2),
        .safe: ([-0.22, 0.00, -0.20, 0.22, 0.48, 0.22], [0.08, 0.05, 0.06, 0.08, 0.10, 0.06], 0.15),
        .shelf: ([-0.40, -0.02, -0.14, 0.40, 0.02, 0.14], [0.20, 0.03, 0.10, 0.20, 0.04, 0.08], 0.015),
        .sideTable: ([-0.32, 0, -0.25, 0.32, 0.65, 0.25], [0.15, 0.02, 0.12, 0.15, 0.15, 0.10], 0.15),
        .sinkBasin: ([-0.27, 0.74, -0.18, 0.27, 0.90, 0.18], [0.08, 0.06, 0.05, 0.08, 0.05, 0.05], 0.1),
        .sofa: ([-0.95, 0, -0.45, 0.95, 0.85, 0.42], [0.25, 0.02, 0.12, 0.25, 0.15, 0.12], 0.4),
        .stoveBurner: ([-0.12, -0.02, -0.12, 0.12, 0.01, 0.12], [0.03, 0.01, 0.03, 0.03, 0.01, 0.03], 0.02),
        .toilet: ([-0.22, 0, -0.35, 0.22, 0.85, 0.35], [0.06, 0.02, 0.10, 0.06, 0.15, 0.10], 0.2),
        .toiletPaperHanger: ([-0.08, -0.05, -0.03, 0.08, 0.05, 0.08], [0.04, 0.03, 0.03, 0.04, 0.03, 0.03], 0.03),
    ]

    static func thing(_ type: ObjectType) -> FacePrior {
        guard let v = thingTable[type] else {
            let size = type.typicalSize
            return FacePrior(
                mean: Faces(low: SIMD3(-size.x / 2, 0, -size.z / 2), high: SIMD3(size.x / 2, size.y, size.z / 2)),
                spread: Faces(low: SIMD3(repeating: 0.04), high: SIMD3(repeating: 0.04)), minimum: 0.006)
        }
        return FacePrior(
            mean: Faces(low: SIMD3(v[0], v[1], v[2]), high: SIMD3(v[3], v[4], v[5])),
            spread: Faces(low: SIMD3(repeating: 0.03), high: SIMD3(repeating: 0.03)), minimum: 0.006)
    }

    private static let thingTable: [ObjectType: [Float]] = [
        // Never picked up: its pivot is in its middle, from the height above what it stands on.
        .paperTowelRoll: [-0.055, -0.12, -0.055, 0.055, 0.12, 0.055],
        .alarmClock: [-0.08, -0.01, -0.05, 0.08, 0.17, 0.05],
        .apple: [-0.05, -0.05, -0.05, 0.05, 0.03, 0.05],
        .baseballBat: [-0.02, -0.68, -0.03, 0.03, 0.26, 0.04],
        .basketBall: [-0.11, -0.07, -0.11, 0.11, 0.04, 0.1],
        .book: [-0.11, -0, -0.14, 0.11, 0.02, 0.14],
        .bowl: [-0.09, 0.02, -0.09, 0.09, 0.09, 0.09],
        .box: [-0.19, -0.05, -0.3, 0.19, 0.09, 0.09],
        .bread: [-0.07, -0.09, -0.13, 0.06, 0.04, 0.13],
        .butterKnife: [-0.13, -0.01, -0.02, 0.13, 0.01, 0.01],
        .cd: [-0.06, -0.01, -0.06, 0.05, 0.002, 0.06],
        .candle: [-0.02, -0, -0.02, 0.02, 0.11, 0.02],
        .cellPhone: [-0.04, 0, -0.08, 0.04, 0.012, 0.08],
        .cloth: [-0.11, -0.01, -0.09, 0.11, 0.01, 0.09],
        .creditCard: [-0.04, -0.01, -0.03, 0.04, 0.01, 0.03],
        .cup: [-0.05, 0.01, -0.05, 0.05, 0.15, 0.05],
        .dishSponge: [-0.04, 0, -0.07, 0.04, 0.02, 0.07],
        .egg: [-0.03, -0.04, -0.03, 0.03, 0.02, 0.03],
        .fork: [-0.14, -0.01, -0.02, 0.1, 0.01, 0.01],
        .glassbottle: [-0.06, 0, -0.05, 0.05, 0.23, 0.04],
        .handTowel: [-0.07, -0.39, -0.01, 0.07, 0.01, 0.01],
        .kettle: [-0.09, -0.02, -0.1, 0.09, 0.14, 0.09],
        .keyChain: [-0.1, -0.01, -0.03, 0.04, 0.002, 0.04],
        .knife: [-0.2, -0.03, -0.01, 0.12, 0.01, 0.01],
        .ladle: [-0.13, -0.04, -0.04, 0.13, -0.01, 0.04],
        .laptop: [-0.19, 0, -0.16, 0.19, 0.05, 0.14],
        .lettuce: [-0.07, -0.04, -0.11, 0.07, 0.04, 0.1],
        .mug: [-0.06, 0, -0.05, 0.05, 0.1, 0.05],
        .newspaper: [-0.17, 0, -0.06, 0.17, 0.02, 0.06],
        .pan: [-0.12, 0.01, -0.28, 0.12, 0.05, 0.12],
        .pen: [-0.09, -0.02, -0.01, 0.1, -0.008, 0.01],
        .pencil: [-0.08, -0.01, -0.01, 0.09, 0.002, 0.01],
        .pepperShaker: [-0.03, 0, -0.03, 0.03, 0.11, 0.03],
        .pillow: [-0.19, -0.05, -0.16, 0.2, 0.04, 0.16],
        .plate: [-0.11, -0.01, -0.11, 0.11, 0.01, 0.11],
        .plunger: [-0.06, -0.04, -0.06, 0.05, 0.45, 0.07],
        .pot: [-0.13, 0.03, -0.14, 0.13, 0.16, 0.13],
        .potato: [-0.04, -0.02, -0.05, 0.04, 0.02, 0.06],
        .remoteControl: [-0.03, -0.01, -0.11, 0.03, 0.01, 0.11],
        .saltShaker: [-0.03, -0.01, -0.03, 0.03, 0.1, 0.03],
        .soapBar: [-0.03, 0, -0.05, 0.03, 0.02, 0.05],
        .soapBottle: [-0.04, 0, -0.04, 0.05, 0.22, 0.05],
        .spatula: [-0.22, -0.01, -0.03, 0.08, 0.01, 0.03],
        .spoon: [-0.12, 0, -0.02, 0.09, 0.02, 0.02],
        .sprayBottle: [-0.04, 0, -0.01, 0.05, 0.24, 0.01],
        .statue: [-0.08, -0.03, -0.06, 0.1, 0.3, 0.08],
        .tennisRacket: [-0.11, -0.29, -0.04, 0.05, 0.28, 0.04],
        .tissueBox: [-0.09, 0, -0.05, 0.09, 0.09, 0.05],
        .toiletPaper: [-0.03, 0, -0.04, 0.05, 0.12, 0.05],
        .tomato: [-0.06, -0.04, -0.06, 0.06, 0.02, 0.06],
        .vase: [-0.08, 0.03, -0.08, 0.09, 0.12, 0.08],
        .watch: [-0.04, -0.01, -0.02, 0.04, 0.02, 0.02],
        .wateringCan: [-0.06, 0.01, -0.08, 0.05, 0.2, 0.13],
        .wineBottle: [-0.04, -0.01, -0.04, 0.04, 0.32, 0.04],
    ]

    /// Where the pieces of a cut thing lie in the whole's prefab frame: the first relative to the recorded position,
    /// the next each a step further, and how big each is. Measured from 839 masks of pieces picked up where they were
    /// cut.
    struct Pieces: Sendable {
        var first, step: SIMD3<Float>
        var size: SIMD3<Float>
    }

    static func pieces(of type: ObjectType) -> Pieces? {
        switch type {
        case .apple: Pieces(first: SIMD3(0.029, 0, -0.012), step: SIMD3(-0.058, 0, 0), size: SIMD3(0.055, 0.09, 0.09))
        case .bread: Pieces(first: SIMD3(0, 0, -0.020), step: SIMD3(0, 0, -0.024), size: SIMD3(0.13, 0.12, 0.03))
        case .lettuce: Pieces(first: SIMD3(0, 0, -0.018), step: SIMD3(0, 0, -0.020), size: SIMD3(0.13, 0.10, 0.03))
        case .potato: Pieces(first: SIMD3(0, 0, -0.010), step: SIMD3(0, 0, -0.010), size: SIMD3(0.07, 0.06, 0.014))
        case .tomato: Pieces(first: SIMD3(0, 0, -0.018), step: SIMD3(0, 0, -0.010), size: SIMD3(0.10, 0.08, 0.014))
        default: nil
        }
    }
}
