#include "Kernels.h"

/// End of the run of equal values that begins at `x`.
CR_INLINE int32_t cr_run(const uint32_t *polygons, int32_t x, int32_t width) {
    uint32_t polygon = polygons[x];
    x++;
    while (x < width && polygons[x] == polygon) x++;
    return x;
}

CR_INLINE void cr_fill_ids(uint16_t *ids, int32_t from, int32_t to, uint16_t id) {
    for (int32_t x = from; x < to; x += 8) {
        for (int32_t k = 0; k < 8; k++) ids[x + k] = id;
    }
}

CR_KERNEL
void cr_identify(const CRFrame *frame, const CRTarget *target, uint16_t *ids, uint32_t *counts) {
    for (int32_t row = 0; row < target->height; row++) {
        const uint32_t *polygons = target->polygons + (size_t)row * (size_t)target->stride;
        uint16_t *line = ids + (size_t)row * (size_t)target->width;
        for (int32_t x = 0; x < target->width;) {
            int32_t end = cr_run(polygons, x, target->width);
            uint16_t id = polygons[x] == CR_NOTHING ? 0 : frame->polygons[polygons[x]].id;
            cr_fill_ids(line, x, end, id);
            counts[id] += (uint32_t)(end - x);
            x = end;
        }
    }
}

/// Texture coordinates as functions of the pixel: u = ue + depth * (ux x + uy y + uc).
static void cr_prepare(const CRView *view, const CRObject *objects, CRFrame const *frame, CRPolygon *polygon,
                       CRShade *shade) {
    const CRSurface *surface = objects[polygon->object].mesh.surfaces + polygon->face;
    const CRPlaced *placed = frame->placed + polygon->placed;
    const float *axes[2] = {surface->u, surface->v};
    float offsets[2] = {surface->u0, surface->v0};
    float *result = &shade->ue;
    for (int i = 0; i < 2; i++, result += 4) {
        const float *t = axes[i];
        float x = (t[0] * placed->right[0] + t[1] * placed->right[1] + t[2] * placed->right[2]) / view->focal;
        float y = -(t[0] * placed->up[0] + t[1] * placed->up[1] + t[2] * placed->up[2]) / view->focal;
        float z = t[0] * placed->forward[0] + t[1] * placed->forward[1] + t[2] * placed->forward[2];
        result[0] = t[0] * placed->eye[0] + t[1] * placed->eye[1] + t[2] * placed->eye[2] + offsets[i];
        result[1] = x;
        result[2] = y;
        result[3] = z + x * (0.5f - view->centreX) + y * (0.5f - view->centreY);
    }
    polygon->isShaded = 1;
}

/// Where each level of a texture begins.
static const uint32_t levelStart[CR_TEXTURE_LEVELS] = {0, 65536, 81920, 86016, 87040, 87296, 87360, 87376, 87380};

/// How much light is lost per metre of distance.
#define CR_HAZE 0.012f

CR_INLINE uint32_t cr_pack(float red, float green, float blue) {
    return (uint32_t)(int32_t)red | (uint32_t)(int32_t)green << 8 | (uint32_t)(int32_t)blue << 16;
}

