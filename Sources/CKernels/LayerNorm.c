// Layer norm of rows, after dropout and the residual sum, and its gradient.
#include "Kernels.h"

// How many rows are worked on together: one row's sums need not wait for another's, and the gradients of gamma and beta are
// loaded and stored once for all of them.
enum { CK_GROUP = 4 };

typedef struct {
    float *x;
    const float *residual, *gamma, *beta;
    float *y, *stats;
    float epsilon, low;
    CKMask mask;
    uint64_t element;
} CKNormalised;

CK_INLINE void ck_normal_sums(
    CKNormalised n, size_t column, size_t columns, size_t rows, int adds, int drops, CKFloats *sums, size_t count) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        size_t at = r * columns + column;
        CKFloats x = ck_load(n.x + at, count);
        if (drops) x = ck_drop(x, n.mask, n.element + at);
        if (adds) x += ck_load(n.residual + at, count);
        if (adds || drops) ck_store(n.x + at, x, count);
        sums[r] += count == CK_LANES ? x : (CKFloats)(ck_first_lanes(count) & (CKInts)x);
    }
}

CK_INLINE void ck_normal_squares(
    CKNormalised n, size_t column, size_t columns, size_t rows, CKFloats *squares, size_t count) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        CKFloats deviation = ck_load(n.x + r * columns + column, count) - n.stats[2 * r];
        if (count != CK_LANES) deviation = (CKFloats)(ck_first_lanes(count) & (CKInts)deviation);
        squares[r] += deviation * deviation;
    }
}

CK_INLINE void ck_normal_outputs(CKNormalised n, size_t column, size_t columns, size_t rows, size_t count) {
    CKFloats gamma = ck_load(n.gamma + column, count), beta = ck_load(n.beta + column, count);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        size_t at = r * columns + column;
        CKFloats h = (ck_load(n.x + at, count) - n.stats[2 * r]) * n.stats[2 * r + 1];
        ck_store(n.y + at, ck_larger(CK_SPLAT(n.low), h * gamma + beta), count);
    }
}

CK_INLINE void ck_normal_group(CKNormalised n, size_t columns, size_t rows, int adds, int drops) {
    size_t whole = columns / CK_LANES * CK_LANES, rest = columns - whole;
    CKFloats sums[CK_GROUP] = {}, squares[CK_GROUP] = {};
    for (size_t c = 0; c < whole; c += CK_LANES) ck_normal_sums(n, c, columns, rows, adds, drops, sums, CK_LANES);
    if (rest) ck_normal_sums(n, whole, columns, rows, adds, drops, sums, rest);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) n.stats[2 * r] = ck_sum(sums[r]) / (float)columns;
    for (size_t c = 0; c < whole; c += CK_LANES) ck_normal_squares(n, c, columns, rows, squares, CK_LANES);
    if (rest) ck_normal_squares(n, whole, columns, rows, squares, rest);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
        n.stats[2 * r + 1] = 1 / sqrtf(ck_sum(squares[r]) / (float)columns + n.epsilon);
    for (size_t c = 0; c < whole; c += CK_LANES) ck_normal_outputs(n, c, columns, rows, CK_LANES);
    if (rest) ck_normal_outputs(n, whole, columns, rows, rest);
}

CK_INLINE void ck_normal_groups(CKNormalised n, size_t rows, size_t columns, int adds, int drops) {
    while (rows) {
        size_t group = rows >= CK_GROUP ? CK_GROUP : 1;
        if (group == CK_GROUP) {
            ck_normal_group(n, columns, CK_GROUP, adds, drops);
        } else {
            ck_normal_group(n, columns, 1, adds, drops);
        }
        rows -= group;
        n.x += group * columns;
        if (adds) n.residual += group * columns;
        n.y += group * columns;
        n.stats += 2 * group;
        n.element += group * columns;
    }
}

CK_KERNEL void ck_layer_norm_forward(
    float *x, const float *residual, const float *gamma, const float *beta, float *y, float *stats, size_t rows,
    size_t columns, float epsilon, int relu, CKDropout dropout, uint64_t first_element) {
    CKNormalised n = {
        x, residual, gamma, beta, y, stats, epsilon, relu ? 0 : -INFINITY, ck_mask(dropout), first_element};
    if (residual && dropout.threshold) {
        ck_normal_groups(n, rows, columns, 1, 1);
    } else if (residual) {
        ck_normal_groups(n, rows, columns, 1, 0);
    } else if (dropout.threshold) {
        ck_normal_groups(n, rows, columns, 0, 1);
    } else {
        ck_normal_groups(n, rows, columns, 0, 0);
    }
}

