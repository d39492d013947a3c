#include "base/columns.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/utf8.h"

struct range {
    uint32_t first;
    uint32_t last;
};

/* What Unicode's EastAsianWidth.txt has as W or F, in whole blocks. */
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x4dbf},   {0x4e00, 0xa4cf},
    {0xa960, 0xa97c},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff01, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18cff}, {0x1aff0, 0x1b2ff},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd},
};

/* What stands over, under or inside the character before it. */
static const struct range narrow[] = {
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
    {0x64b, 0x65f},   {0x200b, 0x200f}, {0x2060, 0x2064}, {0x20d0, 0x20f0},
    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
};

static bool is_within(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

/* Of the character at the beginning, whose length is left in `out_len`. */
static size_t columns_of_one(struct bytes text, size_t *out_len)
{
    size_t len = utf8_len(text);
    *out_len = len ? len : 1;
    if (len < 2)
        return 1;
    uint32_t point = utf8_point(text.data, len);
    if (is_within(narrow, ARRAY_LEN(narrow), point))
        return 0;
    return is_within(wide, ARRAY_LEN(wide), point) ? 2 : 1;
}

struct bytes columns_cut(struct bytes text, size_t most)
{
    size_t at = 0;
    for (size_t columns = 0, len = 0; at < text.len; at += len) {
        columns += columns_of_one((struct bytes){text.data + at, text.len - at}, &len);
        if (columns > most)
            break;
    }
    return (struct bytes){text.data, at};
}

size_t columns_of(struct bytes text)
{
    size_t columns = 0;
    for (size_t at = 0, len = 0; at < text.len; at += len)
        columns += columns_of_one((struct bytes){text.data + at, text.len - at}, &len);
    return columns;
}