CR_INLINE void cr_shade_run(const CRPolygon *polygon, const CRShade *shade, const CRSurface *surface,
                            const uint8_t *textures, const float *nearness, int32_t row, int32_t from, int32_t to,
                            uint32_t *line) {
    const float priority = polygon->priority;
    if (surface->texture < 0 && surface->reach == 0) {
        float light = 1 - CR_HAZE * priority / nearness[(from + to) >> 1];
        light = light > 0.5f ? light : 0.5f;
        uint32_t color =
            cr_pack(surface->color[0] * light, surface->color[1] * light, surface->color[2] * light);
        for (int32_t x = from; x < to; x += 8) {
            for (int32_t k = 0; k < 8; k++) line[x + k] = color;
        }
        return;
    }
    const uint8_t *texture = textures + (size_t)(surface->texture < 0 ? 0 : surface->texture) * CR_TEXTURE_BYTES;
    const float uRow = shade->uy * (float)row + shade->uc, vRow = shade->vy * (float)row + shade->vc;
    const float a = (float)polygon->a, b = (float)polygon->b;
    int level = 0;
    for (int32_t x = from; x < to; x += 8) {
        if (((x - from) & 31) == 0) {
            // Texels per pixel in the middle of the next 32 pixels.
            int32_t middle = cr_min(x + 16, (x + to) >> 1);
            float depth = priority / nearness[middle];
            float du = depth * (shade->ux * (float)middle + uRow), dv = depth * (shade->vx * (float)middle + vRow);
            float aTrue = a / priority, bTrue = b / priority;
            float ux = (shade->ux - du * aTrue) * depth, uy = (shade->uy - du * bTrue) * depth;
            float vx = (shade->vx - dv * aTrue) * depth, vy = (shade->vy - dv * bTrue) * depth;
            // Between the mean and the largest direction: neither shimmer nor mud.
            float along = ux * ux + vx * vx, down = uy * uy + vy * vy;
            float larger = along > down ? along : down, smaller = along > down ? down : along;
            float footprint = larger * 0.5f + smaller * 0.5f;
            level = 0;
            while (level < CR_TEXTURE_LEVELS - 1 && footprint > 2.0f) {
                footprint *= 0.25f;
                level++;
            }
        }
        const uint8_t *texels = texture + levelStart[level];
        const int shift = 8 - level, mask = (1 << shift) - 1;
        CRFloat8 xs = __builtin_convertvector(CR_IOTA + x, CRFloat8);
        CRFloat8 depth = priority / CR_LOAD(CRFloat8, nearness + x);
        CRFloat8 u = (xs * shade->ux + uRow) * depth + shade->ue;
        CRFloat8 v = (xs * shade->vx + vRow) * depth + shade->ve;
        CRFloat8 light = 1 - depth * CR_HAZE;
        light = CR_SELECT(CRFloat8, light > 0.5f, light, (CRFloat8){} + 0.5f);
        if (surface->reach != 0) {
            CRFloat8 zero = {};
            CRFloat8 s0 = 1 - (u - surface->border[0]) * surface->reach;
            CRFloat8 s1 = 1 - (surface->border[1] - u) * surface->reach;
            CRFloat8 s2 = 1 - (v - surface->border[2]) * surface->reach;
            CRFloat8 s3 = 1 - (surface->border[3] - v) * surface->reach;
            s0 = CR_SELECT(CRFloat8, s0 > 0.0f, s0, zero);
            s1 = CR_SELECT(CRFloat8, s1 > 0.0f, s1, zero);
            s2 = CR_SELECT(CRFloat8, s2 > 0.0f, s2, zero);
            s3 = CR_SELECT(CRFloat8, s3 > 0.0f, s3, zero);
            CRFloat8 dark = (s0 * s0 + s1 * s1 + s2 * s2 + s3 * s3) * 0.17f;
            dark = CR_SELECT(CRFloat8, dark < 0.5f, dark, zero + 0.5f);
            light = light * (1 - dark);
        }
        CRInt8 ui = (__builtin_convertvector(u, CRInt8) >> level) & mask;
        CRInt8 vi = (__builtin_convertvector(v, CRInt8) >> level) & mask;
        CRInt8 index = vi << shift | ui;
        CRInt8 value;
        for (int k = 0; k < 8; k++) value[k] = texels[index[k]];
        CRFloat8 t = __builtin_convertvector(value, CRFloat8);
        CRInt8 red = __builtin_convertvector((t * surface->delta[0] + surface->color[0]) * light, CRInt8);
        CRInt8 green = __builtin_convertvector((t * surface->delta[1] + surface->color[1]) * light, CRInt8);
        CRInt8 blue = __builtin_convertvector((t * surface->delta[2] + surface->color[2]) * light, CRInt8);
        CR_STORE(CRInt8, line + x, red | green << 8 | blue << 16);
    }
}

/// Red, green and blue of a row under its light. Up to 29 bytes more are written than the row has.
CR_INLINE void cr_write(const uint32_t *line, const uint8_t *light, int32_t width, uint8_t *rgb) {
    typedef uint8_t Bytes __attribute__((vector_size(32), aligned(1), may_alias));
    for (int32_t x = 0; x < width; x += 8) {
        CRInt8 level = __builtin_convertvector(CR_LOAD(CRByte8, light + x), CRInt8);
        CRInt8 pixel = CR_LOAD(CRInt8, line + x);
        CRInt8 red = (pixel & 255) * level >> 7, green = (pixel >> 8 & 255) * level >> 7,
               blue = (pixel >> 16 & 255) * level >> 7;
        CRInt8 most = (CRInt8){} + 255;
        red = CR_SELECT(CRInt8, red < most, red, most);
        green = CR_SELECT(CRInt8, green < most, green, most);
        blue = CR_SELECT(CRInt8, blue < most, blue, most);
        Bytes packed = (Bytes)(red | green << 8 | blue << 16);
        packed = __builtin_shufflevector(packed, packed, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18, 20, 21, 22,
                                         24, 25, 26, 28, 29, 30, 31, 31, 31, 31, 31, 31, 31, 31);
        memcpy(rgb + 3 * x, &packed, 32);
    }
}

CR_KERNEL
void cr_shade(const CRView *view, const CRObject *objects, const CRFrame *frame, const CRTarget *target,
              const uint8_t *textures, const uint8_t *light, uint32_t *line, uint8_t *rgb, uint16_t *ids, uint32_t *counts) {
    for (int32_t row = 0; row < target->height; row++) {
        size_t start = (size_t)row * (size_t)target->stride;
        const uint32_t *polygons = target->polygons + start;
        uint16_t *idLine = ids + (size_t)row * (size_t)target->width;
        for (int32_t x = 0; x < target->width;) {
            int32_t end = cr_run(polygons, x, target->width);
            uint32_t number = polygons[x];
            uint16_t id = 0;
            if (number == CR_NOTHING) {
                for (int32_t k = x; k < end; k++) line[k] = 0;
            } else {
                CRPolygon *polygon = frame->polygons + number;
                CRShade *shade = frame->shades + number;
                if (!polygon->isShaded) cr_prepare(view, objects, frame, polygon, shade);
                id = polygon->id;
                cr_shade_run(polygon, shade, objects[polygon->object].mesh.surfaces + polygon->face, textures,
                             target->nearness + start, row, x, end, line);
            }
            cr_fill_ids(idLine, x, end, id);
            counts[id] += (uint32_t)(end - x);
            x = end;
        }
        cr_write(line, light + start, target->width,
                 rgb + (size_t)row * (size_t)target->width * 3);
    }
}
