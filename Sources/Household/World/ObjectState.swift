/// Where an object is now and what has become of it.
package struct ObjectState: Sendable, Hashable {
    /// The hand, as a ``parent``.
    static let hand: Int16 = -2
    static let nowhere: Int16 = -1

    /// Middle of the base in the room; for an object in the hand, where it was taken from.
    package internal(set) var position: SIMD3<Float>
    /// Degrees.
    package internal(set) var yaw: Float
    /// Index of the receptacle it is directly in or on.
    var parent: Int16
    /// Open, on, dirty, sliced and the like.
    package internal(set) var flags: ObjectFlags

    /// Whether it can be seen and touched at all.
    package var isPresent: Bool { flags.isDisjoint(with: [.absent, .sliced]) }
}
