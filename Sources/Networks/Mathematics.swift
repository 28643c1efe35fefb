#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

func sine(_ x: Double) -> Double { sin(x) }
func cosine(_ x: Double) -> Double { cos(x) }
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