typedef struct {
    const float *dy, *x, *y, *stats, *gamma;
    float *dx, *gamma_gradient, *beta_gradient;
} CKLayerNorm;

// The two sums over a row, and the row's share of the columns' sums.
CK_INLINE void ck_layer_norm_sums(
    CKLayerNorm n, size_t column, size_t columns, size_t rows, int relu, CKFloats *row_sums, CKFloats *row_products,
    size_t count) {
    CKFloats gamma = ck_load(n.gamma + column, count);
    CKFloats beta_sum = {}, gamma_sum = {};
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        size_t at = r * columns + column;
        CKFloats dy = ck_load(n.dy + at, count);
        if (relu) dy = (CKFloats)((ck_load(n.y + at, count) > 0.0f) & (CKInts)dy);
        CKFloats h = (ck_load(n.x + at, count) - n.stats[2 * r]) * n.stats[2 * r + 1];
        beta_sum += dy;
        gamma_sum += dy * h;
        row_sums[r] += dy * gamma;
        row_products[r] += dy * gamma * h;
    }
    ck_store(n.gamma_gradient + column, ck_load(n.gamma_gradient + column, count) + gamma_sum, count);
    ck_store(n.beta_gradient + column, ck_load(n.beta_gradient + column, count) + beta_sum, count);
}

CK_INLINE void ck_layer_norm_gradient(
    CKLayerNorm n, size_t column, size_t columns, size_t rows, int relu, const float *means, const float *products,
    size_t count) {
    CKFloats gamma = ck_load(n.gamma + column, count);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        size_t at = r * columns + column;
        CKFloats dy = ck_load(n.dy + at, count);
        if (relu) dy = (CKFloats)((ck_load(n.y + at, count) > 0.0f) & (CKInts)dy);
        CKFloats h = (ck_load(n.x + at, count) - n.stats[2 * r]) * n.stats[2 * r + 1];
        ck_store(n.dx + at, (dy * gamma - means[r] - h * products[r]) * n.stats[2 * r + 1], count);
    }
}

CK_INLINE void ck_layer_norm_group(CKLayerNorm n, size_t columns, size_t rows, int relu) {
    CKFloats row_sums[CK_GROUP] = {}, row_products[CK_GROUP] = {};
    size_t c = 0;
    for (; c + CK_LANES <= columns; c += CK_LANES)
        ck_layer_norm_sums(n, c, columns, rows, relu, row_sums, row_products, CK_LANES);
    if (c < columns) ck_layer_norm_sums(n, c, columns, rows, relu, row_sums, row_products, columns - c);
    float means[CK_GROUP], products[CK_GROUP];
    for (size_t r = 0; r < rows; r++) {
        means[r] = ck_sum(row_sums[r]) / (float)columns;
        products[r] = ck_sum(row_products[r]) / (float)columns;
    }
    for (c = 0; c + CK_LANES <= columns; c += CK_LANES)
        ck_layer_norm_gradient(n, c, columns, rows, relu, means, products, CK_LANES);
    if (c < columns) ck_layer_norm_gradient(n, c, columns, rows, relu, means, products, columns - c);
}

CK_INLINE void ck_layer_norm_groups(CKLayerNorm n, size_t rows, size_t columns, int relu) {
    while (rows) {
        size_t group = rows >= CK_GROUP ? CK_GROUP : 1;
        if (group == CK_GROUP) {
            ck_layer_norm_group(n, columns, CK_GROUP, relu);
        } else {
            ck_layer_norm_group(n, columns, 1, relu);
        }
        rows -= group;
        n.dy += group * columns;
        n.x += group * columns;
        if (relu) n.y += group * columns;
        n.dx += group * columns;
        n.stats += 2 * group;
    }
}

CK_KERNEL void ck_layer_norm_backward(
    const float *dy, const float *x, const float *y, const float *stats, const float *gamma, float *dx,
    float *gamma_gradient, float *beta_gradient, size_t rows, size_t columns, int relu) {
    CKLayerNorm n = {dy, x, y, stats, gamma, dx, gamma_gradient, beta_gradient};
    if (relu) {
        ck_layer_norm_groups(n, rows, columns, 1);
    } else {
        ck_layer_norm_groups(n, rows, columns, 0);
    }
}
