#include "base/needles.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* The first bytes of each value are kept as a number: a place of the text that begins nothing is
 * passed with one look at a set of bits. */
#define SET_BITS   16
#define CHAIN_BITS 12
#define NO_NEEDLE  UINT32_MAX

struct needle {
    char *data;
    size_t len;
    size_t enough; /* of its bytes */
    size_t id;
    uint32_t next; /* that begins alike, or NO_NEEDLE */
};

struct needles {
    struct needle *items;
    size_t count;
    size_t longest;
    size_t shortest;
    bool blanks;
    uint64_t set[(1 << SET_BITS) / 64];
    uint32_t chains[1 << CHAIN_BITS];
};

struct needles *needles_new(void)
{
    struct needles *needles = mem_alloc(sizeof *needles);
    memset(needles->chains, 0xff, sizeof needles->chains);
    return needles;
}

void needles_free(struct needles *needles)
{
    for (size_t i = 0; needles && i < needles->count; i++) {
        explicit_bzero(needles->items[i].data, needles->items[i].len);
        free(needles->items[i].data);
    }
    if (needles)
        free(needles->items);
    free(needles);
}

static uint32_t beginning_of(const char *at)
{
    uint32_t first = 0;
    uint16_t last = 0;
    memcpy(&first, at, sizeof first);
    memcpy(&last, at + sizeof first, sizeof last);
    uint64_t key = (uint64_t)last << 32 | first;
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SET_BITS));
}

static bool is_there(const struct needles *needles, struct bytes value, size_t id)
{
    for (size_t i = 0; i < needles->count; i++)
        if (needles->items[i].id == id &&
            bytes_equal((struct bytes){needles->items[i].data, needles->items[i].len}, value))
            return true;
    return false;
}

void needles_add_exactly(struct needles *needles, struct bytes value, size_t enough, size_t id)
{
    if (value.len < NEEDLE_MIN_LEN || is_there(needles, value, id))
        return;
    needles->items = mem_resize(needles->items, needles->count + 1, sizeof *needles->items);
    uint32_t beginning = beginning_of(value.data);
    uint32_t *chain = &needles->chains[beginning >> (SET_BITS - CHAIN_BITS)];
    needles->items[needles->count] = (struct needle){
        .data = mem_copy(value.data, value.len),
        .len = value.len,
        .enough = enough >= NEEDLE_MIN_LEN && enough < value.len ? enough : value.len,
        .id = id,
        .next = *chain,
    };
    *chain = (uint32_t)needles->count++;
    needles->set[beginning / 64] |= UINT64_C(1) << beginning % 64;
    size_t least = needles->items[needles->count - 1].enough;
    if (!needles->shortest || least < needles->shortest)
        needles->shortest = least;
    if (value.len > needles->longest)
        needles->longest = value.len;
    if (memchr(value.data, ' ', value.len))
        needles->blanks = true;
}

/* Lower-case letters of two bytes: every `step`-th, and how far before each its capital is. */
static const struct {
    uint32_t first, last, step, distance;
} letters[] = {
    {0xe0, 0xf6, 1, 0x20},   {0xf8, 0xfe, 1, 0x20},   {0x101, 0x12f, 2, 1},
    {0x133, 0x137, 2, 1},    {0x13a, 0x148, 2, 1},    {0x14b, 0x177, 2, 1},
    {0x17a, 0x17e, 2, 1},    {0x3b1, 0x3c1, 1, 0x20}, {0x3c3, 0x3cb, 1, 0x20},
    {0x430, 0x44f, 1, 0x20}, {0x450, 0x45f, 1, 0x50}, {0x461, 0x481, 2, 1},
};

static uint32_t letter_in_case(uint32_t code, bool upper)
{
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        uint32_t lower = upper ? code : code + letters[i].distance;
        if (lower >= letters[i].first && lower <= letters[i].last &&
            (lower - letters[i].first) % letters[i].step == 0)
            return upper ? code - letters[i].distance : lower;
    }
    return code;
}

static void add_in_case(struct needles *needles, struct bytes value, size_t enough, size_t id,
                        bool upper)
{
    struct buf turned = {0};
    buf_reserve(&turned, value.len);
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        unsigned char next = i + 1 < value.len ? (unsigned char)value.data[i + 1] : 0;
        if (c >= 0xc3 && c <= 0xdf && next >= 0x80 && next <= 0xbf) {
            uint32_t code = letter_in_case((c & 0x1fU) << 6 | (next & 0x3fU), upper);
            buf_add_char(&turned, (char)(0xc0 | code >> 6));
            buf_add_char(&turned, (char)(0x80 | (code & 0x3f)));
            i++;
        } else {
            int ascii = upper ? toupper(c) : tolower(c);
            buf_add_char(&turned, (char)(c < 0x80 ? ascii : c));
        }
    }
    needles_add_exactly(needles, buf_bytes(&turned), enough, id);
    explicit_bzero(turned.data, turned.len);
    buf_clear(&turned);
}

