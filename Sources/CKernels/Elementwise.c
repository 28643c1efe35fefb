// Bias, relu, dropout, sums: what is one load, a few operations and one store.
#include "Kernels.h"

CK_INLINE void ck_bias_step(
    float *y, const float *bias, float low, CKMask mask, uint64_t element, int drops, size_t count) {
    CKFloats value = ck_load(y, count);
    if (bias) value += ck_load(bias, count);
    value = ck_larger(CK_SPLAT(low), value);
    if (drops) value = ck_drop(value, mask, element);
    ck_store(y, value, count);
}

CK_INLINE void ck_bias_rows(
    float *y, const float *bias, size_t rows, size_t columns, float low, CKMask mask, int drops, uint64_t element) {
    for (size_t r = 0; r < rows; r++, y += columns, element += columns) {
        size_t c = 0;
        for (; c + CK_LANES <= columns; c += CK_LANES)
            ck_bias_step(y + c, bias ? bias + c : NULL, low, mask, element + c, drops, CK_LANES);
        if (c < columns) ck_bias_step(y + c, bias ? bias + c : NULL, low, mask, element + c, drops, columns - c);
    }
}

CK_KERNEL void ck_bias_forward(
    float *y, const float *bias, size_t rows, size_t columns, int relu, CKDropout dropout, uint64_t first_element) {
    float low = relu ? 0 : -INFINITY;
    CKMask mask = ck_mask(dropout);
    if (bias && dropout.threshold) {
        ck_bias_rows(y, bias, rows, columns, low, mask, 1, first_element);
    } else if (bias) {
        ck_bias_rows(y, bias, rows, columns, low, mask, 0, first_element);
    } else if (dropout.threshold) {
        ck_bias_rows(y, NULL, rows, columns, low, mask, 1, first_element);
    } else if (relu) {
        ck_bias_rows(y, NULL, rows, columns, low, mask, 0, first_element);
    }
}

// How many rows' sums are made in registers before they are added to the caller's.
enum { CK_SUMMED_ROWS = 8 };

// Where y > 0, dropout kept the element: its hash is needed only without relu.
CK_INLINE void ck_bias_backward_step(
    float *dy, const float *y, float *bias_gradient, size_t rows, size_t columns, int relu, CKMask mask, int drops,
    uint64_t element, size_t count) {
    CKFloats sum = {};
    for (size_t r = 0; r < rows; r++) {
        CKFloats value = ck_load(dy + r * columns, count);
        if (relu) {
            CKFloats gate = ck_load(y + r * columns, count);
            value = (CKFloats)((gate > 0.0f) & (CKInts)(drops ? value * mask.scale : value));
        } else if (drops) {
            value = ck_drop(value, mask, element + r * columns);
        }
        if (relu || drops) ck_store(dy + r * columns, value, count);
        sum += value;
    }
    if (bias_gradient) ck_store(bias_gradient, ck_load(bias_gradient, count) + sum, count);
}

CK_INLINE void ck_bias_backward_group(
    float *dy, const float *y, float *bias_gradient, size_t rows, size_t columns, int relu, CKMask mask, int drops,
    uint64_t element) {
    size_t c = 0;
    for (; c + CK_LANES <= columns; c += CK_LANES)
        ck_bias_backward_step(
            dy + c, y + c, bias_gradient ? bias_gradient + c : NULL, rows, columns, relu, mask, drops, element + c,
            CK_LANES);
    if (c < columns)
        ck_bias_backward_step(
            dy + c, y + c, bias_gradient ? bias_gradient + c : NULL, rows, columns, relu, mask, drops, element + c,
            columns - c);
}

CK_INLINE void ck_bias_backward_rows(
    float *dy, const float *y, float *bias_gradient, size_t rows, size_t columns, int relu, CKMask mask, int drops,
    uint64_t element) {
    size_t r = 0;
    for (; r + CK_SUMMED_ROWS <= rows; r += CK_SUMMED_ROWS)
        ck_bias_backward_group(
            dy + r * columns, relu ? y + r * columns : dy, bias_gradient, CK_SUMMED_ROWS, columns, relu, mask, drops,
            element + r * columns);
    if (r < rows)
        ck_bias_backward_group(
            dy + r * columns, relu ? y + r * columns : dy, bias_gradient, rows - r, columns, relu, mask, drops,
            element + r * columns);
}

CK_KERNEL void ck_bias_backward(
    float *dy, const float *y, float *bias_gradient, size_t rows, size_t columns, int relu, CKDropout dropout,
    uint64_t first_element) {
    CKMask mask = ck_mask(dropout);
    if (relu && dropout.threshold) {
        ck_bias_backward_rows(dy, y, bias_gradient, rows, columns, 1, mask, 1, first_element);
    } else if (relu) {
        ck_bias_backward_rows(dy, y, bias_gradient, rows, columns, 1, mask, 0, first_element);
    } else if (dropout.threshold) {
        ck_bias_backward_rows(dy, y, bias_gradient, rows, columns, 0, mask, 1, first_element);
    } else if (bias_gradient) {
        ck_bias_backward_rows(dy, y, bias_gradient, rows, columns, 0, mask, 0, first_element);
    }
}

CK_INLINE void ck_dropout_elements(const float *x, float *out, size_t count, CKMask mask, uint64_t element) {
    size_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES)
        ck_store(out + i, ck_drop(ck_load(x + i, CK_LANES), mask, element + i), CK_LANES);
    if (i < count) ck_store(out + i, ck_drop(ck_load(x + i, count - i), mask, element + i), count - i);
}

CK_KERNEL void ck_dropout_backward(
    const float *x, float *out, size_t count, CKDropout dropout, uint64_t first_element) {
    if (dropout.threshold) {
        ck_dropout_elements(x, out, count, ck_mask(dropout), first_element);
    } else if (out != x && count) {
        memmove(out, x, count * sizeof(float));
    }
}

CK_KERNEL void ck_add(float *y, const float *x, size_t count) { ck_sum_run(y, x, y, count); }

CK_INLINE int ck_finite_elements(const float *x, size_t count) {
    const uint32_t exponent = 0x7F800000u;
    size_t i = 0;
    while (i + CK_LANES <= count) {
        size_t end = i + ck_least((count - i) / CK_LANES, 256) * CK_LANES;
        CKInts found = {};
        for (; i < end; i += CK_LANES)
            found |= (CKInts)(((CKWords)ck_load(x + i, CK_LANES) & exponent) == exponent);
        if (__builtin_reduce_or(found)) return 0;
    }
    CKInts found = (CKInts)(((CKWords)ck_load(x + i, count - i) & exponent) == exponent);
    return __builtin_reduce_or(found) == 0;
}

CK_KERNEL int ck_all_finite(const float *x, size_t count) { return ck_finite_elements(x, count); }

CK_INLINE void ck_bf16_elements(const float *x, uint16_t *out, size_t count) {
    size_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) ck_store_bf16(out + i, ck_load(x + i, CK_LANES), CK_LANES);
    if (i < count) ck_store_bf16(out + i, ck_load(x + i, count - i), count - i);
}

CK_KERNEL void ck_to_bf16(const float *x, uint16_t *out, size_t count) { ck_bf16_elements(x, out, count); }
