#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

enum Angles {
    /// The angle of a slope.
    static func degrees(rise: Float, run: Float) -> Float { atan2(rise, run) * 180 / .pi }
}
