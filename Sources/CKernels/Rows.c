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

CK_KERNEL void ck_transpose_matrix(const float *x, size_t rows, size_t columns, float *out, size_t out_stride) {
    for (size_t row = 0; row < rows; row += CK_LANES) {
        size_t height = ck_least(CK_LANES, rows - row);
        for (size_t column = 0; column < columns; column += CK_LANES) {
            size_t width = ck_least(CK_LANES, columns - column);
            if (height < CK_LANES || width < CK_LANES) {
                for (size_t r = row; r < row + height; r++)
                    for (size_t c = column; c < column + width; c++) out[c * out_stride + r] = x[r * columns + c];
                continue;
            }
            CKFloats block[CK_LANES];
            for (size_t r = 0; r < CK_LANES; r++) block[r] = ck_load(x + (row + r) * columns + column, CK_LANES);
            ck_transpose(block);
            for (size_t c = 0; c < CK_LANES; c++) ck_store(out + (column + c) * out_stride + row, block[c], CK_LANES);
        }
    }
}
