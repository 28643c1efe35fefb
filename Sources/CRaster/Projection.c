#include "Kernels.h"

/// The camera as an object's own frame sees it.
CR_INLINE void cr_place(const CRView *view, const CRObject *object, CRPlaced *placed) {
    const float *axes[3] = {object->isInHand ? view->handRight : view->right,
                            object->isInHand ? view->handUp : view->up,
                            object->isInHand ? view->handForward : view->forward};
    float *turned[3] = {placed->right, placed->up, placed->forward};
    float s = object->sine, c = object->cosine;
    for (int i = 0; i < 3; i++) {
        turned[i][0] = c * axes[i][0] - s * axes[i][2];
        turned[i][1] = axes[i][1];
        turned[i][2] = c * axes[i][2] + s * axes[i][0];
    }
    float dx = (object->isInHand ? 0 : view->eye[0]) - object->position[0];
    float dy = (object->isInHand ? 0 : view->eye[1]) - object->position[1];
    float dz = (object->isInHand ? 0 : view->eye[2]) - object->position[2];
    placed->eye[0] = c * dx - s * dz;
    placed->eye[1] = dy;
    placed->eye[2] = c * dz + s * dx;
}

/// Cuts a polygon of camera coordinates at the near plane and projects it. A cut is computed from the end that stays, so
/// that neighbours share it to the last bit.
CR_INLINE uint32_t cr_clip(const CRView *view, const CRFrame *frame, const uint32_t *indices, uint32_t count,
                           float *points) {
    const float near = view->nearDepth;
    uint32_t written = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t p = indices[i], q = indices[i + 1 == count ? 0 : i + 1];
        int isIn = frame->cameraZ[p] >= near, nextIsIn = frame->cameraZ[q] >= near;
        if (isIn) {
            points[2 * written] = frame->screenX[p];
            points[2 * written + 1] = frame->screenY[p];
            written++;
        }
        if (isIn != nextIsIn) {
            uint32_t in = isIn ? p : q, out = isIn ? q : p;
            float t = (near - frame->cameraZ[in]) / (frame->cameraZ[out] - frame->cameraZ[in]);
            float x = frame->cameraX[in] + (frame->cameraX[out] - frame->cameraX[in]) * t;
            float y = frame->cameraY[in] + (frame->cameraY[out] - frame->cameraY[in]) * t;
            points[2 * written] = view->centreX + view->focal * (x / near);
            points[2 * written + 1] = view->centreY - view->focal * (y / near);
            written++;
        }
    }
    return written;
}

/// Moves every edge outwards by a hundredth of a pixel.
static void cr_grow(float *points, uint32_t count) {
    float normals[CR_FACE_CORNERS * 3 / 2][2], moved[CR_FACE_CORNERS * 3 / 2][2];
    CR_ASSERT(count <= CR_FACE_CORNERS * 3 / 2);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = i + 1 == count ? 0 : i + 1;
        float dx = points[2 * j] - points[2 * i], dy = points[2 * j + 1] - points[2 * i + 1];
        float length = sqrtf(dx * dx + dy * dy);
        // Clockwise on a screen whose y points down.
        normals[i][0] = length > 0 ? dy / length : 0;
        normals[i][1] = length > 0 ? -dx / length : 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t before = i == 0 ? count - 1 : i - 1;
        float nx = normals[before][0] + normals[i][0], ny = normals[before][1] + normals[i][1];
        float cosine = normals[before][0] * normals[i][0] + normals[before][1] * normals[i][1];
        float scale = 0.01f / (1 + cosine > 0.1f ? 1 + cosine : 0.1f);
        moved[i][0] = points[2 * i] + nx * scale;
        moved[i][1] = points[2 * i + 1] + ny * scale;
    }
    for (uint32_t i = 0; i < count; i++) {
        points[2 * i] = moved[i][0];
        points[2 * i + 1] = moved[i][1];
    }
}

