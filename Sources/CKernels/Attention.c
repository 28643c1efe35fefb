// Attention of one head: two products and a softmax forward, five products backward, on tiles held in registers.
#include "Kernels.h"

// out[rows, 16 * vectors] = A B, where A's element (r, s) is a[r * a_row + s * a_step], and B has rows of b_stride floats.
typedef struct {
    const float *a;
    size_t a_row, a_step;
    const float *b;
    size_t b_stride, depth;
    float *out;
    size_t out_stride, rows, vectors;
} CKProduct;

CK_INLINE void ck_tile(const CKProduct *p, size_t row, size_t vector, const size_t rows, const size_t vectors) {
    CKFloats sums[8][4] = {};
    const float *a = p->a + row * p->a_row, *b = p->b + vector * CK_LANES;
    const size_t a_row = p->a_row, a_step = p->a_step, b_stride = p->b_stride;
    for (size_t s = p->depth; s; s--, a += a_step, b += b_stride) {
        CKFloats right[4];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) right[v] = ck_load(b + v * CK_LANES, CK_LANES);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            CKFloats left = CK_SPLAT(a[r * a_row]);
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) sums[r][v] += left * right[v];
        }
    }
    float *out = p->out + row * p->out_stride + vector * CK_LANES;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) ck_store(out + r * p->out_stride + v * CK_LANES, sums[r][v], CK_LANES);
    }
}

CK_INLINE void ck_tiles(const CKProduct *p) {
    size_t groups = (p->vectors + 3) / 4;
    for (size_t g = 0; g < groups; g++) {
        size_t vector = p->vectors * g / groups, vectors = p->vectors * (g + 1) / groups - vector;
        size_t tallest = vectors == 4 ? 6 : 8, blocks = (p->rows + tallest - 1) / tallest;
        for (size_t i = 0; i < blocks; i++) {
            size_t row = p->rows * i / blocks, rows = p->rows * (i + 1) / blocks - row;
#define CK_CASE(r, v) \
    case r * 4 + v - 1: \
        ck_tile(p, row, vector, r, v); \
        break;
#define CK_CASES(r) CK_CASE(r, 1) CK_CASE(r, 2) CK_CASE(r, 3)
            switch (rows * 4 + vectors - 1) {
                CK_CASES(1)
                CK_CASES(2)
                CK_CASES(3)
                CK_CASES(4)
                CK_CASES(5)
                CK_CASES(6)
                CK_CASES(7)
                CK_CASES(8)
                CK_CASE(1, 4)
                CK_CASE(2, 4)
                CK_CASE(3, 4)
                CK_CASE(4, 4)
                CK_CASE(5, 4)
                CK_CASE(6, 4)
            }
        }
    }
}

CK_KERNEL static void ck_multiply(const CKProduct *p) { ck_tiles(p); }

CK_INLINE size_t ck_up(size_t count) { return (count + CK_LANES - 1) / CK_LANES * CK_LANES; }

// out[columns, padded] = x transposed, zero in columns from `rows` on.
CK_INLINE void ck_pack_transposed(
    const float *x, size_t stride, size_t rows, size_t columns, float *out, size_t padded) {
    for (size_t r = 0; r < rows; r += CK_LANES) {
        size_t height = ck_least(rows - r, CK_LANES);
        for (size_t c = 0; c < columns; c += CK_LANES) {
            size_t width = ck_least(columns - c, CK_LANES);
            CKFloats block[CK_LANES];
            if (width == CK_LANES && height == CK_LANES) {
#pragma clang loop unroll(full)
                for (size_t i = 0; i < CK_LANES; i++) block[i] = ck_load(x + (r + i) * stride + c, CK_LANES);
            } else {
                for (size_t i = 0; i < CK_LANES; i++)
                    block[i] = ck_load(i < height ? x + (r + i) * stride + c : x, i < height ? width : 0);
            }
            ck_transpose(block);
            if (width == CK_LANES) {
#pragma clang loop unroll(full)
                for (size_t i = 0; i < CK_LANES; i++) ck_store(out + (c + i) * padded + r, block[i], CK_LANES);
            } else {
                for (size_t i = 0; i < width; i++) ck_store(out + (c + i) * padded + r, block[i], CK_LANES);
            }
        }
    }
}

