#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"

#define MAX_WORD 128
#define LIST_MAX 600 /* bytes of names after which a sentence lists no more */

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* How many letters must be put in, left out, changed or swapped with their neighbour to make `a` of
 * `b` (optimal string alignment); MAX_WORD when one of them is longer than a word. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][MAX_WORD]; /* of the table of all beginnings: this one and the two before it */
    size_t b_len = strlen(b);
    if (strlen(a) >= MAX_WORD || b_len >= MAX_WORD)
        return MAX_WORD;
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    size_t i = 1;
    for (; a[i - 1]; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = min3(above[j] + 1, row[j - 1] + 1, change);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && two_above[j - 2] + 1 < row[j])
                row[j] = two_above[j - 2] + 1;
        }
    }
    return rows[(i - 1) % 3][b_len];
}

const char *text_nearest(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t letters = strlen(word + strspn(word, "-"));
    /* nobody who writes 401 means A01 */
    if (letters && strspn(word, "0123456789") == strlen(word))
        return NULL;
    size_t best = (letters < 3 ? letters / 2 : letters / 3) + 1; /* so far is another word */
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(word, names[i]);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

bool text_unknown(struct error *err, const char *what, const char *word, const char *const *names,
                  size_t count)
{
    const char *nearest = text_nearest(word, names, count);
    if (nearest)
        return error_set(err, "no %s \"%s\"; did you mean \"%s\"?", what, word, nearest);
    struct buf list = {0};
    size_t i = 0;
    for (; i < count && list.len < LIST_MAX; i++)
        buf_add_format(&list, "%s%s", i ? ", " : "", names[i]);
    if (i < count)
        buf_add_format(&list, " and %zu more", count - i);
    (void)error_set(err, "no %s \"%s\"; choose one of: %s", what, word, buf_text(&list));
    buf_clear(&list);
    return false;
}

bool text_glob(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *retry = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            retry = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit durations[] = {
    {"us", 1000}, {"ms", NS_PER_MS}, {"s", NS_PER_S}, {"m", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
};

#define KIB INT64_C(1024)

static const struct unit sizes[] = {
    {"", 1}, {"B", 1}, {"KiB", KIB}, {"MiB", KIB *KIB}, {"GiB", KIB *KIB *KIB},
};

/* More than a hundred years and more than any disk: beyond these it is a slip of the pen. */
#define MAX_DURATION_NS 3.6e18
#define MAX_SIZE        1e12

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

/* Reads digits and perhaps a point and digits (no sign, exponent or hexadecimal, which strtod would
 * take); `out_rest` is what follows. False when that is not what `text` begins with. */
static bool read_decimal(const char *text, double *out, const char **out_rest)
{
    static const char digits[] = "0123456789";
    size_t len = strspn(text, digits);
    if (len == 0)
        return false;
    if (text[len] == '.') {
        size_t fraction = strspn(text + len + 1, digits);
        if (fraction == 0)
            return false;
        len += 1 + fraction;
    }
    char *number = mem_copy(text, len);
    *out = strtod(number, NULL);
    *out_rest = text + len;
    free(number);
    return true;
}

bool text_duration(const char *text, int64_t *out_ns, struct error *err)
{
    double number = 0;
    const char *rest = "";
    bool is_number = read_decimal(text, &number, &rest);
    if (is_number && number == 0 && *rest == '\0') {
        *out_ns = 0;
        return true;
    }
    const struct unit *unit = is_number ? find_unit(durations, ARRAY_LEN(durations), rest) : NULL;
    if (!unit || number * (double)unit->factor > MAX_DURATION_NS)
        return error_set(err, "\"%s\" is not a duration such as 250ms, 10s or 2m", text);
    *out_ns = (int64_t)(number * (double)unit->factor + 0.5);
    return true;
}

bool text_size(const char *text, size_t *out_len, struct error *err)
{
    double number = 0;
    const char *rest = "";
    const struct unit *unit = NULL;
    if (read_decimal(text, &number, &rest))
        unit = find_unit(sizes, ARRAY_LEN(sizes), rest);
    double len = unit ? number * (double)unit->factor : 0;
    bool is_whole = len <= MAX_SIZE && (double)(size_t)len == len;
    if (!unit || !is_whole)
        return error_set(err, "\"%s\" is not a size such as 512, 64KiB or 1MiB", text);
    *out_len = (size_t)len;
    return true;
}

bool text_size_in_memory(const char *text, size_t *out_len, struct error *err)
{
    if (!text_size(text, out_len, err))
        return false;
    return *out_len <= TEXT_SIZE_IN_MEMORY_MAX ||
           error_set(err, "\"%s\" is more than the maximum, 256MiB", text);
}

bool text_integer(const char *text, int64_t min, int64_t max, int64_t *out, struct error *err)
{
    char *rest = NULL;
    errno = 0;
    long long number = strtoll(text, &rest, 10);
    bool is_plain = *text == '-' || (*text >= '0' && *text <= '9'); /* strtoll skips white space */
    if (!is_plain || errno != 0 || rest == text || *rest != '\0' || number < min || number > max)
        return error_set(err, "\"%s\" is not a whole number from %" PRId64 " to %" PRId64, text,
                         min, max);
    *out = number;
    return true;
}

void text_add_lower(struct buf *out, struct bytes in, size_t max)
{
    size_t start = out->len;
    buf_add(out, in.data, in.len < max ? in.len : max);
    for (size_t i = start; i < out->len; i++)
        if (out->data[i] >= 'A' && out->data[i] <= 'Z')
            out->data[i] = (char)(out->data[i] - 'A' + 'a');
}

void text_add_duration(struct buf *out, int64_t ns)
{
    const int64_t us = ns / 1000; /* nothing here measures finer than that */
    if (ns < NS_PER_MS)
        buf_add_format(out, "%.2g ms", (double)us / 1000);
    else if (ns < 100 * NS_PER_MS)
        buf_add_format(out, "%.1f ms", (double)ns / (double)NS_PER_MS);
    else if (ns < NS_PER_S)
        buf_add_format(out, "%" PRId64 " ms", ns / NS_PER_MS);
    else
        buf_add_format(out, "%.2f s", (double)ns / (double)NS_PER_S);
}

bool text_is_utf8(struct bytes in)
{
    const unsigned char *data = (const unsigned char *)in.data;
    for (size_t i = 0; i < in.len;) {
        uint64_t eight;
        if (in.len - i >= sizeof eight) { /* ASCII, as most is, eight bytes at a time */
            memcpy(&eight, data + i, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += sizeof eight;
                continue;
            }
        }
        size_t len = utf8_len(bytes_after(in, i));
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

struct bytes text_beginning(struct bytes in, size_t max_len)
{
    if (in.len <= max_len)
        return in;
    struct bytes all = {in.data, max_len};
    struct bytes whole = all; /* characters */
    while (whole.len && whole.len + 3 > max_len &&
           ((unsigned char)in.data[whole.len] & 0xc0) == 0x80)
        whole.len--;
    return text_is_utf8(whole) ? whole : all;
}

/* U+202A to U+202E and U+2066 to U+2069 change the direction of text, so a line can look different
 * from what it contains. */
static bool turns_direction(const unsigned char *at, size_t len)
{
    return len == 3 && at[0] == 0xe2 &&
           ((at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) ||
            (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

/* C1 controls (U+0080..U+009F) drive some terminals, so they are shown as bytes too. */
static bool is_visible(const unsigned char *at, size_t len)
{
    return len > 0 && !(len == 1 && (at[0] < 0x20 || at[0] == 0x7f)) &&
           !(len == 2 && at[0] == 0xc2 && at[1] < 0xa0) && !turns_direction(at, len);
}

void text_add_visible(struct buf *out, struct bytes in, size_t max_len)
{
    const unsigned char *data = (const unsigned char *)in.data;
    size_t i = 0;
    while (i < in.len && i < max_len) {
        size_t len = utf8_len(bytes_after(in, i));
        if (i + len > max_len)
            break; /* half a character is no character */
        if (is_visible(data + i, len)) {
            buf_add(out, data + i, len);
        } else {
            len = 1;
            buf_add_format(out, "\\x%02x", data[i]);
        }
        i += len;
    }
    if (i < in.len)
        buf_add_text(out, "...");
}

char *text_visible(const char *text)
{
    struct buf out = {0};
    text_add_visible(&out, bytes_of(text), strlen(text));
    return buf_take(&out);
}

bool text_starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool text_ends_with(const char *text, const char *end)
{
    size_t text_len = strlen(text);
    size_t end_len = strlen(end);
    return text_len >= end_len && strcmp(text + text_len - end_len, end) == 0;
}

size_t text_count_lines(struct bytes text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}
