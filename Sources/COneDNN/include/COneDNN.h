// What we use of oneDNN, the same for its 2.x and 3.x. Calls run on the calling thread alone.
#ifndef CONEDNN_H
#define CONEDNN_H

#include <stddef.h>
#include <stdint.h>

// c = alpha op(a) op(b) + beta c, row-major; transposes are 0 or 1. Returns 0, or oneDNN's status.
int co_sgemm(
    int transpose_a, int transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
    const float *b, size_t ldb, float beta, float *c, size_t ldc);

// Keeps oneDNN from starting threads under the calling thread. Call once on every thread that multiplies.
void co_use_one_thread(void);

// oneDNN takes and gives back buffers for each product. Left alone, the C library returns them to the system each time, and a fifth
// of a training step goes into clearing pages. For the whole process.
void co_keep_memory(void);

// "2.6.3" or the like, of the library that is loaded.
const char *co_version(void);

// Whether bfloat16 products run on the CPU's own instructions.
int co_has_bf16(void);

// A product of fixed shape, c = op(a) op(b) (+ c where `accumulate`), with a and b in bfloat16 and c in float32; row-major, transposes as
// for co_sgemm. For one thread at a time. NULL where oneDNN has none.
typedef struct COHalfProduct COHalfProduct;
COHalfProduct *co_half_create(
    int transpose_a, int transpose_b, size_t m, size_t n, size_t k, size_t lda, size_t ldb, size_t ldc, int accumulate);
void co_half_destroy(COHalfProduct *product);
int co_half_run(COHalfProduct *product, const uint16_t *a, const uint16_t *b, float *c);

#endif
