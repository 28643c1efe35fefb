// Rows gathered from several matrices, and their gradients scattered back.
#include "Kernels.h"

CK_KERNEL void ck_gather_rows(
    const float *const *sources, const CKRow *rows, const float *positions, float *out, size_t count, size_t columns) {
    for (size_t i = 0; i < count; i++, out += columns) {
        const float *row = sources[rows[i].source] + (ptrdiff_t)rows[i].row * (ptrdiff_t)columns;
        if (rows[i].position < 0) {
            memcpy(out, row, columns * sizeof(float));
        } else {
            ck_sum_run(row, positions + (size_t)rows[i].position * columns, out, columns);
        }
    }
}

CK_KERNEL void ck_scatter_rows(
    float *const *gradients, const CKRow *rows, const float *dout, size_t count, size_t columns, size_t first,
    size_t last) {
    for (size_t i = 0; i < count; i++, dout += columns) {
        float *gradient = gradients[rows[i].source];
        if (!gradient || last <= first) continue;
        gradient += (ptrdiff_t)rows[i].row * (ptrdiff_t)columns + (ptrdiff_t)first;
        ck_sum_run(gradient, dout + first, gradient, last - first);
    }
}
