// Windows of pictures: the rows a convolution multiplies, their transpose, and the largest of each.
#include "Kernels.h"

typedef struct {
    size_t height, width, channels, kernel, stride, padding, out_height, out_width;
} CKWindows;

CK_INLINE size_t ck_positions(size_t size, size_t kernel, size_t stride, size_t padding) {
    return size + 2 * padding < kernel ? 0 : (size + 2 * padding - kernel) / stride + 1;
}

CK_INLINE CKWindows ck_windows(
    size_t height, size_t width, size_t channels, size_t kernel, size_t stride, size_t padding) {
    return (CKWindows){
        height, width, channels, kernel, stride, padding, ck_positions(height, kernel, stride, padding),
        ck_positions(width, kernel, stride, padding)};
}

// The part of a window along one axis that is inside: window positions first ..< last, from `start` on in the picture.
typedef struct {
    size_t first, last, start;
} CKInside;

CK_INLINE CKInside ck_inside(size_t position, size_t size, CKWindows w) {
    size_t origin = position * w.stride;
    size_t first = ck_least(origin < w.padding ? w.padding - origin : 0, w.kernel);
    size_t end = size + w.padding;
    size_t last = origin >= end ? first : ck_least(w.kernel, end - origin);
    return (CKInside){first, last < first ? first : last, origin + first - w.padding};
}

CK_KERNEL void ck_im2col(
    const float *x, size_t height, size_t width, size_t channels, size_t kernel, size_t stride, size_t padding,
    float *out) {
    CKWindows w = ck_windows(height, width, channels, kernel, stride, padding);
    for (size_t i = 0; i < w.out_height; i++) {
        CKInside rows = ck_inside(i, height, w);
        for (size_t j = 0; j < w.out_width; j++) {
            CKInside columns = ck_inside(j, width, w);
            size_t copied = (columns.last - columns.first) * channels, left = columns.first * channels;
            for (size_t k = 0; k < kernel; k++, out += kernel * channels) {
                if (k < rows.first || k >= rows.last || !copied) {
                    memset(out, 0, kernel * channels * sizeof(float));
                    continue;
                }
                const float *source = x + ((rows.start + k - rows.first) * width + columns.start) * channels;
                memset(out, 0, left * sizeof(float));
                memcpy(out + left, source, copied * sizeof(float));
                memset(out + left + copied, 0, (kernel * channels - left - copied) * sizeof(float));
            }
        }
    }
}

CK_KERNEL void ck_col2im(
    const float *from, size_t height, size_t width, size_t channels, size_t kernel, size_t stride, size_t padding,
    float *dx) {
    CKWindows w = ck_windows(height, width, channels, kernel, stride, padding);
    for (size_t i = 0; i < w.out_height; i++) {
        CKInside rows = ck_inside(i, height, w);
        for (size_t j = 0; j < w.out_width; j++, from += kernel * kernel * channels) {
            CKInside columns = ck_inside(j, width, w);
            size_t run = (columns.last - columns.first) * channels;
            if (!run) continue;
            for (size_t k = rows.first; k < rows.last; k++) {
                float *target = dx + ((rows.start + k - rows.first) * width + columns.start) * channels;
                ck_sum_run(target, from + (k * kernel + columns.first) * channels, target, run);
            }
        }
    }
}

CK_INLINE void ck_pool_step(
    const float *x, CKInside rows, CKInside columns, size_t width, size_t channels, float *out, size_t count) {
    CKFloats top = CK_SPLAT(-INFINITY);
    for (size_t k = 0; k < rows.last - rows.first; k++)
        for (size_t l = 0; l < columns.last - columns.first; l++)
            top = ck_larger(top, ck_load(x + ((rows.start + k) * width + columns.start + l) * channels, count));
    ck_store(out, top, count);
}

CK_KERNEL void ck_max_pool(
    const float *x, size_t height, size_t width, size_t channels, size_t kernel, size_t stride, size_t padding,
    float *out) {
    CKWindows w = ck_windows(height, width, channels, kernel, stride, padding);
    for (size_t i = 0; i < w.out_height; i++) {
        CKInside rows = ck_inside(i, height, w);
        for (size_t j = 0; j < w.out_width; j++, out += channels) {
            CKInside columns = ck_inside(j, width, w);
            size_t c = 0;
            for (; c + CK_LANES <= channels; c += CK_LANES)
                ck_pool_step(x + c, rows, columns, width, channels, out + c, CK_LANES);
            if (c < channels) ck_pool_step(x + c, rows, columns, width, channels, out + c, channels - c);
        }
    }
}
