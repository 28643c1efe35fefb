#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

func exponential(_ x: Float) -> Float { exp(x) }
