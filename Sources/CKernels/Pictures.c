// Frames as patches, features as cells.
#include "Kernels.h"

enum { CK_BYTES = 8 };

typedef uint8_t CKStoredBytes __attribute__((vector_size(8), aligned(1), may_alias));
typedef float CKEightFloats __attribute__((vector_size(32)));
typedef float CKStoredEightFloats __attribute__((vector_size(32), aligned(4), may_alias));

CK_INLINE void ck_bytes(const uint8_t *bytes, float *out, size_t count, float scale, float shift) {
    size_t i = 0;
    for (; i + CK_BYTES <= count; i += CK_BYTES) {
        CKEightFloats x = __builtin_convertvector(*(const CKStoredBytes *)(bytes + i), CKEightFloats);
        *(CKStoredEightFloats *)(out + i) = x * scale + shift;
    }
    for (; i < count; i++) out[i] = (float)bytes[i] * scale + shift;
}

CK_KERNEL void ck_patches(const uint8_t *frame, size_t side, size_t grid, float *out, float scale, float shift) {
    size_t patch = side / grid, line = patch * 3;
    for (size_t row = 0; row < patch * grid; row++)
        for (size_t cell = 0; cell < grid; cell++)
            ck_bytes(
                frame + row * side * 3 + cell * line,
                out + ((row / patch * grid + cell) * patch + row % patch) * line, line, scale, shift);
}

// Moves sign, exponent and fraction to where a float has them; the product puts the exponent's bias right, also of
// subnormal numbers, and leaves infinity and NaN to be restored.
CK_INLINE CKFloats ck_from_half(CKHalves halves) {
    CKWords bits = __builtin_convertvector(halves, CKWords);
    CKFloats magnitude = (CKFloats)((bits & 0x7FFFu) << 13) * 0x1p112f;
    CKWords special = (CKWords)((bits & 0x7C00u) == 0x7C00u) & 0x7F800000u;
    return (CKFloats)((CKWords)magnitude | special | ((bits & 0x8000u) << 16));
}

CK_INLINE CKFloats ck_load_half(const uint16_t *pointer, size_t count) {
    if (count == CK_LANES) return ck_from_half(*(const CKStoredHalves *)pointer);
    uint16_t lanes[CK_LANES] = {0};
    for (size_t i = 0; i < count; i++) lanes[i] = pointer[i];
    return ck_from_half(*(const CKStoredHalves *)lanes);
}

// One of the two kinds of features is NULL.
CK_INLINE void ck_cells_block(
    const uint16_t *halves, const float *floats, size_t channels, size_t cells, size_t channel, size_t cell,
    size_t height, size_t width, float *out) {
    CKFloats block[CK_LANES];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CK_LANES; i++) {
        size_t at = i < height ? (channel + i) * cells + cell : 0, count = i < height ? width : 0;
        block[i] = halves ? ck_load_half(halves + at, count) : ck_load(floats + at, count);
    }
    ck_transpose(block);
    for (size_t i = 0; i < width; i++) ck_store(out + (cell + i) * channels + channel, block[i], height);
}

CK_INLINE void ck_cells(
    const uint16_t *halves, const float *floats, size_t channels, size_t cells, float *out) {
    for (size_t channel = 0; channel < channels; channel += CK_LANES) {
        size_t height = ck_least(channels - channel, CK_LANES);
        for (size_t cell = 0; cell < cells; cell += CK_LANES) {
            size_t width = ck_least(cells - cell, CK_LANES);
            if (height == CK_LANES && width == CK_LANES) {
                ck_cells_block(halves, floats, channels, cells, channel, cell, CK_LANES, CK_LANES, out);
            } else if (height == CK_LANES && width == 1) {
                ck_cells_block(halves, floats, channels, cells, channel, cell, CK_LANES, 1, out);
            } else {
                ck_cells_block(halves, floats, channels, cells, channel, cell, height, width, out);
            }
        }
    }
}

CK_KERNEL void ck_cells_from_half(const uint16_t *features, size_t channels, size_t cells, float *out) {
    ck_cells(features, NULL, channels, cells, out);
}

CK_KERNEL void ck_cells_from_float(const float *features, size_t channels, size_t cells, float *out) {
    ck_cells(NULL, features, channels, cells, out);
}
