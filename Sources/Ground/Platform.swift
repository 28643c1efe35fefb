// Whoever imports Ground sees the C library, whatever the platform calls it.
#if canImport(Darwin)
@_exported public import Darwin
#else
@_exported public import Glibc
#endif

/// What differs between machines.
package enum Platform {
    /// Cores that are switched on, at least 1.
    package static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Bytes of a page of memory.
    package static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// The text of the last system call's `errno`.
    package static var lastError: String { String(cString: strerror(errno)) }
}