CK_KERNEL static void ck_transposed(
    const float *x, size_t stride, size_t rows, size_t columns, float *out, size_t padded) {
    ck_pack_transposed(x, stride, rows, columns, out, padded);
}

// All ones in the lanes of vector `vector` whose key the query sees, of those in `keys`.
CK_INLINE CKInts ck_seen(const uint64_t *mask, size_t vector, uint32_t keys) {
    uint32_t bits = (uint32_t)(mask[vector / 4] >> (vector % 4 * CK_LANES)) & keys;
    return (CKInts)(((((CKWords){} + 1u) << CK_IOTA) & bits) != 0u);
}

CK_INLINE uint32_t ck_last_keys(size_t keys) { return 0xFFFFu >> (ck_up(keys) - keys); }

typedef struct {
    size_t padded;
    // One bit for each key of a row's last vector.
    uint32_t last_keys;
    float scale;
    CKMask drop;
} CKSoftmax;

// Turns a row of products into probabilities, and writes them with dropout to `dropped`.
CK_INLINE void ck_softmax_row(
    float *row, float *dropped, const uint64_t *mask, const CKSoftmax *t, int drops, uint64_t element, size_t vectors) {
    CKFloats top = CK_SPLAT(-INFINITY), sum = {};
    for (size_t v = 0; v < vectors; v++) {
        CKFloats scaled = ck_load(row + v * CK_LANES, CK_LANES) * t->scale;
        CKInts seen = ck_seen(mask, v, v + 1 < vectors ? 0xFFFFu : t->last_keys);
        scaled = CK_SELECT(seen, scaled, CK_SPLAT(-INFINITY));
        top = ck_larger(top, scaled);
        ck_store(row + v * CK_LANES, scaled, CK_LANES);
    }
    float maximum = ck_maximum(top);
    for (size_t v = 0; v < vectors; v++) {
        CKFloats e = ck_exp(ck_load(row + v * CK_LANES, CK_LANES) - maximum);
        sum += e;
        ck_store(row + v * CK_LANES, e, CK_LANES);
    }
    float inverse = 1 / ck_sum(sum);
    for (size_t v = 0; v < vectors; v++) {
        CKFloats p = ck_load(row + v * CK_LANES, CK_LANES) * inverse;
        ck_store(row + v * CK_LANES, p, CK_LANES);
        if (drops) ck_store(dropped + v * CK_LANES, ck_drop(p, t->drop, element + v * CK_LANES), CK_LANES);
    }
}

CK_INLINE void ck_softmax_rows(
    const CKAttention *t, size_t first, size_t rows, float *dropped, int drops, size_t vectors) {
    CKSoftmax s = {ck_up(t->keys), ck_last_keys(t->keys), t->scale, ck_mask(t->dropout)};
    for (size_t i = 0; i < rows; i++) {
        size_t q = first + i;
        ck_softmax_row(
            t->probabilities + q * s.padded, dropped + i * s.padded, t->mask + q * t->mask_words, &s, drops,
            t->first_element + q * s.padded, vectors);
    }
}

// A known number of vectors stays in registers between the passes over a row.
#define CK_BY_VECTORS(vectors, call) \
    switch (vectors) { \
    case 1: call(1); break; \
    case 2: call(2); break; \
    case 3: call(3); break; \
    case 4: call(4); break; \
    case 5: call(5); break; \
    case 6: call(6); break; \
    default: call(vectors); break; \
    }

