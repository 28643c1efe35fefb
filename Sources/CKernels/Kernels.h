// What the kernels share: vectors of 16 floats, tails, sums in a fixed order, the exponential, dropout's hash.
#ifndef CKERNELS_KERNELS_H
#define CKERNELS_KERNELS_H

#include "CKernels.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT ON
// Vectors go by value only between functions that are inlined into a kernel: no calling convention is involved. A kernel
// itself, built for several instruction sets, passes pointers and numbers.
#pragma clang diagnostic ignored "-Wpsabi"

// One build of each kernel per instruction set, chosen when the program starts. CK_BASELINE leaves only the plain one. The
// thread sanitizer allows one only: it would already watch the choice, which is made before it has begun.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && !defined(CK_BASELINE)
#define CK_BASELINE
#endif
#endif
#if !defined(CK_BASELINE) && defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define CK_KERNEL __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CK_KERNEL
#endif
#define CK_INLINE static inline __attribute__((always_inline))

enum { CK_LANES = 16 };

typedef float CKFloats __attribute__((vector_size(64)));
typedef int32_t CKInts __attribute__((vector_size(64)));
typedef uint32_t CKWords __attribute__((vector_size(64)));
typedef uint16_t CKHalves __attribute__((vector_size(32)));
// The same in memory, at any address.
typedef float CKStoredFloats __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t CKStoredHalves __attribute__((vector_size(32), aligned(2), may_alias));

#define CK_IOTA ((CKWords){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
#define CK_SPLAT(value) ((CKFloats){} + (value))
#define CK_SELECT(mask, a, b) ((CKFloats)(((mask) & (CKInts)(a)) | (~(mask) & (CKInts)(b))))

CK_INLINE size_t ck_least(size_t a, size_t b) { return a < b ? a : b; }

// The first `count` of 16 floats, zero after them. A constant count of 16 is one instruction.
CK_INLINE CKFloats ck_load(const float *pointer, size_t count) {
    if (count == CK_LANES) return *(const CKStoredFloats *)pointer;
    float lanes[CK_LANES] = {0};
    for (size_t i = 0; i < count; i++) lanes[i] = pointer[i];
    return *(const CKStoredFloats *)lanes;
}

CK_INLINE void ck_store(float *pointer, CKFloats value, size_t count) {
    if (count == CK_LANES) {
        *(CKStoredFloats *)pointer = value;
        return;
    }
    float lanes[CK_LANES];
    *(CKStoredFloats *)lanes = value;
    for (size_t i = 0; i < count; i++) pointer[i] = lanes[i];
}

// out = a + b; out may be either.
CK_INLINE void ck_sum_run(const float *a, const float *b, float *out, size_t count) {
    size_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES)
        ck_store(out + i, ck_load(a + i, CK_LANES) + ck_load(b + i, CK_LANES), CK_LANES);
    for (; i < count; i++) out[i] = a[i] + b[i];
}

CK_INLINE CKInts ck_first_lanes(size_t count) { return (CKInts)(CK_IOTA < (uint32_t)count); }

// The larger of each pair; NaN in x stays.
CK_INLINE CKFloats ck_larger(CKFloats low, CKFloats x) { return CK_SELECT(low > x, low, x); }

CK_INLINE float ck_sum(CKFloats x) {
    x += __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    x += __builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
    x += __builtin_shufflevector(x, x, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3);
    return x[0] + x[1];
}

CK_INLINE float ck_maximum(CKFloats x) {
    x = ck_larger(__builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15), x);
    x = ck_larger(__builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7), x);
    x = ck_larger(__builtin_shufflevector(x, x, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3), x);
    return x[0] > x[1] ? x[0] : x[1];
}

