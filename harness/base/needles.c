#include "base/needles.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

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

/* Lower-case letters beside ASCII: every `step`-th, and how far behind its capital each is. Where
 * two have one capital, the usual one comes first. */
static const struct {
    uint32_t first, last, step;
    int32_t distance;
} letters[] = {
    {'a', 'z', 1, 0x20},     {0xe0, 0xf6, 1, 0x20},   {0xf8, 0xfe, 1, 0x20},
    {0xff, 0xff, 1, -0x79},  {0x101, 0x12f, 2, 1},    {0x133, 0x137, 2, 1},
    {0x13a, 0x148, 2, 1},    {0x14b, 0x177, 2, 1},    {0x17a, 0x17e, 2, 1},
    {0x1ce, 0x1dc, 2, 1},    {0x1df, 0x1ef, 2, 1},    {0x1f9, 0x21f, 2, 1},
    {0x223, 0x233, 2, 1},    {0x3ac, 0x3ac, 1, 0x26}, {0x3ad, 0x3af, 1, 0x25},
    {0x3b1, 0x3c1, 1, 0x20}, {0x3c3, 0x3cb, 1, 0x20}, {0x3c2, 0x3c2, 1, 0x1f},
    {0x3cc, 0x3cc, 1, 0x40}, {0x3cd, 0x3ce, 1, 0x3f}, {0xb5, 0xb5, 1, 0xb5 - 0x39c},
    {0x430, 0x44f, 1, 0x20}, {0x450, 0x45f, 1, 0x50}, {0x461, 0x481, 2, 1},
    {0x48b, 0x4bf, 2, 1},    {0x4d1, 0x52f, 2, 1},    {0x561, 0x586, 1, 0x30},
    {0x1e01, 0x1e95, 2, 1},  {0x1ea1, 0x1eff, 2, 1},  {0xdf, 0xdf, 1, 0xdf - 0x1e9e},
};

/* Letters that become several capitals. */
static const struct {
    uint32_t lower;
    const char *upper;
} wide_letters[] = {
    {0xdf, "SS"},    {0x149, "\xca\xbcN"}, {0xfb00, "FF"}, {0xfb01, "FI"}, {0xfb02, "FL"},
    {0xfb03, "FFI"}, {0xfb04, "FFL"},      {0xfb05, "ST"}, {0xfb06, "ST"},
};

static uint32_t letter_in_case(uint32_t code, bool upper)
{
    for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
        uint32_t lower = upper ? code : (uint32_t)((int32_t)code + letters[i].distance);
        if (lower >= letters[i].first && lower <= letters[i].last &&
            (lower - letters[i].first) % letters[i].step == 0)
            return upper ? (uint32_t)((int32_t)code - letters[i].distance) : lower;
    }
    return code;
}

static const char *wide_capitals(uint32_t code)
{
    for (size_t i = 0; i < ARRAY_LEN(wide_letters); i++)
        if (wide_letters[i].lower == code)
            return wide_letters[i].upper;
    return NULL;
}

/* One character of UTF-8 at the beginning of `value`, or one byte of anything else. */
static uint32_t code_point(struct bytes value, size_t *out_len)
{
    size_t len = utf8_len(value);
    *out_len = len ? len : 1;
    return len ? utf8_point(value.data, len) : (unsigned char)value.data[0];
}

static void add_in_case(struct needles *needles, struct bytes value, size_t enough, size_t id,
                        bool upper)
{
    struct buf turned = {0};
    buf_reserve(&turned, 2 * value.len);
    for (size_t i = 0, len = 0; i < value.len; i += len) {
        char utf8[UTF8_MAX];
        uint32_t code = code_point(bytes_after(value, i), &len);
        const char *wide = upper ? wide_capitals(code) : NULL;
        if (wide)
            buf_add_text(&turned, wide);
        else if (code >= 0x80 && len == 1) /* no UTF-8 */
            buf_add_char(&turned, value.data[i]);
        else
            buf_add(&turned, utf8, utf8_write(letter_in_case(code, upper), utf8));
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