CR_KERNEL
void cr_project(const CRView *view, const CRObject *objects, uint32_t number, CRFrame *frame) {
    const CRObject *object = objects + number;
    const CRMesh *mesh = &object->mesh;
    CR_ASSERT(frame->placedCount < frame->placedCapacity);
    CRPlaced *placed = frame->placed + frame->placedCount;
    cr_place(view, object, placed);
    const float *r = placed->right, *u = placed->up, *f = placed->forward;
    const float ex = placed->eye[0], ey = placed->eye[1], ez = placed->eye[2];

    uint32_t frontCount = 0;
    for (uint32_t i = 0; i < mesh->faceCount; i += 8) {
        CRFloat8 height = CR_LOAD(CRFloat8, mesh->nx + i) * ex + CR_LOAD(CRFloat8, mesh->ny + i) * ey +
                          CR_LOAD(CRFloat8, mesh->nz + i) * ez - CR_LOAD(CRFloat8, mesh->d + i);
        CRInt8 faces = height > 1e-6f;
        for (uint32_t lane = 0; lane < 8; lane++) {
            // Never beyond i + lane: padding faces have no height.
            frame->frontFaces[frontCount] = i + lane;
            frontCount += faces[lane] & 1;
        }
    }
    if (frontCount == 0) return;

    const float focal = view->focal;
    for (uint32_t i = 0; i < mesh->vertexCount; i += 8) {
        CRFloat8 dx = CR_LOAD(CRFloat8, mesh->x + i) - ex;
        CRFloat8 dy = CR_LOAD(CRFloat8, mesh->y + i) - ey;
        CRFloat8 dz = CR_LOAD(CRFloat8, mesh->z + i) - ez;
        CRFloat8 cx = dx * r[0] + dy * r[1] + dz * r[2];
        CRFloat8 cy = dx * u[0] + dy * u[1] + dz * u[2];
        CRFloat8 cz = dx * f[0] + dy * f[1] + dz * f[2];
        CR_STORE(CRFloat8, frame->cameraX + i, cx);
        CR_STORE(CRFloat8, frame->cameraY + i, cy);
        CR_STORE(CRFloat8, frame->cameraZ + i, cz);
        CR_STORE(CRFloat8, frame->screenX + i, cx / cz * focal + view->centreX);
        CR_STORE(CRFloat8, frame->screenY + i, view->centreY - cy / cz * focal);
    }
    float dx = object->centre[0] - ex, dy = object->centre[1] - ey, dz = object->centre[2] - ez;
    int mayCut = dx * f[0] + dy * f[1] + dz * f[2] - object->radius * 1.0001f < view->nearDepth;

    uint32_t before = frame->polygonCount;
    for (uint32_t i = 0; i < frontCount; i++) {
        uint32_t face = frame->frontFaces[i];
        uint32_t first = mesh->first[face], count = mesh->first[face + 1] - first;
        const uint32_t *indices = mesh->indices + first;
        CR_ASSERT(frame->polygonCount < frame->polygonCapacity);
        CR_ASSERT(count <= CR_FACE_CORNERS && frame->pointCount + count * 3 / 2 <= frame->pointCapacity);
        float *points = frame->points + 2 * frame->pointCount;
        int cuts = 0;
        if (mayCut) {
            for (uint32_t k = 0; k < count; k++) cuts |= !(frame->cameraZ[indices[k]] >= view->nearDepth);
        }
        if (cuts) {
            count = cr_clip(view, frame, indices, count, points);
            if (count < 3) continue;
        } else {
            for (uint32_t k = 0; k < count; k++) {
                points[2 * k] = frame->screenX[indices[k]];
                points[2 * k + 1] = frame->screenY[indices[k]];
            }
        }
        if (object->isGrown) cr_grow(points, count);
        float minX = points[0], maxX = points[0], minY = points[1], maxY = points[1];
        for (uint32_t k = 1; k < count; k++) {
            float px = points[2 * k], py = points[2 * k + 1];
            minX = px < minX ? px : minX;
            maxX = px > maxX ? px : maxX;
            minY = py < minY ? py : minY;
            maxY = py > maxY ? py : maxY;
        }
        int32_t top = cr_ceil_within((double)minY - 0.5, view->minY, view->maxY);
        int32_t bottom = cr_ceil_within((double)maxY - 0.5, view->minY, view->maxY);
        int32_t left = cr_ceil_within((double)minX - 0.5, view->minX, view->maxX);
        int32_t right = cr_ceil_within((double)maxX - 0.5, view->minX, view->maxX);
        if (top >= bottom || left >= right) continue;

        double nx = mesh->nx[face], ny = mesh->ny[face], nz = mesh->nz[face];
        double scale = object->priority / (mesh->d[face] - (nx * ex + ny * ey + nz * ez));
        double a = (nx * r[0] + ny * r[1] + nz * r[2]) * scale / focal;
        double b = -(nx * u[0] + ny * u[1] + nz * u[2]) * scale / focal;
        double c = (nx * f[0] + ny * f[1] + nz * f[2]) * scale;
        CRPolygon *polygon = frame->polygons + frame->polygonCount++;
        polygon->a = a;
        polygon->b = b;
        polygon->c = c + a * (0.5 - view->centreX) + b * (0.5 - view->centreY);
        polygon->firstPoint = frame->pointCount;
        polygon->pointCount = count;
        polygon->minY = top;
        polygon->maxY = bottom;
        polygon->object = number;
        polygon->face = face;
        polygon->placed = frame->placedCount;
        polygon->priority = object->priority;
        polygon->id = object->id;
        polygon->isShaded = 0;
        frame->pointCount += count;
    }
    frame->placedCount += frame->polygonCount > before;
}
