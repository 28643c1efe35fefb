#include "Kernels.h"

/// How much a full crease darkens, and how much light a corner may gain.
#define CR_DEEPEST 0.42f
#define CR_HIGHEST 0.03f
#define CR_PAIRS 6

/// Nearness is linear over the picture on a plane. Where the mean of two opposite neighbours is nearer than the pixel
/// between them, there is a crease; where it is much nearer, something stands in front and throws no shade.
CR_KERNEL
void cr_occlude(const CRView *view, const CRTarget *target, uint8_t *light) {
    const int32_t stride = target->stride, height = target->height;
    const int32_t close = cr_max(1, height / 150), middle = cr_max(1, height / 75), far = cr_max(2, height / 43);
    const int32_t reaches[CR_PAIRS] = {close, close, middle, middle, far, far};
    const int32_t columns[CR_PAIRS] = {1, 0, 1, 1, 1, 0}, rows[CR_PAIRS] = {0, 1, 1, -1, 0, 1};
    const CRFloat8 zero = {};
    for (int32_t row = 0; row < height; row++) {
        int32_t down[CR_PAIRS];
        for (int pair = 0; pair < CR_PAIRS; pair++) {
            down[pair] = cr_min(reaches[pair], cr_min(row, height - 1 - row)) * rows[pair] * stride;
        }
        const float *line = target->nearness + (size_t)row * (size_t)stride;
        uint8_t *out = light + (size_t)row * (size_t)stride;
        for (int32_t x = 0; x < stride; x += 8) {
            CRFloat8 own = CR_LOAD(CRFloat8, line + x);
            CRFloat8 inverse = 1 / (own + 1e-20f);
            CRFloat8 sum = zero;
            // Reaches are shorter at the border, where there is no opposite neighbour.
            int32_t room = cr_max(0, cr_min(x, target->width - 8 - x));
#pragma clang loop unroll(full)
            for (int pair = 0; pair < CR_PAIRS; pair++) {
                ptrdiff_t offset = down[pair] + cr_min(reaches[pair], room) * columns[pair];
                CRFloat8 excess = (CR_LOAD(CRFloat8, line + x + offset) + CR_LOAD(CRFloat8, line + x - offset) - own -
                                   own) * inverse;
                CRFloat8 crease = excess * (view->focal / (float)reaches[pair]);
                // What stands far in front gives no shade, but for a line one or two pixels wide around it.
                CRFloat8 most = 1.3f - excess * 18.0f, least = zero + (pair < 2 ? 0.35f : 0.0f);
                most = CR_SELECT(CRFloat8, most > least, most, least);
                crease = CR_SELECT(CRFloat8, crease < most, crease, most);
                sum += CR_SELECT(CRFloat8, crease > -0.1f, crease, zero - 0.1f);
            }
            CRFloat8 result = 1 - sum * (CR_DEEPEST / CR_PAIRS);
            result = CR_SELECT(CRFloat8, result < 1 + CR_HIGHEST, result, zero + (1 + CR_HIGHEST));
            result = CR_SELECT(CRFloat8, result > 1 - CR_DEEPEST, result, zero + (1 - CR_DEEPEST));
            CRInt8 level = __builtin_convertvector(result * 128.0f + 0.5f, CRInt8);
            CR_STORE(CRByte8, out + x, __builtin_convertvector(level, CRByte8));
        }
    }
}
