// Layer norm of rows, after dropout and the residual sum, and its gradient.
#include "Kernels.h"

// Sums are kept in this many vectors, so that one addition need not wait for the one before.
enum { CK_CHAINS = 4 };

typedef struct {
    float *x;
    const float *residual;
    CKMask mask;
    uint64_t element;
} CKInput;

CK_INLINE CKFloats ck_input(CKInput input, size_t column, int adds, int drops, size_t count) {
    CKFloats x = ck_load(input.x + column, count);
    if (drops) x = ck_drop(x, input.mask, input.element + column);
    if (adds) x += ck_load(input.residual + column, count);
    if (adds || drops) ck_store(input.x + column, x, count);
    return x;
}

CK_INLINE void ck_layer_norm_row(
    CKInput input, const float *gamma, const float *beta, float *y, float *stats, size_t columns, float epsilon,
    float low, int adds, int drops) {
    size_t whole = columns / CK_LANES * CK_LANES, rest = columns - whole;
    CKFloats sums[CK_CHAINS] = {}, squares[CK_CHAINS] = {};
    size_t c = 0;
    for (; c + CK_CHAINS * CK_LANES <= whole; c += CK_CHAINS * CK_LANES) {
#pragma clang loop unroll(full)
        for (size_t k = 0; k < CK_CHAINS; k++) sums[k] += ck_input(input, c + k * CK_LANES, adds, drops, CK_LANES);
    }
    for (; c < whole; c += CK_LANES) sums[0] += ck_input(input, c, adds, drops, CK_LANES);
    if (rest) sums[1] += ck_input(input, c, adds, drops, rest);
    float mean = ck_sum((sums[0] + sums[1]) + (sums[2] + sums[3])) / (float)columns;

    const float *x = input.x;
    for (c = 0; c + CK_CHAINS * CK_LANES <= whole; c += CK_CHAINS * CK_LANES) {
#pragma clang loop unroll(full)
        for (size_t k = 0; k < CK_CHAINS; k++) {
            CKFloats deviation = ck_load(x + c + k * CK_LANES, CK_LANES) - mean;
            squares[k] += deviation * deviation;
        }
    }
    for (; c < whole; c += CK_LANES) {
        CKFloats deviation = ck_load(x + c, CK_LANES) - mean;
        squares[0] += deviation * deviation;
    }
    if (rest) {
        CKFloats deviation = (CKFloats)(ck_first_lanes(rest) & (CKInts)(ck_load(x + c, rest) - mean));
        squares[1] += deviation * deviation;
    }
    float variance = ck_sum((squares[0] + squares[1]) + (squares[2] + squares[3])) / (float)columns;
    float rstd = 1 / sqrtf(variance + epsilon);
    stats[0] = mean;
    stats[1] = rstd;

    for (c = 0; c < whole; c += CK_LANES) {
        CKFloats h = (ck_load(x + c, CK_LANES) - mean) * rstd;
        h = h * ck_load(gamma + c, CK_LANES) + ck_load(beta + c, CK_LANES);
        ck_store(y + c, ck_larger(CK_SPLAT(low), h), CK_LANES);
    }
    if (rest) {
        CKFloats h = (ck_load(x + c, rest) - mean) * rstd;
        h = h * ck_load(gamma + c, rest) + ck_load(beta + c, rest);
        ck_store(y + c, ck_larger(CK_SPLAT(low), h), rest);
    }
}

CK_INLINE void ck_layer_norm_rows(
    CKInput input, const float *gamma, const float *beta, float *y, float *stats, size_t rows, size_t columns,
    float epsilon, float low, int adds, int drops) {
    for (size_t r = 0; r < rows; r++) {
        ck_layer_norm_row(input, gamma, beta, y, stats, columns, epsilon, low, adds, drops);
        input.x += columns;
        if (adds) input.residual += columns;
        input.element += columns;
        y += columns;
        stats += 2;
    }
}

CK_KERNEL void ck_layer_norm_forward(
    float *x, const float *residual, const float *gamma, const float *beta, float *y, float *stats, size_t rows,
    size_t columns, float epsilon, int relu, CKDropout dropout, uint64_t first_element) {
    float low = relu ? 0 : -INFINITY;
    CKInput input = {x, residual, ck_mask(dropout), first_element};
    if (residual && dropout.threshold) {
        ck_layer_norm_rows(input, gamma, beta, y, stats, rows, columns, epsilon, low, 1, 1);
    } else if (residual) {
        ck_layer_norm_rows(input, gamma, beta, y, stats, rows, columns, epsilon, low, 1, 0);
    } else if (dropout.threshold) {
        ck_layer_norm_rows(input, gamma, beta, y, stats, rows, columns, epsilon, low, 0, 1);
    } else {
        ck_layer_norm_rows(input, gamma, beta, y, stats, rows, columns, epsilon, low, 0, 0);
    }
}

// How many rows are read together: the gradients of gamma and beta are loaded and stored once for all of them.
enum { CK_GROUP = 4 };

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
