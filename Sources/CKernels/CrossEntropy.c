// Softmax cross-entropy of rows of logits, and its gradient.
#include "Kernels.h"

CK_INLINE CKFloats ck_exponentials(const float *logits, float maximum, size_t count) {
    CKFloats e = ck_exp(ck_load(logits, count) - maximum);
    return count == CK_LANES ? e : (CKFloats)(ck_first_lanes(count) & (CKInts)e);
}

CK_INLINE float ck_cross_entropy_row(
    const float *logits, int32_t target, float weight, float *probabilities, size_t classes) {
    size_t whole = classes / CK_LANES * CK_LANES, rest = classes - whole;
    CKFloats top = CK_SPLAT(-INFINITY), sum = {};
    for (size_t c = 0; c < whole; c += CK_LANES) top = ck_larger(top, ck_load(logits + c, CK_LANES));
    if (rest) {
        CKFloats x = ck_load(logits + whole, rest);
        top = CK_SELECT(ck_first_lanes(rest), ck_larger(top, x), top);
    }
    float maximum = ck_maximum(top);
    float target_logit = target < 0 ? 0 : logits[target];
    for (size_t c = 0; c < whole; c += CK_LANES) {
        CKFloats e = ck_exponentials(logits + c, maximum, CK_LANES);
        if (probabilities) ck_store(probabilities + c, e, CK_LANES);
        sum += e;
    }
    if (rest) {
        CKFloats e = ck_exponentials(logits + whole, maximum, rest);
        if (probabilities) ck_store(probabilities + whole, e, rest);
        sum += e;
    }
    float total = ck_sum(sum);
    if (probabilities) {
        float inverse = 1 / total;
        for (size_t c = 0; c < whole; c += CK_LANES)
            ck_store(probabilities + c, ck_load(probabilities + c, CK_LANES) * inverse, CK_LANES);
        for (size_t c = whole; c < classes; c++) probabilities[c] *= inverse;
    }
    return target < 0 ? 0 : weight * (logf(total) + (maximum - target_logit));
}

CK_KERNEL void ck_cross_entropy_forward(
    const float *logits, const int32_t *targets, const float *weights, float *losses, float *probabilities,
    size_t rows, size_t classes) {
    for (size_t r = 0; r < rows; r++)
        losses[r] = ck_cross_entropy_row(
            logits + r * classes, targets[r], weights[r], probabilities ? probabilities + r * classes : NULL, classes);
}

CK_INLINE void ck_cross_entropy_gradient(const float *probabilities, float factor, float *dlogits, size_t classes) {
    size_t c = 0;
    for (; c + CK_LANES <= classes; c += CK_LANES)
        ck_store(dlogits + c, ck_load(probabilities + c, CK_LANES) * factor, CK_LANES);
    for (; c < classes; c++) dlogits[c] = probabilities[c] * factor;
}

CK_KERNEL void ck_cross_entropy_backward(
    const float *probabilities, const int32_t *targets, const float *weights, float factor, float *dlogits,
    size_t rows, size_t classes) {
    for (size_t r = 0; r < rows; r++, probabilities += classes, dlogits += classes) {
        if (targets[r] < 0) {
            memset(dlogits, 0, classes * sizeof(float));
            continue;
        }
        float scale = factor * weights[r], hit = scale * (probabilities[targets[r]] - 1);
        ck_cross_entropy_gradient(probabilities, scale, dlogits, classes);
        dlogits[targets[r]] = hit;
    }
}
