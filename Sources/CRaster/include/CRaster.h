// The inner loops of the rasteriser: culling, transform, spans, shading.
//
// All memory belongs to the caller. Results do not depend on the processor: no kernel fuses a multiplication with an
// addition, and none uses approximate reciprocals.
#ifndef CRASTER_H
#define CRASTER_H

#include <stdint.h>

/// Side of the largest level of a pattern in texels, its base-2 logarithm, and the bytes of all levels together.
#define CR_TEXTURE_SIDE 256
#define CR_TEXTURE_LEVELS 9
#define CR_TEXTURE_BYTES 87424
/// No polygon covers the pixel.
#define CR_NOTHING UINT32_MAX
/// Row buffers are this many pixels longer than a row, so that whole vectors can be written at its end.
#define CR_PADDING 64

/// How one face is coloured. Texture coordinates are texels of level 0.
typedef struct CRSurface {
    /// Texture coordinate = axis . point + offset, for a point in the mesh's own frame.
    float u[3], v[3];
    float u0, v0;
    /// 0-255, light included: `color` where the pattern is 0, `color + delta` where it is 255.
    float color[3], delta[3];
    /// Darkening towards borders: it is 1 at the distance 0 and ends at 1 / `reach` texels. Borders that do not
    /// darken lie far away. `reach` 0: none.
    float border[4];
    float reach;
    /// Number of the pattern; negative: one colour.
    int32_t texture;
} CRSurface;

/// Convex faces in their own frame. Arrays are padded with zeros to whole vectors of 8.
typedef struct CRMesh {
    const float *x, *y, *z;
    /// Planes: a point in front has normal . point > d.
    const float *nx, *ny, *nz, *d;
    /// Face f has the vertices indices[first[f]] ..< indices[first[f + 1]], clockwise from outside.
    const uint32_t *first, *indices;
    const CRSurface *surfaces;
    uint32_t vertexCount, faceCount;
} CRMesh;

/// A mesh in its place: a turn about the vertical axis, then a move.
typedef struct CRObject {
    CRMesh mesh;
    float position[3];
    float sine, cosine;
    /// Sphere around the mesh in its own frame.
    float centre[3], radius;
    /// Nearness (1 / depth) is multiplied by this: settles which of two faces in one plane is seen.
    float priority;
    uint16_t id;
    /// Placed before the camera instead of in the room.
    uint8_t isInHand;
    /// Polygons are grown by a hundredth of a pixel, so that no gap is left where a corner meets the middle of an edge.
    uint8_t isGrown;
} CRObject;

/// A camera and the part of its picture that is drawn.
typedef struct CRView {
    /// Axes of the camera in the room, and of the hand's camera.
    float right[3], up[3], forward[3];
    float handRight[3], handUp[3], handForward[3];
    float eye[3];
    /// Pixels.
    float focal, centreX, centreY;
    float nearDepth;
    int32_t minX, minY, maxX, maxY;
} CRView;

/// The camera in an object's own frame.
typedef struct CRPlaced {
    float right[3], up[3], forward[3];
    float eye[3];
} CRPlaced;

/// A face on the screen. Nearness = a x + b y + c at the middle of pixel (x, y).
typedef struct CRPolygon {
    double a, b, c;
    uint32_t firstPoint, pointCount;
    int32_t minY, maxY;
    uint32_t object, face;
    uint32_t placed;
    float priority;
    uint16_t id;
    uint8_t isShaded;
} CRPolygon;

/// A polygon's colours as linear functions of the pixel.
typedef struct CRShade {
    float ue, ux, uy, uc;
    float ve, vx, vy, vc;
} CRShade;

/// The most corners a face may have. A cut leaves at most half as many again: one point for every corner that stays and
/// one for every crossing, and there are no more than twice as many crossings as there are corners on either side.
#define CR_FACE_CORNERS 8

/// Memory of the geometry stage. Capacities are those of all objects together, each projected once.
typedef struct CRFrame {
    CRPolygon *polygons;
    CRShade *shades;
    float *points;
    CRPlaced *placed;
    uint32_t polygonCount, pointCount, placedCount;
    /// Of `polygons` and `shades`, of `points` in pairs, of `placed`.
    uint32_t polygonCapacity, pointCapacity, placedCapacity;
    /// Room for the largest mesh's vertices, padded to 8: camera coordinates and screen coordinates.
    float *cameraX, *cameraY, *cameraZ, *screenX, *screenY;
    /// Room for the largest mesh's faces, padded to 8.
    uint32_t *frontFaces;
} CRFrame;

/// Pixels; rows are `stride` pixels long, a multiple of 8, and begin at multiples of 32 bytes.
typedef struct CRTarget {
    float *nearness;
    uint32_t *polygons;
    int32_t width, height, stride;
    /// `height` each.
    int32_t *left, *right;
} CRTarget;

/// Writes the numbers of the spheres that reach into the view and the depth of their middles, in order of that depth,
/// equal ones in their own order. Arrays are padded to 8.
uint32_t cr_cull(const CRView *view, const float *x, const float *y, const float *z, const float *radius,
                 uint32_t count, uint32_t *visible, float *depth);

/// Appends an object's polygons that face the camera and touch the view.
void cr_project(const CRView *view, const CRObject *objects, uint32_t object, CRFrame *frame);

/// Empties a rectangle; its left and right side are rounded outwards to multiples of 8.
void cr_clear(CRTarget *target, int32_t minX, int32_t minY, int32_t maxX, int32_t maxY);

/// Draws polygons first ..< last of the frame. Of equally near ones the first drawn stays, or with `winsTies` the last.
void cr_draw(const CRView *view, const CRFrame *frame, uint32_t first, uint32_t last, int winsTies, CRTarget *target);

/// Number of pixels of the view that show one of the first `count` polygons, up to `limit` and a row's worth more.
uint32_t cr_count(const CRView *view, const CRTarget *target, uint32_t count, uint32_t limit);

/// The instance picture, without padding but for CR_PADDING elements at its end, and the pixels of each id.
void cr_identify(const CRFrame *frame, const CRTarget *target, uint16_t *ids, uint32_t *counts);

/// How light each pixel is for what surrounds it, 128 = as it is: creases are darker, corners that stand out lighter. Rows
/// are `stride` long.
void cr_occlude(const CRView *view, const CRTarget *target, uint8_t *light);

/// As `cr_identify`, and the colours: 3 bytes a pixel, CR_PADDING more at the end. `row` has room for a row of pixels
/// and CR_PADDING more, `light` is from `cr_occlude`.
void cr_shade(const CRView *view, const CRObject *objects, const CRFrame *frame, const CRTarget *target,
              const uint8_t *textures, const uint8_t *light, uint32_t *row, uint8_t *rgb, uint16_t *ids, uint32_t *counts);

/// Depth in metres, +infinity where nothing is.
void cr_depth(const CRFrame *frame, const CRTarget *target, float *depth);

#endif
