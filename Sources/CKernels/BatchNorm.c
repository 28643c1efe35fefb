// Batch norm in pieces: moments of columns, the affine step, and the two passes of the gradient.
#include "Kernels.h"

// Rows whose sums are made apart before they are added: the error of a long sum grows with its longest chain.
enum { CK_CHAIN_ROWS = 64 };
// Vectors of a row that are read together.
enum { CK_ABREAST = 4 };

CK_INLINE void ck_moments_step(
    const float *x, size_t rows, size_t columns, float *mean, float *m2, size_t vectors, size_t count) {
    float inverse = 1 / (float)rows;
    CKFloats middle[CK_ABREAST] = {};
    for (size_t first = 0; first < rows; first += CK_CHAIN_ROWS) {
        size_t end = first + ck_least(rows - first, CK_CHAIN_ROWS);
        CKFloats sums[CK_ABREAST] = {};
        for (size_t r = first; r < end; r++) {
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) sums[v] += ck_load(x + r * columns + v * CK_LANES, count);
        }
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) middle[v] += sums[v];
    }
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) middle[v] *= inverse;
    // The deviations' own sum corrects the rounding of the mean.
    CKFloats left[CK_ABREAST] = {}, total[CK_ABREAST] = {};
    for (size_t first = 0; first < rows; first += CK_CHAIN_ROWS) {
        size_t end = first + ck_least(rows - first, CK_CHAIN_ROWS);
        CKFloats sums[CK_ABREAST] = {}, squares[CK_ABREAST] = {};
        for (size_t r = first; r < end; r++) {
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) {
                CKFloats deviation = ck_load(x + r * columns + v * CK_LANES, count) - middle[v];
                sums[v] += deviation;
                squares[v] += deviation * deviation;
            }
        }
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) {
            left[v] += sums[v];
            total[v] += squares[v];
        }
    }
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
        CKFloats correction = left[v] * inverse;
        ck_store(mean + v * CK_LANES, middle[v] + correction, count);
        ck_store(m2 + v * CK_LANES, ck_larger(CK_SPLAT(0.0f), total[v] - left[v] * correction), count);
    }
}

CK_INLINE void ck_moments(const float *x, size_t rows, size_t columns, float *mean, float *m2) {
    size_t c = 0;
    for (; c + CK_ABREAST * CK_LANES <= columns; c += CK_ABREAST * CK_LANES)
        ck_moments_step(x + c, rows, columns, mean + c, m2 + c, CK_ABREAST, CK_LANES);
    for (; c + CK_LANES <= columns; c += CK_LANES)
        ck_moments_step(x + c, rows, columns, mean + c, m2 + c, 1, CK_LANES);
    if (c < columns) ck_moments_step(x + c, rows, columns, mean + c, m2 + c, 1, columns - c);
}

CK_KERNEL void ck_column_moments(const float *x, size_t rows, size_t columns, float *mean, float *m2) {
    if (rows) {
        ck_moments(x, rows, columns, mean, m2);
    } else if (columns) {
        memset(mean, 0, columns * sizeof(float));
        memset(m2, 0, columns * sizeof(float));
    }
}

CK_INLINE void ck_scale_shift_step(
    const float *x, const float *scale, const float *shift, float *y, float low, size_t count) {
    CKFloats value = ck_load(x, count) * ck_load(scale, count) + ck_load(shift, count);
    ck_store(y, ck_larger(CK_SPLAT(low), value), count);
}

CK_KERNEL void ck_scale_shift_forward(
    const float *x, const float *scale, const float *shift, float *y, size_t rows, size_t columns, int relu) {
    float low = relu ? 0 : -INFINITY;
    for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
        size_t c = 0;
        for (; c + CK_LANES <= columns; c += CK_LANES)
            ck_scale_shift_step(x + c, scale + c, shift + c, y + c, low, CK_LANES);
        if (c < columns) ck_scale_shift_step(x + c, scale + c, shift + c, y + c, low, columns - c);
    }
}

typedef struct {
    const float *dy, *x, *scale, *shift, *mean, *rstd;
} CKBatchNorm;

