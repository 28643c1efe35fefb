#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Sine and cosine of an angle in degrees.
func sineAndCosine(degrees: Float) -> (sine: Float, cosine: Float) {
    let radians = Double(degrees) * .pi / 180
    return (Float(sin(radians)), Float(cos(radians)))
}

/// Processors this process may use.
package func activeCores() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

func pathExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
