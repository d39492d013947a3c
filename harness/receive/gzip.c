#include "receive/gzip.h"

#include <stdbool.h>
#include <stdint.h>

#define STORED_MAX 65535
#define BOMB_MAX   ((int64_t)256 * 1024 * 1024)
#define RUN_LEN    258 /* the longest copy that DEFLATE has */

static uint32_t crc_step(uint32_t crc, unsigned char byte)
{
    crc ^= byte;
    for (int i = 0; i < 8; i++)
        crc = crc & 1 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
    return crc;
}

static void add_number(struct buf *out, uint32_t number, int num_bytes)
{
    for (int i = 0; i < num_bytes; i++)
        buf_add_char(out, (char)(number >> 8 * i & 0xff));
}

static void add_head(struct buf *out)
{
    static const char head[10] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff'};
    buf_add(out, head, sizeof head);
}

static void add_tail(struct buf *out, uint32_t crc, size_t len)
{
    add_number(out, crc ^ 0xffffffffU, 4);
    add_number(out, (uint32_t)len, 4);
}

void gzip_stored(struct bytes in, struct buf *out)
{
    uint32_t crc = 0xffffffffU;
    if (in.len > STORED_MAX)
        in.len = STORED_MAX;
    for (size_t i = 0; i < in.len; i++)
        crc = crc_step(crc, (unsigned char)in.data[i]);
    add_head(out);
    buf_add_char(out, 1); /* the last block, stored */
    add_number(out, (uint32_t)in.len, 2);
    add_number(out, (uint32_t)in.len ^ 0xffff, 2);
    buf_add_bytes(out, in);
    add_tail(out, crc, in.len);
}

/* Bits as DEFLATE packs them: the lowest of a byte first. */
struct bits {
    struct buf *out;
    unsigned pending;
    int count;
};

static void add_bits(struct bits *bits, unsigned value, int count)
{
    bits->pending |= value << bits->count;
    for (bits->count += count; bits->count >= 8; bits->count -= 8) {
        buf_add_char(bits->out, (char)(bits->pending & 0xff));
        bits->pending >>= 8;
    }
}

/* With the fixed codes of RFC 1951 section 3.2.6, written from their first bit on: a zero, and
 * copies of it with length 258 (11000101) and distance 1 (00000). */
void gzip_zeros(size_t len, struct buf *out)
{
    struct bits bits = {.out = out};
    uint32_t crc = crc_step(0xffffffffU, 0);
    size_t made = 1;
    add_head(out);
    add_bits(&bits, 3, 3);    /* the last block, fixed codes */
    add_bits(&bits, 0x0c, 8); /* literal 0: 00110000 */
    for (; made < len; made += RUN_LEN) {
        add_bits(&bits, 0xa3, 8);
        add_bits(&bits, 0, 5);
        for (int i = 0; i < RUN_LEN; i++)
            crc = crc_step(crc, 0);
    }
    add_bits(&bits, 0, 7); /* the end */
    add_bits(&bits, 0, 7); /* fills the last byte */
    add_tail(out, crc, made);
}

void gzip_answer(struct answer *answer, const struct inbound *request,
                 const struct argument *argument)
{
    struct buf packed = {0};
    bool taken = headers_has_token(request->headers, "Accept-Encoding", "gzip");
    if (!taken || answer->body.len == 0 || answer->body.len > STORED_MAX)
        return;
    gzip_stored(buf_bytes(&answer->body), &packed);
    buf_clear(&answer->body);
    answer->body = packed;
    headers_set(&answer->headers, "Content-Encoding", "gzip");
}

void gzip_answer_bomb(struct answer *answer, const struct inbound *request,
                      const struct argument *argument)
{
    int64_t len = argument->number < BOMB_MAX ? argument->number : BOMB_MAX;
    if (answer->status == 204)
        answer->status = 200;
    answer_set_body(answer, "text/plain; charset=utf-8", "");
    gzip_zeros(len > 0 ? (size_t)len : 0, &answer->body);
    headers_set(&answer->headers, "Content-Encoding", "gzip");
}
