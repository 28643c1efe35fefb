// The optimiser's pass over the parameters.
#include "Kernels.h"

typedef struct {
    float *values, *gradients, *moment1, *moment2, *target;
    uint16_t *values_bf16, *target_bf16;
} CKParameters;

typedef struct {
    float keep, rate1, beta2, rate2, step, inverse_root, epsilon, polyak;
} CKStep;

CK_INLINE void ck_adamw_step(CKParameters p, CKStep s, size_t i, int averages, int copies, size_t count) {
    CKFloats g = ck_load(p.gradients + i, count), m = ck_load(p.moment1 + i, count);
    CKFloats v = ck_load(p.moment2 + i, count), x = ck_load(p.values + i, count);
    m += (g - m) * s.rate1;
    v = v * s.beta2 + g * g * s.rate2;
    CKFloats root = __builtin_elementwise_sqrt(v) * s.inverse_root + s.epsilon;
    x = x * s.keep - m * s.step / root;
    ck_store(p.values + i, x, count);
    ck_store(p.moment1 + i, m, count);
    ck_store(p.moment2 + i, v, count);
    ck_store(p.gradients + i, (CKFloats){}, count);
    if (copies && p.values_bf16) ck_store_bf16(p.values_bf16 + i, x, count);
    if (averages) {
        CKFloats target = ck_load(p.target + i, count);
        target += (x - target) * s.polyak;
        ck_store(p.target + i, target, count);
        if (copies && p.target_bf16) ck_store_bf16(p.target_bf16 + i, target, count);
    }
}

CK_INLINE void ck_adamw_elements(CKParameters p, CKStep s, size_t count, int averages, int copies) {
    size_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) ck_adamw_step(p, s, i, averages, copies, CK_LANES);
    if (i < count) ck_adamw_step(p, s, i, averages, copies, count - i);
}

CK_KERNEL void ck_adamw(
    float *values, float *gradients, float *moment1, float *moment2, float *target, uint16_t *values_bf16,
    uint16_t *target_bf16, size_t count, CKAdamW t) {
    CKParameters p = {values, gradients, moment1, moment2, target, values_bf16, target_bf16};
    CKStep s = {
        1 - t.learning_rate * t.weight_decay, 1 - t.beta1, t.beta2, 1 - t.beta2, t.learning_rate / t.correction1,
        1 / sqrtf(t.correction2), t.epsilon, t.polyak};
    if (target && (values_bf16 || target_bf16)) {
        ck_adamw_elements(p, s, count, 1, 1);
    } else if (target) {
        ck_adamw_elements(p, s, count, 1, 0);
    } else if (values_bf16) {
        ck_adamw_elements(p, s, count, 0, 1);
    } else {
        ck_adamw_elements(p, s, count, 0, 0);
    }
}
