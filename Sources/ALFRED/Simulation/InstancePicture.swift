internal import Household

extension Renderer {
    /// Instance ids of the agent's view as a picture of 300 x 300, row by row: object index + 1, or 0 for the room.
    func instancePicture(of world: World) -> [UInt16] { [] }
}
