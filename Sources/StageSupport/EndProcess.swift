#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

func endProcess(_ code: Int32) { _exit(code) }
