internal import Household

/// Furniture that is placed as one: a desk with its drawers and lamp, a stretch of kitchen units.
///
/// The group's own frame has its origin on the floor in the middle of its back edge, x along the wall, z out of it.
struct FurnitureGroup: Sendable {
    struct Piece: Sendable {
        var type: ObjectType
        var size: SIMD3<Float>
        /// Middle of the base.
        var offset: SIMD3<Float>
        /// Degrees, relative to the group.
        var yaw: Float = 0
        /// Index of the piece it stands on.
        var parent: Int?
        /// Index of the piece whose id begins this one's: a basin's sink.
        var basinOf: Int?
        var opening: SceneObject.Opening?
        /// Free height above its surfaces; nil for what the type has.
        var clearance: Float?
        var flags: ObjectFlags = []
    }

    var width: Float
    var depth: Float
    /// Floor that stays free in front, in metres.
    var front: Float = 0
    /// Distance in front of every piece where nothing else may be: for windows.
    var view: Float = 0
    var pieces: [Piece] = []

    init(width: Float, depth: Float, front: Float = 0) {
        self.width = width
        self.depth = depth
        self.front = front
    }

    /// Adds a piece with its back at distance `back` from the wall.
    ///
    /// - Returns: Its index.
    @discardableResult
    mutating func add(
        _ type: ObjectType, _ width: Float, _ height: Float, _ depth: Float, x: Float = 0, y: Float = 0,
        back: Float = 0, yaw: Float = 0, on parent: Int? = nil, basinOf: Int? = nil,
        opening: SceneObject.Opening? = nil, clearance: Float? = nil, flags: ObjectFlags = []
    ) -> Int {
        let reach = yaw == 90 || yaw == 270 ? width : depth
        pieces.append(
            Piece(
                type: type, size: SIMD3(width, height, depth), offset: SIMD3(x, y, back + reach / 2), yaw: yaw,
                parent: parent, basinOf: basinOf, opening: opening, clearance: clearance,
                flags: flags))
        return pieces.count - 1
    }

    /// Adds a piece standing in the middle of another one's top, moved by (x, z) in the group's frame.
    @discardableResult
    mutating func add(
        _ type: ObjectType, _ size: SIMD3<Float>, onTopOf parent: Int, x: Float = 0, z: Float = 0,
        isContent: Bool = true, flags: ObjectFlags = []
    ) -> Int {
        let base = pieces[parent]
        pieces.append(
            Piece(
                type: type, size: size,
                offset: SIMD3(base.offset.x + x, base.offset.y + base.size.y, base.offset.z + z), yaw: base.yaw,
                parent: isContent ? parent : nil, flags: flags))
        return pieces.count - 1
    }
}
