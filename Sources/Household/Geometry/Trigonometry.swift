#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension Double {
    /// Sine of an angle in radians.
    var sine: Double { sin(self) }
    /// Cosine of an angle in radians.
    var cosine: Double { cos(self) }
}
