#include "base/reading.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Bytes of a reading from `at` on: those of the text that was read from `from` on, as they are; or,
 * with `to`, what an escape there says. */
struct piece {
    uint32_t at;
    uint32_t from, to;
};

void reading_clear(struct reading *reading)
{
    if (reading->bytes)
        explicit_bzero(reading->bytes, reading->capacity);
    free(reading->bytes);
    free(reading->pieces);
    *reading = (struct reading){0};
}

void reading_begin(struct reading *reading, const struct reading *of, size_t len)
{
    reading->of = of;
    reading->len = 0;
    reading->num_pieces = 0;
    if (len <= reading->capacity)
        return;
    reading->capacity = len;
    reading->bytes = mem_resize(reading->bytes, len, 1);
}

static void add_piece(struct reading *reading, size_t from, size_t to)
{
    if (reading->num_pieces == reading->max_pieces) {
        reading->max_pieces = reading->max_pieces ? 2 * reading->max_pieces : 64;
        reading->pieces = mem_resize(reading->pieces, reading->max_pieces, sizeof *reading->pieces);
    }
    reading->pieces[reading->num_pieces++] =
        (struct piece){(uint32_t)reading->len, (uint32_t)from, (uint32_t)to};
}

void reading_add_plain(struct reading *reading, struct bytes in, size_t at, size_t end)
{
    if (at == end)
        return;
    add_piece(reading, at, 0);
    memcpy(reading->bytes + reading->len, in.data + at, end - at);
    reading->len += end - at;
}

void reading_add(struct reading *reading, struct bytes said, size_t from, size_t to)
{
    add_piece(reading, from, to);
    memcpy(reading->bytes + reading->len, said.data, said.len);
    reading->len += said.len;
}

/* The piece of a reading that byte `i` of it is in. */
static const struct piece *piece_of(const struct reading *reading, size_t i)
{
    size_t low = 0;
    size_t high = reading->num_pieces;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (reading->pieces[middle].at <= i)
            low = middle;
        else
            high = middle;
    }
    return &reading->pieces[low];
}

void reading_place(const struct reading *reading, size_t *first, size_t *last)
{
    for (; reading; reading = reading->of) {
        const struct piece *begins = piece_of(reading, *first);
        const struct piece *ends = piece_of(reading, *last);
        *first = begins->from + (begins->to ? 0 : *first - begins->at);
        *last = ends->to ? ends->to - 1 : ends->from + (*last - ends->at);
    }
}
