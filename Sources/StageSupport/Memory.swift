#if canImport(Glibc)
internal import Glibc
#endif

/// Bounds what the C library keeps for itself to one arena: with one a thread, glibc holds a multiple of what is in
/// use. For stages that run for hours beside others.
package func limitAllocatorArenas() {
    #if canImport(Glibc)
    // <malloc.h> is in no module of Swift's: M_ARENA_MAX is -8, M_TRIM_THRESHOLD -1, M_MMAP_THRESHOLD -3.
    guard let found = dlsym(nil, "mallopt") else { return }
    let mallopt = unsafeBitCast(found, to: (@convention(c) (Int32, Int32) -> Int32).self)
    _ = mallopt(-8, 1)
    _ = mallopt(-1, 16 << 20)
    _ = mallopt(-3, 4 << 20)
    #endif
}

/// Gives memory that is free back to the system, after a step that needed much for once.
package func returnUnusedMemory() {
    #if canImport(Glibc)
    guard let found = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(found, to: (@convention(c) (Int) -> Int32).self)(0)
    #endif
}
