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

// "2.6.3" or the like, of the library that is loaded.
const char *co_version(void);

// Whether bfloat16 products run on the CPU's own instructions.
int co_has_bf16(void);

// A product of fixed shape, c = a b (+ c where `accumulate`), with a and b in bfloat16 and c in float32; row-major, lda, ldb and ldc as
// for co_sgemm, transposes as well. Made once per shape; several threads may use one.
typedef struct CODotBF16 CODotBF16;
CODotBF16 *co_bf16_create(
    int transpose_a, int transpose_b, size_t m, size_t n, size_t k, size_t lda, size_t ldb, size_t ldc, int accumulate);
void co_bf16_destroy(CODotBF16 *product);
// Bytes of scratch a call needs, aligned to 64.
size_t co_bf16_scratch(const CODotBF16 *product);
int co_bf16_run(const CODotBF16 *product, const uint16_t *a, const uint16_t *b, float *c, void *scratch);

#endif
