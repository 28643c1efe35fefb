#include "Kernels.h"

void cr_clear(CRTarget *target, int32_t minX, int32_t minY, int32_t maxX, int32_t maxY) {
    minX &= ~7;
    maxX = cr_min((maxX + 7) & ~7, target->stride);
    CR_ASSERT(0 <= minX && minX <= maxX && 0 <= minY && minY <= maxY && maxY <= target->height);
    size_t width = (size_t)(maxX - minX), rows = (size_t)(maxY - minY);
    size_t start = (size_t)minY * (size_t)target->stride + (size_t)minX;
    if (width == (size_t)target->stride) {
        width *= rows;
        rows = 1;
    }
    for (size_t row = 0; row < rows; row++) {
        memset(target->nearness + start, 0, width * sizeof(float));
        memset(target->polygons + start, 0xFF, width * sizeof(uint32_t));
        start += (size_t)target->stride;
    }
}

/// First pixel of each row to the right of a polygon's left edges, and of its right edges. A row belongs to an edge if
/// the middle of its pixels lies between the edge's ends, upper end included; a pixel to the polygon if its middle lies
/// between the crossings, left one included. Crossings are computed from the upper end, whoever asks.
CR_INLINE void cr_edges(const CRView *view, const float *points, uint32_t count, int32_t *left, int32_t *right) {
    for (uint32_t i = 0; i < count; i++) {
        const float *p = points + 2 * i, *q = points + (i + 1 == count ? 0 : 2 * (i + 1));
        int goesUp = q[1] < p[1];
        const float *upper = goesUp ? q : p, *lower = goesUp ? p : q;
        int32_t top = cr_ceil_within((double)upper[1] - 0.5, view->minY, view->maxY);
        int32_t bottom = cr_ceil_within((double)lower[1] - 0.5, view->minY, view->maxY);
        if (top >= bottom) continue;
        int32_t *crossings = goesUp ? left : right;
        double slope = ((double)lower[0] - upper[0]) / ((double)lower[1] - upper[1]);
        double x = upper[0] - 0.5, y = upper[1] - 0.5;
        for (int32_t row = top; row < bottom; row++) {
            crossings[row] = cr_ceil_within(x + (row - y) * slope, view->minX, view->maxX);
        }
    }
}

CR_INLINE void cr_draw_all(const CRView *view, const CRFrame *frame, uint32_t first, uint32_t last, int winsTies,
                           CRTarget *target) {
    for (uint32_t number = first; number < last; number++) {
        const CRPolygon *polygon = frame->polygons + number;
        cr_edges(view, frame->points + 2 * polygon->firstPoint, polygon->pointCount, target->left, target->right);
        float a = (float)polygon->a;
        for (int32_t row = polygon->minY; row < polygon->maxY; row++) {
            // Where no edge has written, for want of numbers, an earlier polygon's: still within the target's rows.
            int32_t from = target->left[row], to = target->right[row];
            if (from >= to) continue;
            size_t start = (size_t)row * (size_t)target->stride;
            float base = (float)(polygon->b * row + polygon->c);
            float *nearness = target->nearness + start;
            uint32_t *polygons = target->polygons + start;
            for (int32_t x = from & ~7; x < to; x += 8) {
                CRInt8 xs = CR_IOTA + x;
                CRFloat8 mine = __builtin_convertvector(xs, CRFloat8) * a + base;
                CRFloat8 theirs = CR_LOAD(CRFloat8, nearness + x);
                CRInt8 wins = (winsTies ? mine >= theirs : mine > theirs) & (xs >= from) & (xs < to);
                CRInt8 old = CR_LOAD(CRInt8, polygons + x);
                CR_STORE(CRFloat8, nearness + x, CR_SELECT(CRFloat8, wins, mine, theirs));
                CR_STORE(CRInt8, polygons + x, (wins & (int32_t)number) | (~wins & old));
            }
        }
    }
}

CR_KERNEL
void cr_draw(const CRView *view, const CRFrame *frame, uint32_t first, uint32_t last, int winsTies,
             CRTarget *target) {
    if (winsTies) {
        cr_draw_all(view, frame, first, last, 1, target);
    } else {
        cr_draw_all(view, frame, first, last, 0, target);
    }
}

CR_KERNEL
uint32_t cr_count(const CRView *view, const CRTarget *target, uint32_t count, uint32_t limit) {
    uint32_t found = 0;
    for (int32_t row = view->minY; row < view->maxY && found < limit; row++) {
        const uint32_t *polygons = target->polygons + (size_t)row * (size_t)target->stride;
        for (int32_t x = view->minX; x < view->maxX; x++) found += polygons[x] < count;
    }
    return found;
}

CR_KERNEL
void cr_depth(const CRFrame *frame, const CRTarget *target, float *depth) {
    for (int32_t row = 0; row < target->height; row++) {
        size_t start = (size_t)row * (size_t)target->stride;
        const float *nearness = target->nearness + start;
        const uint32_t *polygons = target->polygons + start;
        float *line = depth + (size_t)row * (size_t)target->width;
        for (int32_t x = 0; x < target->width;) {
            uint32_t polygon = polygons[x];
            int32_t end = x + 1;
            while (end < target->width && polygons[end] == polygon) end++;
            float priority = polygon == CR_NOTHING ? 1.0f : frame->polygons[polygon].priority;
            for (; x < end; x++) line[x] = priority / nearness[x];
        }
    }
}
