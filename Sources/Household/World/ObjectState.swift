/// Where an object is now and what has become of it.
public struct ObjectState: Sendable, Hashable {
    /// The hand, as a ``parent``.
    static let hand: Int16 = -2
    static let nowhere: Int16 = -1

    /// Middle of the base in the room; for an object in the hand, where it was taken from.
    public internal(set) var position: SIMD3<Float>
    /// Degrees.
    public internal(set) var yaw: Float
    /// Index of the receptacle it is directly in or on.
    var parent: Int16
    public internal(set) var flags: ObjectFlags

    /// Whether it can be seen and touched at all.
    public var isPresent: Bool { flags.isDisjoint(with: [.absent, .sliced]) }
}
