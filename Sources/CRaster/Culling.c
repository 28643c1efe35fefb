#include "Kernels.h"

CR_KERNEL
uint32_t cr_cull(const CRView *view, const float *x, const float *y, const float *z, const float *radius,
                 uint32_t count, uint32_t *visible, float *depth) {
    const float *r = view->right, *u = view->up, *f = view->forward;
    float left = ((float)view->minX - view->centreX) / view->focal;
    float right = ((float)view->maxX - view->centreX) / view->focal;
    float top = (view->centreY - (float)view->minY) / view->focal;
    float bottom = (view->centreY - (float)view->maxY) / view->focal;
    // Length of the planes' normals; a little more, so that rounding culls nothing that shows.
    float slack = 1.0001f;
    float leftLength = sqrtf(1 + left * left) * slack, rightLength = sqrtf(1 + right * right) * slack;
    float topLength = sqrtf(1 + top * top) * slack, bottomLength = sqrtf(1 + bottom * bottom) * slack;
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i += 8) {
        CRFloat8 dx = CR_LOAD(CRFloat8, x + i) - view->eye[0];
        CRFloat8 dy = CR_LOAD(CRFloat8, y + i) - view->eye[1];
        CRFloat8 dz = CR_LOAD(CRFloat8, z + i) - view->eye[2];
        CRFloat8 size = CR_LOAD(CRFloat8, radius + i);
        CRFloat8 cx = dx * r[0] + dy * r[1] + dz * r[2];
        CRFloat8 cy = dx * u[0] + dy * u[1] + dz * u[2];
        CRFloat8 cz = dx * f[0] + dy * f[1] + dz * f[2];
        CRInt8 inside = (size >= 0.0f) & (cz + size * slack > view->nearDepth);
        inside &= (cx - cz * left >= -size * leftLength) & (cz * right - cx >= -size * rightLength);
        inside &= (cz * top - cy >= -size * topLength) & (cy - cz * bottom >= -size * bottomLength);
        for (uint32_t lane = 0; lane < 8; lane++) {
            if (inside[lane] && i + lane < count) {
                visible[found] = i + lane;
                depth[found] = cz[lane];
                found++;
            }
        }
    }
    for (uint32_t i = 1; i < found; i++) {
        uint32_t index = visible[i];
        float key = depth[i];
        uint32_t j = i;
        for (; j > 0 && depth[j - 1] > key; j--) {
            depth[j] = depth[j - 1];
            visible[j] = visible[j - 1];
        }
        depth[j] = key;
        visible[j] = index;
    }
    return found;
}
