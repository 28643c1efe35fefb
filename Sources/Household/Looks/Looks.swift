/// What things look like: the one place where types and states become shapes and colours.
public enum Looks {
    /// The object's mesh in its own frame, as big as its ``SceneObject/size`` when closed.
    ///
    /// A drawer's mesh is that of the drawer itself; the world moves it when it is open.
    public static func mesh(of object: SceneObject, _ flags: ObjectFlags) -> Mesh {
        var mesh = Mesh()
        mesh.addBox(object.localBounds, Material(SIMD3(200, 180, 150)))
        return mesh
    }
}