CK_KERNEL static void ck_softmax(const CKAttention *t, size_t first, size_t rows, float *dropped) {
    size_t vectors = ck_up(t->keys) / CK_LANES;
    if (t->dropout.threshold) {
#define CK_DROPPED(count) ck_softmax_rows(t, first, rows, dropped, 1, count)
        CK_BY_VECTORS(vectors, CK_DROPPED)
    } else {
#define CK_PLAIN(count) ck_softmax_rows(t, first, rows, dropped, 0, count)
        CK_BY_VECTORS(vectors, CK_PLAIN)
    }
}

// Turns a row of gradients of the dropped probabilities into gradients of the products, and writes those probabilities.
CK_INLINE void ck_softmax_gradient_row(
    float *gradient, const float *probabilities, float *dropped, const CKSoftmax *t, int drops, uint64_t element,
    size_t vectors) {
    CKFloats sum = {};
    for (size_t v = 0; v < vectors; v++) {
        size_t j = v * CK_LANES;
        CKFloats p = ck_load(probabilities + j, CK_LANES), g = ck_load(gradient + j, CK_LANES);
        if (drops) {
            CKFloats kept = ck_drop(CK_SPLAT(1.0f), t->drop, element + j);
            ck_store(dropped + j, p * kept, CK_LANES);
            g *= kept;
            ck_store(gradient + j, g, CK_LANES);
        }
        sum += p * g;
    }
    float delta = ck_sum(sum);
    for (size_t v = 0; v < vectors; v++) {
        size_t j = v * CK_LANES;
        CKFloats p = ck_load(probabilities + j, CK_LANES), g = ck_load(gradient + j, CK_LANES);
        ck_store(gradient + j, p * (g - delta) * t->scale, CK_LANES);
    }
}

CK_INLINE void ck_softmax_gradient_rows(
    const CKAttention *t, size_t first, size_t rows, float *gradient, float *dropped, int drops, size_t vectors) {
    CKSoftmax s = {ck_up(t->keys), 0, t->scale, ck_mask(t->dropout)};
    for (size_t i = 0; i < rows; i++) {
        size_t at = (first + i) * s.padded;
        ck_softmax_gradient_row(
            gradient + at, t->probabilities + at, dropped + at, &s, drops, t->first_element + at, vectors);
    }
}

CK_KERNEL static void ck_softmax_gradient(
    const CKAttention *t, size_t first, size_t rows, float *gradient, float *dropped) {
    size_t vectors = ck_up(t->keys) / CK_LANES;
    if (t->dropout.threshold) {
        ck_softmax_gradient_rows(t, first, rows, gradient, dropped, 1, vectors);
    } else {
        ck_softmax_gradient_rows(t, first, rows, gradient, dropped, 0, vectors);
    }
}

// A factor whose rows are not whole vectors is copied with zeros after them; a product of such width goes through `wide`.
static void ck_multiply_narrow(CKProduct p, size_t width, float *padded_b, float *wide) {
    if (width % CK_LANES == 0) {
        ck_multiply(&p);
        return;
    }
    size_t padded = ck_up(width);
    for (size_t s = 0; s < p.depth; s++) {
        memcpy(padded_b + s * padded, p.b + s * p.b_stride, width * sizeof(float));
        memset(padded_b + s * padded + width, 0, (padded - width) * sizeof(float));
    }
    float *out = p.out;
    size_t stride = p.out_stride;
    p.b = padded_b;
    p.b_stride = padded;
    p.out = wide;
    p.out_stride = padded;
    ck_multiply(&p);
    for (size_t r = 0; r < p.rows; r++) memcpy(out + r * stride, wide + r * padded, width * sizeof(float));
}

typedef struct {
    // [head_size, keys]; twice [queries, keys]; twice [queries or keys, head_size], only where head_size needs padding.
    float *transposed, *gradient, *dropped, *factor, *product;
    size_t size;
} CKScratch;