// e^x for x up to 88; 0 below -87, NaN for NaN. x = n ln 2 + r, |r| <= ln 2 / 2; the polynomial is within 2e-9 of e^r
// (fitted by reweighted least squares). Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits; 127 more
// make it an exponent.
CK_INLINE CKFloats ck_exp(CKFloats x) {
    const float magic = 12582912.0f + 127.0f;
    CKInts tiny = x < -87.0f;
    CKFloats clamped = ck_larger(CK_SPLAT(-87.0f), x);
    CKFloats shifted = clamped * 1.44269504f + magic;
    CKFloats n = shifted - magic;
    CKFloats r = n * -0.693359375f + clamped;
    r = n * 2.12194440e-4f + r;
    CKFloats p = r * 1.38436072e-3f + 8.37419555e-3f;
    p = p * r + 4.16680053e-2f;
    p = p * r + 1.66664302e-1f;
    p = p * r + 0.49999994f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    p *= (CKFloats)((CKWords)shifted << 23);
    return (CKFloats)(~tiny & (CKInts)p);
}

// Dropout's hash mixes the low 32 bits of an element's index with two words made of the key.
typedef struct {
    uint32_t first, second, threshold;
    float scale;
} CKMask;

CK_INLINE CKMask ck_mask(CKDropout dropout) {
    uint64_t z = dropout.key + 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return (CKMask){(uint32_t)z, (uint32_t)(z >> 32), dropout.threshold, dropout.scale};
}

// x with dropout, where element is the index of its first lane.
CK_INLINE CKFloats ck_drop(CKFloats x, CKMask mask, uint64_t element) {
    CKWords h = CK_IOTA + ((uint32_t)element + mask.first);
    h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
    h ^= mask.second;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    return (CKFloats)((CKInts)(h >= mask.threshold) & (CKInts)(x * mask.scale));
}

// Rounds to nearest, ties to even; NaN stays NaN.
CK_INLINE CKHalves ck_bf16(CKFloats x) {
    CKWords bits = (CKWords)x;
    CKWords rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    CKWords quiet = (bits >> 16) | 0x40u;
    CKWords nan = (CKWords)(x != x);
    return __builtin_convertvector((nan & quiet) | (~nan & rounded), CKHalves);
}

CK_INLINE void ck_store_bf16(uint16_t *pointer, CKFloats value, size_t count) {
    CKHalves halves = ck_bf16(value);
    if (count == CK_LANES) {
        *(CKStoredHalves *)pointer = halves;
        return;
    }
    for (size_t i = 0; i < count; i++) pointer[i] = halves[i];
}

// Rows and columns of a 16 x 16 block exchanged.
CK_INLINE void ck_transpose(CKFloats rows[CK_LANES]) {
    CKFloats a[CK_LANES], b[CK_LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < CK_LANES; i += 2) {
        a[i] = __builtin_shufflevector(
            rows[i], rows[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
        a[i + 1] = __builtin_shufflevector(
            rows[i], rows[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    }
    // b[4 g + j] holds columns j, 4 + j, 8 + j and 12 + j of rows 4 g ..< 4 g + 4.
#pragma clang loop unroll(full)
    for (int i = 0; i < CK_LANES; i += 4) {
#pragma clang loop unroll(full)
        for (int j = 0; j < 2; j++) {
            b[i + 2 * j] = __builtin_shufflevector(
                a[i + j], a[i + j + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
            b[i + 2 * j + 1] = __builtin_shufflevector(
                a[i + j], a[i + j + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
        }
    }
#define CK_EVEN_QUARTERS(x, y) \
    __builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define CK_ODD_QUARTERS(x, y) \
    __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
        CKFloats even0 = CK_EVEN_QUARTERS(b[j], b[4 + j]), odd0 = CK_ODD_QUARTERS(b[j], b[4 + j]);
        CKFloats even1 = CK_EVEN_QUARTERS(b[8 + j], b[12 + j]), odd1 = CK_ODD_QUARTERS(b[8 + j], b[12 + j]);
        rows[j] = CK_EVEN_QUARTERS(even0, even1);
        rows[4 + j] = CK_EVEN_QUARTERS(odd0, odd1);
        rows[8 + j] = CK_ODD_QUARTERS(even0, even1);
        rows[12 + j] = CK_ODD_QUARTERS(odd0, odd1);
    }
}

#endif
