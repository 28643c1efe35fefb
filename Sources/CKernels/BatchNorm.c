// Batch norm in pieces: moments of columns, the affine step, and the two passes of the gradient.
#include "Kernels.h"

// Rows whose sums are made apart before they are added: the error of a long sum grows with its longest chain.
enum { CK_CHAIN_ROWS = 64 };

CK_INLINE void ck_moments_step(const float *x, size_t rows, size_t columns, float *mean, float *m2, size_t count) {
    CKFloats total = {};
    for (size_t first = 0; first < rows; first += CK_CHAIN_ROWS) {
        size_t end = first + ck_least(rows - first, CK_CHAIN_ROWS);
        CKFloats sum = {};
        for (size_t r = first; r < end; r++) sum += ck_load(x + r * columns, count);
        total += sum;
    }
    float inverse = 1 / (float)rows;
    CKFloats middle = total * inverse;
    // The deviations' own sum corrects the rounding of the mean.
    CKFloats left = {}, squares = {};
    for (size_t first = 0; first < rows; first += CK_CHAIN_ROWS) {
        size_t end = first + ck_least(rows - first, CK_CHAIN_ROWS);
        CKFloats sum = {}, square = {};
        for (size_t r = first; r < end; r++) {
            CKFloats deviation = ck_load(x + r * columns, count) - middle;
            sum += deviation;
            square += deviation * deviation;
        }
        left += sum;
        squares += square;
    }
    CKFloats correction = left * inverse;
    ck_store(mean, middle + correction, count);
    ck_store(m2, ck_larger(CK_SPLAT(0.0f), squares - left * correction), count);
}

CK_INLINE void ck_moments(const float *x, size_t rows, size_t columns, float *mean, float *m2) {
    size_t c = 0;
    for (; c + CK_LANES <= columns; c += CK_LANES) ck_moments_step(x + c, rows, columns, mean + c, m2 + c, CK_LANES);
    if (c < columns) ck_moments_step(x + c, rows, columns, mean + c, m2 + c, columns - c);
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
    CKBatchNorm n, float *sum, float *sum_h, size_t column, size_t rows, size_t columns, int relu, size_t count) {
    CKFloats scale = ck_load(n.scale + column, count), shift = ck_load(n.shift + column, count);
    CKFloats mean = ck_load(n.mean + column, count), rstd = ck_load(n.rstd + column, count);
    CKFloats total = {}, total_x = {};
    for (size_t first = 0; first < rows; first += CK_CHAIN_ROWS) {
        size_t end = first + ck_least(rows - first, CK_CHAIN_ROWS);
        CKFloats part = {}, part_x = {};
        for (size_t r = first; r < end; r++) {
            CKFloats x = ck_load(n.x + r * columns + column, count);
            CKFloats dz = ck_load(n.dy + r * columns + column, count);
            if (relu) dz = (CKFloats)((x * scale + shift > 0.0f) & (CKInts)dz);
            part += dz;
            part_x += dz * (x - mean);
        }
        total += part;
        total_x += part_x;
    }
    ck_store(sum + column, ck_load(sum + column, count) + total, count);
    ck_store(sum_h + column, ck_load(sum_h + column, count) + total_x * rstd, count);
}

CK_INLINE void ck_batch_norm_sums_columns(
    CKBatchNorm n, float *sum, float *sum_h, size_t rows, size_t columns, int relu) {
    size_t c = 0;
    for (; c + CK_LANES <= columns; c += CK_LANES)
        ck_batch_norm_sums_step(n, sum, sum_h, c, rows, columns, relu, CK_LANES);
    if (c < columns) ck_batch_norm_sums_step(n, sum, sum_h, c, rows, columns, relu, columns - c);
}

CK_KERNEL void ck_batch_norm_sums(
    const float *dy, const float *x, const float *scale, const float *shift, const float *mean, const float *rstd,
    float *sum, float *sum_h, size_t rows, size_t columns, int relu) {
    CKBatchNorm n = {dy, x, scale, shift, mean, rstd};
    if (relu) {
        ck_batch_norm_sums_columns(n, sum, sum_h, rows, columns, 1);
    } else {
        ck_batch_norm_sums_columns(n, sum, sum_h, rows, columns, 0);
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