static CKScratch ck_scratch(float *scratch, size_t queries, size_t keys, size_t head_size) {
    size_t columns = ck_up(keys), longest = queries > columns ? queries : columns;
    size_t narrow = head_size % CK_LANES ? longest * ck_up(head_size) : 0;
    size_t sizes[] = {head_size * columns, queries * columns, queries * columns, narrow, narrow};
    float *parts[5];
    size_t size = 0;
    for (int i = 0; i < 5; i++) {
        parts[i] = scratch ? scratch + size : NULL;
        size += sizes[i];
    }
    return (CKScratch){parts[0], parts[1], parts[2], parts[3], parts[4], size};
}

size_t ck_attention_scratch(size_t queries, size_t keys, size_t head_size) {
    return ck_scratch(NULL, queries, keys, head_size).size;
}

// Queries whose products, softmax and sums are made one after the other, while they are in the first cache.
enum { CK_QUERY_BLOCK = 24 };

void ck_attention_forward(const CKAttention *t, float *out) {
    CKScratch s = ck_scratch(t->scratch, t->queries, t->keys, t->head_size);
    size_t padded = ck_up(t->keys);
    ck_transposed(t->k, t->k_stride, t->keys, t->head_size, s.transposed, padded);
    size_t blocks = (t->queries + CK_QUERY_BLOCK - 1) / CK_QUERY_BLOCK;
    for (size_t i = 0; i < blocks; i++) {
        size_t first = t->queries * i / blocks, rows = t->queries * (i + 1) / blocks - first;
        float *products = t->probabilities + first * padded;
        ck_multiply(&(CKProduct){
            t->q + first * t->q_stride, t->q_stride, 1, s.transposed, padded, t->head_size, products, padded, rows,
            padded / CK_LANES});
        ck_softmax(t, first, rows, s.dropped);
        ck_multiply_narrow(
            (CKProduct){
                t->dropout.threshold ? s.dropped : products, padded, 1, t->v, t->v_stride, t->keys,
                out + first * t->out_stride, t->out_stride, rows, ck_up(t->head_size) / CK_LANES},
            t->head_size, s.factor, s.product);
    }
}

void ck_attention_backward(const CKAttention *t, const float *dout, float *dq, float *dk, float *dv) {
    CKScratch s = ck_scratch(t->scratch, t->queries, t->keys, t->head_size);
    size_t padded = ck_up(t->keys), vectors = ck_up(t->head_size) / CK_LANES;
    ck_transposed(t->v, t->v_stride, t->keys, t->head_size, s.transposed, padded);
    size_t blocks = (t->queries + CK_QUERY_BLOCK - 1) / CK_QUERY_BLOCK;
    for (size_t i = 0; i < blocks; i++) {
        size_t first = t->queries * i / blocks, rows = t->queries * (i + 1) / blocks - first;
        float *gradient = s.gradient + first * padded;
        ck_multiply(&(CKProduct){
            dout + first * t->out_stride, t->out_stride, 1, s.transposed, padded, t->head_size, gradient, padded, rows,
            padded / CK_LANES});
        ck_softmax_gradient(t, first, rows, s.gradient, s.dropped);
        ck_multiply_narrow(
            (CKProduct){
                gradient, padded, 1, t->k, t->k_stride, t->keys, dq + first * t->q_stride, t->q_stride, rows, vectors},
            t->head_size, s.factor, s.product);
    }
    const float *dropped = t->dropout.threshold ? s.dropped : t->probabilities;
    ck_multiply_narrow(
        (CKProduct){s.gradient, 1, padded, t->q, t->q_stride, t->queries, dk, t->k_stride, t->keys, vectors},
        t->head_size, s.factor, s.product);
    ck_multiply_narrow(
        (CKProduct){dropped, 1, padded, dout, t->out_stride, t->queries, dv, t->v_stride, t->keys, vectors},
        t->head_size, s.factor, s.product);
}
