#define ZLIB_CONST
#include "base/gzip.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"

#define PIECE       ((size_t)16 * 1024)
#define GZIP_WINDOW (15 + 16) /* zlib: the largest window, with a head and a tail of gzip */
#define ANY_WINDOW  (15 + 32) /* ... of gzip or zlib, whichever it is */
#define MEMORY      8         /* zlib's usual level */

static void begin(z_stream *stream, int level)
{
    *stream = (z_stream){0};
    if (deflateInit2(stream, level, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        mem_library_failed(); /* out of memory, or another zlib than this was built for */
}

static void feed(z_stream *stream, struct bytes in, int flush, struct buf *out)
{
    unsigned char packed[PIECE];
    stream->next_in = (z_const Bytef *)in.data; /* ZLIB_CONST: it is only read */
    stream->avail_in = (uInt)in.len;
    do {
        stream->next_out = packed;
        stream->avail_out = sizeof packed;
        (void)deflate(stream, flush);
        buf_add(out, packed, sizeof packed - stream->avail_out);
    } while (stream->avail_out == 0);
}

static void compress_all(struct bytes in, int level, struct buf *out)
{
    z_stream stream;
    begin(&stream, level);
    for (; in.len > PIECE; in.data += PIECE, in.len -= PIECE)
        feed(&stream, (struct bytes){in.data, PIECE}, Z_NO_FLUSH, out);
    feed(&stream, in, Z_FINISH, out);
    (void)deflateEnd(&stream);
}

void gzip_store(struct bytes in, struct buf *out)
{
    compress_all(in, Z_NO_COMPRESSION, out);
}

void gzip_pack(struct bytes in, struct buf *out)
{
    compress_all(in, Z_BEST_SPEED, out);
}

void gzip_unpack(struct bytes in, size_t len, struct buf *out)
{
    z_stream stream = {0};
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        mem_library_failed(); /* as above */
    buf_reserve(out, len);
    stream.next_in = (z_const Bytef *)in.data;
    stream.avail_in = (uInt)in.len;
    stream.next_out = (Bytef *)out->data + out->len;
    stream.avail_out = (uInt)len;
    (void)inflate(&stream, Z_FINISH);
    out->len += len - stream.avail_out;
    out->data[out->len] = '\0';
    (void)inflateEnd(&stream);
}

bool gzip_expand(struct bytes in, size_t max, struct buf *out)
{
    unsigned char piece[PIECE];
    z_stream stream = {0};
    size_t start = out->len;
    int state = Z_OK;
    if (inflateInit2(&stream, ANY_WINDOW) != Z_OK)
        mem_library_failed(); /* as above */
    stream.next_in = (z_const Bytef *)in.data;
    stream.avail_in = (uInt)in.len;
    while (state == Z_OK && out->len - start < max) {
        stream.next_out = piece;
        stream.avail_out = sizeof piece;
        state = inflate(&stream, Z_NO_FLUSH);
        size_t len = sizeof piece - stream.avail_out;
        size_t left = max - (out->len - start);
        buf_add(out, piece, len < left ? len : left);
    }
    (void)inflateEnd(&stream);
    return state == Z_STREAM_END || out->len - start == max;
}

void gzip_zeros(size_t len, struct buf *out)
{
    static const char zeros[PIECE];
    z_stream stream;
    begin(&stream, Z_BEST_COMPRESSION);
    for (; len > PIECE; len -= PIECE)
        feed(&stream, (struct bytes){zeros, PIECE}, Z_NO_FLUSH, out);
    feed(&stream, (struct bytes){zeros, len}, Z_FINISH, out);
    (void)deflateEnd(&stream);
}