static void add_without_blanks(struct needles *needles, struct bytes value, size_t enough,
                               size_t id)
{
    struct buf rest = {0};
    buf_reserve(&rest, value.len);
    for (size_t i = 0; i < value.len; i++)
        if (!strchr(" \t\r\n", value.data[i]) || !value.data[i])
            buf_add_char(&rest, value.data[i]);
    needles_add_exactly(needles, buf_bytes(&rest), enough, id);
    buf_clear(&rest);
}

/* One character of UTF-8 at the beginning of `value`, or one byte of anything else. */
static uint32_t code_point(struct bytes value, size_t *out_len)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned char lead = (unsigned char)value.data[0];
    size_t len = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    uint32_t point = len > 1 ? lead & lead_bits[len] : lead;
    *out_len = 1;
    if (len > value.len)
        return lead;
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)value.data[i] & 0xc0) != 0x80)
            return lead;
        point = point << 6 | ((unsigned char)value.data[i] & 0x3f);
    }
    *out_len = len;
    return point;
}

static void add_unit(struct buf *out, uint32_t unit, bool little)
{
    const char bytes[] = {(char)(unit >> 8), (char)(unit & 0xff)};
    buf_add_char(out, bytes[little ? 1 : 0]);
    buf_add_char(out, bytes[little ? 0 : 1]);
}

static void add_as_utf16(struct needles *needles, struct bytes value, size_t enough, size_t id,
                         bool little)
{
    struct buf units = {0};
    buf_reserve(&units, 2 * value.len);
    for (size_t i = 0, len = 0; i < value.len; i += len) {
        uint32_t point = code_point((struct bytes){value.data + i, value.len - i}, &len);
        if (point > 0xffff) {
            add_unit(&units, 0xd800 + ((point - 0x10000) >> 10), little);
            add_unit(&units, 0xdc00 + (point & 0x3ff), little);
        } else {
            add_unit(&units, point, little);
        }
    }
    needles_add_exactly(needles, buf_bytes(&units), 2 * enough, id);
    buf_clear(&units);
}

/* Each byte as a character of its own: what a server that takes headers for Latin-1 writes. */
static void add_as_latin1(struct needles *needles, struct bytes value, size_t enough, size_t id)
{
    struct buf text = {0};
    buf_reserve(&text, 2 * value.len);
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c >= 0x80)
            buf_add_char(&text, (char)(0xc0 | c >> 6));
        buf_add_char(&text, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
    }
    needles_add_exactly(needles, buf_bytes(&text), enough, id);
    buf_clear(&text);
}

void needles_add(struct needles *needles, struct bytes value, size_t enough, size_t id)
{
    if (value.len < NEEDLE_MIN_LEN)
        return;
    needles_add_exactly(needles, value, enough, id);
    add_in_case(needles, value, enough, id, false);
    add_in_case(needles, value, enough, id, true);
    add_as_utf16(needles, value, enough, id, true);
    add_as_utf16(needles, value, enough, id, false);
    add_as_latin1(needles, value, enough, id);
    add_without_blanks(needles, value, enough, id);
}

/* How much of the needle stands at the beginning of `in`; 0 when it is not enough. */
static size_t standing(const struct needle *needle, struct bytes in)
{
    size_t len = needle->enough;
    if (in.len < len || memcmp(needle->data, in.data, len) != 0)
        return 0;
    while (len < needle->len && len < in.len && needle->data[len] == in.data[len])
        len++;
    return len;
}

static bool tell_those_at(const struct needles *needles, struct bytes in, size_t at,
                          needle_fn *on_found, void *payload)
{
    uint32_t i = needles->chains[beginning_of(in.data + at) >> (SET_BITS - CHAIN_BITS)];
    for (; i != NO_NEEDLE; i = needles->items[i].next) {
        const struct needle *needle = &needles->items[i];
        size_t len = standing(needle, (struct bytes){in.data + at, in.len - at});
        if (len && !on_found(payload, at, len, needle->id))
            return false;
    }
    return true;
}

bool needles_search(const struct needles *needles, struct bytes in, needle_fn *on_found,
                    void *payload)
{
    for (size_t at = 0; at + NEEDLE_MIN_LEN <= in.len; at++) {
        uint32_t beginning = beginning_of(in.data + at);
        if (needles->set[beginning / 64] >> beginning % 64 & 1 &&
            !tell_those_at(needles, in, at, on_found, payload))
            return false;
    }
    return true;
}

size_t needles_longest(const struct needles *needles)
{
    return needles->longest;
}

size_t needles_shortest(const struct needles *needles)
{
    return needles->shortest;
}

bool needles_hold_blanks(const struct needles *needles)
{
    return needles->blanks;
}
