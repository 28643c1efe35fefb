package import Ground
package import Household

/// Why a scene cannot be generated.
package enum GenerationError: ExitCoded, Equatable {
    /// No generated room has this number: they are 1001 and up, with 0, 2, 3 or 4 as hundreds digit.
    case unknownScene(number: Int)
    /// Every arrangement that was tried failed; the reason of the last one.
    case unfurnishable(number: Int, reason: String)
    /// The room has no receptacle of the type.
    case missingReceptacle(ObjectType, number: Int)
    /// There is no receptacle in the room where an object of the type may lie.
    case nowhereToPut(ObjectType, number: Int)
    /// Fewer objects of the type found a place that can be reached than were asked for.
    case noSpace(ObjectType, placed: Int, wanted: Int, number: Int)
    /// The receptacles of the type cannot hold what is to be put there.
    case noRoomLeft(receptacle: ObjectType, object: ObjectType, count: Int, number: Int)
    /// A receptacle that no pose in reach shows: its id.
    case unseen(String, number: Int)
    /// A request that contradicts itself.
    case malformedRequest(String)
    /// The scene breaks a rule of ``HouseScene``.
    case invalidScene(SceneError, number: Int)

    package var exit: StageExit { .badInput }

    package var description: String {
        switch self {
        case .unknownScene(let number):
            "scene \(number): generated scenes have numbers from 1001 with 0, 2, 3 or 4 as hundreds digit"
        case .unfurnishable(let number, let reason): "scene \(number) cannot be furnished: \(reason)"
        case .missingReceptacle(let type, let number): "scene \(number) has no \(type.rawValue)"
        case .nowhereToPut(let type, let number):
            "scene \(number) has no receptacle where a \(type.rawValue) may lie"
        case .noSpace(let type, let placed, let wanted, let number):
            "scene \(number): \(placed) of \(wanted) objects of type \(type.rawValue) found a place in reach"
        case .noRoomLeft(let receptacle, let object, let count, let number):
            "scene \(number): no \(receptacle.rawValue) has room for \(count) x \(object.rawValue)"
        case .unseen(let id, let number): "scene \(number): \(id) cannot be seen from anywhere in reach"
        case .malformedRequest(let what): "malformed request: \(what)"
        case .invalidScene(let error, let number): "scene \(number) is invalid: \(error)"
        }
    }
}
