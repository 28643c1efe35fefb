package import ALFRED
package import Household

/// Numbers of generated scenes. A number stands for a floor plan: the same room with the same furniture every time.
///
/// The hundreds digit is the kind of room, as in THOR: 1001-1099 are kitchens, 1201-1299 living rooms, 1301-1399
/// bedrooms and 1401-1499 bathrooms; then 2001 and so on. Numbers from 1001 cannot be mistaken for THOR's.
package enum SceneGenerator {
    /// The part of a dataset a scene belongs to. The parts share no scene.
    package enum Part: String, Sendable, CaseIterable {
        /// Train and valid_seen: last digit 1-8.
        case seen
        /// valid_unseen: last digit 9.
        case validUnseen
        /// tests_unseen: last digit 0.
        case testUnseen
    }

    /// The part a scene number belongs to; nil for numbers that are no generated scene's.
    package static func part(ofScene number: Int) -> Part? {
        guard isScene(number) else { return nil }
        return switch number % 10 {
        case 9: .validUnseen
        case 0: .testUnseen
        default: .seen
        }
    }

    /// Whether a scene's number is one that the generator makes.
    package static func isScene(_ number: Int) -> Bool {
        number > 1000 && number < 1_000_000 && number % 100 != 0 && Room(sceneNumber: number) != nil
    }

    /// The first `count` scene numbers of a kind of room in one part, in ascending order.
    package static func numbers(of room: Room, in part: Part, count: Int) -> [Int] {
        var numbers: [Int] = []
        var number = 1001
        while numbers.count < count, number < 1_000_000 {
            if Room(sceneNumber: number) == room, Self.part(ofScene: number) == part { numbers.append(number) }
            number += 1
        }
        return numbers
    }

    /// A scene with things placed at random.
    ///
    /// - Parameters:
    ///   - number: The floor plan: room and furniture.
    ///   - seed: The episode: what lies where.
    package static func scene(
        number: Int, seed: UInt64, request: PlacementRequest = PlacementRequest()
    ) throws(GenerationError) -> HouseScene {
        try FurnishedRoom(number: number).populated(seed: seed, request: request)
    }
}
