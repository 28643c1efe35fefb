// The elementwise and attention kernels of the CPU backend. Each call works on one thread, on the rows it is given; matrices
// are float32, row-major and contiguous unless a stride is named. Results do not depend on how rows are split over calls,
// except for the sums a caller adds up itself.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Element i is dropped where a hash of (key, i) falls below threshold, else multiplied by scale. A threshold of 0 drops none.
typedef struct {
    uint64_t key;
    uint32_t threshold;
    float scale;
} CKDropout;

// A row of a gather: row `row` of source `source`, plus row `position` of the table of positions (none where negative).
typedef struct {
    int32_t source;
    int32_t row;
    int32_t position;
} CKRow;

// y = dropout(relu(y + bias)); bias may be NULL, relu is 0 or 1. first_element is the index of y[0] in the whole matrix, for dropout.
void ck_bias_forward(
    float *y, const float *bias, size_t rows, size_t columns, int relu, CKDropout dropout, uint64_t first_element);
// Turns dy into the gradient before dropout, relu and bias, in place; y is what ck_bias_forward left (unused without relu).
// Adds the columns' sums to bias_gradient unless it is NULL.
void ck_bias_backward(
    float *dy, const float *y, float *bias_gradient, size_t rows, size_t columns, int relu, CKDropout dropout,
    uint64_t first_element);

// x becomes residual + dropout(x) (residual may be NULL), y = (x - mean) / sqrt(variance + epsilon) * gamma + beta per row.
// stats receives mean and 1/sqrt(variance + epsilon) of each row, interleaved. relu is applied to y where asked for.
void ck_layer_norm_forward(
    float *x, const float *residual, const float *gamma, const float *beta, float *y, float *stats, size_t rows,
    size_t columns, float epsilon, int relu, CKDropout dropout, uint64_t first_element);
// dx = gradient of the normalised sum x. y is the forward's output (read only where relu). Adds to gamma_gradient and beta_gradient. dx may be dy.
void ck_layer_norm_backward(
    const float *dy, const float *x, const float *y, const float *stats, const float *gamma, float *dx,
    float *gamma_gradient, float *beta_gradient, size_t rows, size_t columns, int relu);
// out = dropout mask and scale applied to x, as the forward did. out may be x.
void ck_dropout_backward(const float *x, float *out, size_t count, CKDropout dropout, uint64_t first_element);

// Mean and sum of squared deviations from it, of each column of these rows.
void ck_column_moments(const float *x, size_t rows, size_t columns, float *mean, float *m2);
// y = x * scale + shift per column, then relu where asked for. y may be x.
void ck_scale_shift_forward(
    const float *x, const float *scale, const float *shift, float *y, size_t rows, size_t columns, int relu);
// With z = x * scale + shift, dz = dy where z > 0 or relu is 0, and h = (x - mean) * rstd:
// adds the columns' sums of dz and of dz * h to sum and sum_h.
void ck_batch_norm_sums(
    const float *dy, const float *x, const float *scale, const float *shift, const float *mean, const float *rstd,
    float *sum, float *sum_h, size_t rows, size_t columns, int relu);
// dx = scale * (dz - mean_dz - h * mean_dz_h), with the columns' means over the whole batch. dx may be dy.
void ck_batch_norm_backward(
    const float *dy, const float *x, const float *scale, const float *shift, const float *mean, const float *rstd,
    const float *mean_dz, const float *mean_dz_h, float *dx, size_t rows, size_t columns, int relu);

// One head of one sequence: query i sees key j where bit j of mask[i * mask_words ...] is set; each sees at least one.
// out[i] = sum_j dropout(softmax_j(scale * q_i . k_j)) v_j.
typedef struct {
    const float *q;
    const float *k;
    const float *v;
    // Floats from one row to the next.
    size_t q_stride, k_stride, v_stride, out_stride;
    size_t queries, keys, head_size;
    const uint64_t *mask;
    size_t mask_words;
    float scale;
    // [queries, keys rounded up to 16]: the softmax before dropout; written by the forward pass, read by the backward pass.
    float *probabilities;
    CKDropout dropout;
    // Dropout's index of probabilities[0]; its rows are consecutive.
    uint64_t first_element;
    // ck_attention_scratch floats, aligned to 64 bytes.
    float *scratch;
} CKAttention;
// Floats of scratch that a call needs.
size_t ck_attention_scratch(size_t queries, size_t keys, size_t head_size);
void ck_attention_forward(const CKAttention *attention, float *out);
// Writes (does not add to) dq, dk and dv, whose strides are those of q, k and v; dout has out's.
void ck_attention_backward(const CKAttention *attention, const float *dout, float *dq, float *dk, float *dv);