CK_INLINE void ck_batch_norm_sums_step(
    CKBatchNorm n, float *sum, float *sum_h, size_t column, size_t rows, size_t columns, int relu, size_t vectors,
    size_t count) {
    CKFloats scale[CK_ABREAST], shift[CK_ABREAST], mean[CK_ABREAST], total[CK_ABREAST] = {}, products[CK_ABREAST] = {};
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
        scale[v] = ck_load(n.scale + column + v * CK_LANES, count);
        shift[v] = ck_load(n.shift + column + v * CK_LANES, count);
        mean[v] = ck_load(n.mean + column + v * CK_LANES, count);
    }
    for (size_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) {
            size_t at = r * columns + column + v * CK_LANES;
            CKFloats x = ck_load(n.x + at, count), dz = ck_load(n.dy + at, count);
            if (relu) dz = (CKFloats)((x * scale[v] + shift[v] > 0.0f) & (CKInts)dz);
            total[v] += dz;
            products[v] += dz * (x - mean[v]);
        }
    }
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
        size_t at = column + v * CK_LANES;
        ck_store(sum + at, ck_load(sum + at, count) + total[v], count);
        ck_store(sum_h + at, ck_load(sum_h + at, count) + products[v] * ck_load(n.rstd + at, count), count);
    }
}

CK_INLINE void ck_batch_norm_sums_rows(
    CKBatchNorm n, float *sum, float *sum_h, size_t rows, size_t columns, int relu) {
    while (rows) {
        size_t some = ck_least(rows, CK_CHAIN_ROWS), c = 0;
        for (; c + CK_ABREAST * CK_LANES <= columns; c += CK_ABREAST * CK_LANES)
            ck_batch_norm_sums_step(n, sum, sum_h, c, some, columns, relu, CK_ABREAST, CK_LANES);
        for (; c + CK_LANES <= columns; c += CK_LANES)
            ck_batch_norm_sums_step(n, sum, sum_h, c, some, columns, relu, 1, CK_LANES);
        if (c < columns) ck_batch_norm_sums_step(n, sum, sum_h, c, some, columns, relu, 1, columns - c);
        rows -= some;
        n.x += some * columns;
        n.dy += some * columns;
    }
}

CK_KERNEL void ck_batch_norm_sums(
    const float *dy, const float *x, const float *scale, const float *shift, const float *mean, const float *rstd,
    float *sum, float *sum_h, size_t rows, size_t columns, int relu) {
    CKBatchNorm n = {dy, x, scale, shift, mean, rstd};
    if (relu) {
        ck_batch_norm_sums_rows(n, sum, sum_h, rows, columns, 1);
    } else {
        ck_batch_norm_sums_rows(n, sum, sum_h, rows, columns, 0);
    }
}

CK_INLINE void ck_batch_norm_gradient_step(
    CKBatchNorm n, const float *mean_dz, const float *mean_dz_h, float *dx, size_t at, size_t column, int relu,
    size_t count) {
    CKFloats scale = ck_load(n.scale + column, count);
    CKFloats x = ck_load(n.x + at, count), dz = ck_load(n.dy + at, count);
    if (relu) dz = (CKFloats)((x * scale + ck_load(n.shift + column, count) > 0.0f) & (CKInts)dz);
    CKFloats h = (x - ck_load(n.mean + column, count)) * ck_load(n.rstd + column, count);
    dz = dz - ck_load(mean_dz + column, count) - h * ck_load(mean_dz_h + column, count);
    ck_store(dx + at, scale * dz, count);
}

CK_INLINE void ck_batch_norm_gradient_rows(
    CKBatchNorm n, const float *mean_dz, const float *mean_dz_h, float *dx, size_t rows, size_t columns, int relu) {
    for (size_t r = 0; r < rows; r++) {
        size_t c = 0;
        for (; c + CK_LANES <= columns; c += CK_LANES)
            ck_batch_norm_gradient_step(n, mean_dz, mean_dz_h, dx, r * columns + c, c, relu, CK_LANES);
        if (c < columns)
            ck_batch_norm_gradient_step(n, mean_dz, mean_dz_h, dx, r * columns + c, c, relu, columns - c);
    }
}

CK_KERNEL void ck_batch_norm_backward(
    const float *dy, const float *x, const float *scale, const float *shift, const float *mean, const float *rstd,
    const float *mean_dz, const float *mean_dz_h, float *dx, size_t rows, size_t columns, int relu) {
    CKBatchNorm n = {dy, x, scale, shift, mean, rstd};
    if (relu) {
        ck_batch_norm_gradient_rows(n, mean_dz, mean_dz_h, dx, rows, columns, 1);
    } else {
        ck_batch_norm_gradient_rows(n, mean_dz, mean_dz_h, dx, rows, columns, 0);
    }
}
