#include "bare_codecs.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

typedef struct {
    const unsigned char *bytes;
    size_t length, at;
} source;

static void read_bytes(png_structp png, png_bytep target, png_size_t count) {
    source *from = png_get_io_ptr(png);
    if (count > from->length - from->at) png_error(png, "truncated");
    memcpy(target, from->bytes + from->at, count);
    from->at += count;
}

static int decode_png(const unsigned char *bytes, size_t length, unsigned char *pixels) {
    source from = {bytes, length, 0};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_bytep *rows = NULL;
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        free(rows);
        return -1;
    }
    png_set_read_fn(png, &from, read_bytes);
    png_read_info(png, info);
    png_uint_32 height = png_get_image_height(png, info);
    size_t stride = png_get_rowbytes(png, info);
    rows = malloc(height * sizeof(*rows));
    for (png_uint_32 row = 0; row < height; row++) rows[row] = pixels + row * stride;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    free(rows);
    return 0;
}

int bare_png_decode(const unsigned char *bytes, size_t length, unsigned char *pixels, int rounds) {
    for (int round = 0; round < rounds; round++) {
        if (decode_png(bytes, length, pixels)) return -1;
    }
    return 0;
}

int bare_jpeg_decode(const unsigned char *bytes, size_t length, unsigned char *pixels, int width, int height, int rounds) {
    tjhandle handle = tjInitDecompress();
    int status = 0;
    for (int round = 0; round < rounds && status == 0; round++) {
        status = tjDecompress2(handle, bytes, length, pixels, width, 0, height, TJPF_RGB, TJFLAG_ACCURATEDCT);
    }
    tjDestroy(handle);
    return status;
}