// out[i] = sources[rows[i].source][rows[i].row] + positions[rows[i].position], of `columns` floats each.
void ck_gather_rows(
    const float *const *sources, const CKRow *rows, const float *positions, float *out, size_t count, size_t columns);
// gradients[rows[i].source][rows[i].row] += dout[i], of columns first ..< last only; a source whose gradient is NULL is skipped.
void ck_scatter_rows(
    float *const *gradients, const CKRow *rows, const float *dout, size_t count, size_t columns, size_t first,
    size_t last);
// out[c * out_stride + r] = x[r * columns + c].
void ck_transpose_matrix(const float *x, size_t rows, size_t columns, float *out, size_t out_stride);
// y += x
void ck_add(float *y, const float *x, size_t count);

// Per row: losses[i] = weights[i] * -log softmax(logits[i])[targets[i]]; a target below 0 gives 0. probabilities may be NULL or logits.
void ck_cross_entropy_forward(
    const float *logits, const int32_t *targets, const float *weights, float *losses, float *probabilities,
    size_t rows, size_t classes);
// dlogits = factor * weights[i] * (probabilities - onehot(target)); zero rows where the target is below 0. May be in place.
void ck_cross_entropy_backward(
    const float *probabilities, const int32_t *targets, const float *weights, float factor, float *dlogits,
    size_t rows, size_t classes);

typedef struct {
    float learning_rate, beta1, beta2, epsilon, weight_decay;
    // 1 - beta1^step and 1 - beta2^step.
    float correction1, correction2;
    // target += polyak * (value - target)
    float polyak;
} CKAdamW;
// One step of AdamW as PyTorch defines it (decoupled decay), the Polyak average of the new values into target (NULL: none), their
// bfloat16 copies (NULL: none), and gradients set to zero, in one pass.
void ck_adamw(
    float *values, float *gradients, float *moment1, float *moment2, float *target, uint16_t *values_bf16,
    uint16_t *target_bf16, size_t count, CKAdamW settings);
// 1 where no value is infinite or NaN.
int ck_all_finite(const float *x, size_t count);

// A frame [side, side, 3] of bytes as patches [grid * grid, 3 * (side / grid)^2]: rows by patch (row-major), columns as (y, x, channel) within it.
// Values become byte * scale + shift.
void ck_patches(const uint8_t *frame, size_t side, size_t grid, float *out, float scale, float shift);
// Features [channels, cells] as [cells, channels].
void ck_cells_from_half(const uint16_t *features, size_t channels, size_t cells, float *out);
void ck_cells_from_float(const float *features, size_t channels, size_t cells, float *out);
// Round to nearest even.
void ck_to_bf16(const float *x, uint16_t *out, size_t count);

// Pictures [height, width, channels] as the rows a k x k convolution multiplies: [out_height * out_width, k * k * channels], zero outside.
void ck_im2col(
    const float *x, size_t height, size_t width, size_t channels, size_t kernel, size_t stride, size_t padding, float *out);
// The transpose of ck_im2col: adds into dx.
void ck_col2im(
    const float *columns, size_t height, size_t width, size_t channels, size_t kernel, size_t stride, size_t padding,
    float *dx);
// Largest of each k x k window; padding never wins.
void ck_max_pool(
    const float *x, size_t height, size_t width, size_t channels, size_t kernel, size_t stride, size_t padding, float *out);

// For memory that is handed out in parts: with the address sanitizer, forbidden bytes are reported when they are touched, and parts
// are to be ck_guard_bytes apart. Else nothing happens, and the distance is 0.
size_t ck_guard_bytes(void);
void ck_forbid(void *pointer, size_t count);
void ck_allow(void *pointer, size_t count);
int ck_is_forbidden(const void *pointer);

#endif
