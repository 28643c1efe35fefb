internal import Household

extension Renderer {
    /// Instance ids of the agent's view: object index + 1, or 0 for the room. Row by row; 300 x 300 if the renderer is.
    func instancePicture(of world: World) -> [UInt16] {
        render(world, colors: false)
        return instanceIDs
    }

    /// Pixels of an object in the agent's view.
    func pixelCount(of object: Int, in world: World) -> Int {
        render(world, colors: false)
        return visiblePixels(of: object)
    }
}
