#ifndef RGVLM_BARE_CODECS_H
#define RGVLM_BARE_CODECS_H

#include <stddef.h>

/// Decodes a PNG to RGB with libpng's classic interface, `rounds` times. Returns 0, or -1 for an error.
int bare_png_decode(const unsigned char *bytes, size_t length, unsigned char *pixels, int rounds);

/// Decodes a JPEG to RGB with turbojpeg, one handle for all `rounds`. Returns 0, or -1 for an error.
int bare_jpeg_decode(const unsigned char *bytes, size_t length, unsigned char *pixels, int width, int height, int rounds);

#endif
