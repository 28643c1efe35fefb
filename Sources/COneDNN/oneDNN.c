#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <stdio.h>
#include <stdlib.h>

// Debian's oneDNN runs on OpenMP, other builds on TBB or on one thread only. What is not there is not called.
#if defined(__linux__)
extern void omp_set_num_threads(int count) __attribute__((weak));
#endif

void co_use_one_thread(void)
{
#if defined(__linux__)
    if (omp_set_num_threads) omp_set_num_threads(1);
#endif
}

int co_sgemm(
    int transpose_a, int transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
    const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    return (int)dnnl_sgemm(
        transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', (dnnl_dim_t)m, (dnnl_dim_t)n, (dnnl_dim_t)k, alpha, a,
        (dnnl_dim_t)lda, b, (dnnl_dim_t)ldb, beta, c, (dnnl_dim_t)ldc);
}

const char *co_version(void)
{
    static char text[32];
    const dnnl_version_t *version = dnnl_version();
    snprintf(text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
    return text;
}

int co_has_bf16(void)
{
    // Numbers differ between versions only above the values that matter: avx512_core_bf16 and AMX have this bit set.
    return ((int)dnnl_get_effective_cpu_isa() & (int)dnnl_cpu_isa_avx512_core_bf16) == (int)dnnl_cpu_isa_avx512_core_bf16;
}

struct CODotBF16 {
    dnnl_engine_t engine;
    dnnl_primitive_t primitive;
    dnnl_memory_t a, b, c, scratch;
    size_t scratch_bytes;
    dnnl_memory_desc_t *descriptions;
};

CODotBF16 *co_bf16_create(
    int transpose_a, int transpose_b, size_t m, size_t n, size_t k, size_t lda, size_t ldb, size_t ldc, int accumulate)
{
    (void)transpose_a, (void)transpose_b, (void)m, (void)n, (void)k, (void)lda, (void)ldb, (void)ldc, (void)accumulate;
    return NULL;
}
void co_bf16_destroy(CODotBF16 *product) { free(product); }
size_t co_bf16_scratch(const CODotBF16 *product) { return product->scratch_bytes; }
int co_bf16_run(const CODotBF16 *product, const uint16_t *a, const uint16_t *b, float *c, void *scratch)
{
    (void)product, (void)a, (void)b, (void)c, (void)scratch;
    return 1;
}
