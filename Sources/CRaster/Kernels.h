// What the kernels share.
#ifndef CRASTER_KERNELS_H
#define CRASTER_KERNELS_H

#include "CRaster.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

// One build of each kernel per instruction set, chosen when the program starts. CR_BASELINE leaves only the plain one: its
// pictures must be the same. The thread sanitizer allows one only: it would already watch the choice, which is made before
// it has begun.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && !defined(CR_BASELINE)
#define CR_BASELINE
#endif
#endif
#if !defined(CR_BASELINE) && defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define CR_KERNEL __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define CR_KERNEL
#endif
// SwiftPM defines DEBUG for debug builds only, and NDEBUG never.
#ifdef DEBUG
#include <assert.h>
#define CR_ASSERT(condition) assert(condition)
#else
#define CR_ASSERT(condition) ((void)0)
#endif
#define CR_INLINE static inline __attribute__((always_inline))

typedef float CRFloat8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t CRInt8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef uint8_t CRByte8 __attribute__((vector_size(8), aligned(1), may_alias));

#define CR_IOTA ((CRInt8){0, 1, 2, 3, 4, 5, 6, 7})
#define CR_LOAD(type, pointer) (*(const type *)(pointer))
#define CR_STORE(type, pointer, value) (*(type *)(pointer) = (value))
#define CR_SELECT(type, mask, a, b) ((type)(((mask) & (CRInt8)(a)) | (~(mask) & (CRInt8)(b))))

CR_INLINE int32_t cr_min(int32_t a, int32_t b) { return a < b ? a : b; }
CR_INLINE int32_t cr_max(int32_t a, int32_t b) { return a > b ? a : b; }

/// Ceiling of a value held within [low, high]; NaN gives low.
CR_INLINE int32_t cr_ceil_within(double value, int32_t low, int32_t high) {
    value = value > low ? value : low;
    value = value < high ? value : high;
    int32_t whole = (int32_t)value;
    return whole + (whole < value);
}

#endif
