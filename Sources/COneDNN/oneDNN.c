#define _POSIX_C_SOURCE 200112L

#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <malloc.h>
#endif

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

void co_keep_memory(void)
{
#if defined(__GLIBC__)
    // 32 MB is the largest threshold it takes.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
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

struct COHalfProduct {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t primitive;
    // a, b, c and scratch.
    dnnl_memory_t memory[4];
    void *scratch;
};

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t Description;
typedef const_dnnl_memory_desc_t ConstDescription;

static int describe(Description *description, size_t rows, size_t columns, size_t ld, int transposed, dnnl_data_type_t type)
{
    const dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
    const dnnl_dims_t strides = {transposed ? 1 : (dnnl_dim_t)ld, transposed ? (dnnl_dim_t)ld : 1};
    return dnnl_memory_desc_create_with_strides(description, 2, dims, type, strides);
}

static int describe_product(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, Description a, Description b, Description c, dnnl_primitive_attr_t attributes)
{
    return dnnl_matmul_primitive_desc_create(out, engine, a, b, NULL, c, attributes);
}

static int append_sum(dnnl_post_ops_t operations) { return dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef); }
static size_t size_of(ConstDescription description) { return dnnl_memory_desc_get_size(description); }
static void forget(Description *description) { if (*description) dnnl_memory_desc_destroy(*description); }
static int make_memory(dnnl_memory_t *memory, ConstDescription description, dnnl_engine_t engine)
{
    return dnnl_memory_create(memory, description, engine, DNNL_MEMORY_NONE);
}
#else
typedef dnnl_memory_desc_t Description;
typedef const dnnl_memory_desc_t *ConstDescription;

static int describe(Description *description, size_t rows, size_t columns, size_t ld, int transposed, dnnl_data_type_t type)
{
    const dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
    const dnnl_dims_t strides = {transposed ? 1 : (dnnl_dim_t)ld, transposed ? (dnnl_dim_t)ld : 1};
    return dnnl_memory_desc_init_by_strides(description, 2, dims, type, strides);
}

static int describe_product(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, Description a, Description b, Description c, dnnl_primitive_attr_t attributes)
{
    dnnl_matmul_desc_t product;
    int status = dnnl_matmul_desc_init(&product, &a, &b, NULL, &c);
    return status ? status : dnnl_primitive_desc_create(out, &product, attributes, engine, NULL);
}

static int append_sum(dnnl_post_ops_t operations) { return dnnl_post_ops_append_sum(operations, 1); }
static size_t size_of(ConstDescription description) { return dnnl_memory_desc_get_size(description); }
static void forget(Description *description) { (void)description; }
static int make_memory(dnnl_memory_t *memory, ConstDescription description, dnnl_engine_t engine)
{
    return dnnl_memory_create(memory, description, engine, DNNL_MEMORY_NONE);
}
#endif

static ConstDescription constant(Description *description)
{
#if DNNL_VERSION_MAJOR >= 3
    return *description;
#else
    return description;
#endif
}

COHalfProduct *co_half_create(
    int transpose_a, int transpose_b, size_t m, size_t n, size_t k, size_t lda, size_t ldb, size_t ldc, int accumulate)
{
    COHalfProduct *product = calloc(1, sizeof *product);
    if (!product) return NULL;
    Description descriptions[3];
    memset(descriptions, 0, sizeof descriptions);
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t operations = NULL;
    dnnl_primitive_desc_t description = NULL;
    int status = dnnl_engine_create(&product->engine, dnnl_cpu, 0);
    if (!status) status = dnnl_stream_create(&product->stream, product->engine, dnnl_stream_default_flags);
    if (!status) status = describe(&descriptions[0], m, k, lda, transpose_a, dnnl_bf16);
    if (!status) status = describe(&descriptions[1], k, n, ldb, transpose_b, dnnl_bf16);
    if (!status) status = describe(&descriptions[2], m, n, ldc, 0, dnnl_f32);
    if (!status) status = dnnl_primitive_attr_create(&attributes);
    if (!status) status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    if (!status && accumulate) {
        status = dnnl_post_ops_create(&operations);
        if (!status) status = append_sum(operations);
        if (!status) status = dnnl_primitive_attr_set_post_ops(attributes, operations);
    }
    if (!status)
        status = describe_product(
            &description, product->engine, descriptions[0], descriptions[1], descriptions[2], attributes);
    if (!status) status = dnnl_primitive_create(&product->primitive, description);
    for (int i = 0; !status && i < 3; i++)
        status = make_memory(&product->memory[i], constant(&descriptions[i]), product->engine);
    if (!status) {
        ConstDescription scratch = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
        size_t bytes = scratch ? size_of(scratch) : 0;
        if (posix_memalign(&product->scratch, 64, bytes ? bytes : 64)) status = 1;
        if (!status) status = make_memory(&product->memory[3], scratch, product->engine);
        if (!status) status = dnnl_memory_set_data_handle(product->memory[3], product->scratch);
    }
    for (int i = 0; i < 3; i++) forget(&descriptions[i]);
    if (description) dnnl_primitive_desc_destroy(description);
    if (operations) dnnl_post_ops_destroy(operations);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    if (!status) return product;
    co_half_destroy(product);
    return NULL;
}

void co_half_destroy(COHalfProduct *product)
{
    if (!product) return;
    for (int i = 0; i < 4; i++)
        if (product->memory[i]) dnnl_memory_destroy(product->memory[i]);
    if (product->primitive) dnnl_primitive_destroy(product->primitive);
    if (product->stream) dnnl_stream_destroy(product->stream);
    if (product->engine) dnnl_engine_destroy(product->engine);
    free(product->scratch);
    free(product);
}

int co_half_run(COHalfProduct *product, const uint16_t *a, const uint16_t *b, float *c)
{
    int status = dnnl_memory_set_data_handle(product->memory[0], (void *)a);
    if (!status) status = dnnl_memory_set_data_handle(product->memory[1], (void *)b);
    if (!status) status = dnnl_memory_set_data_handle(product->memory[2], c);
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, product->memory[0]},
        {DNNL_ARG_WEIGHTS, product->memory[1]},
        {DNNL_ARG_DST, product->memory[2]},
        {DNNL_ARG_SCRATCHPAD, product->memory[3]},
    };
    if (!status) status = dnnl_primitive_execute(product->primitive, product->stream, 4, arguments);
    if (!status) status = dnnl_stream_wait(product->stream);
    return status;
}
