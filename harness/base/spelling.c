#include "base/spelling.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"

/* How many encodings may lie within one another: a text of JSON in a body of JSON. */
#define DEPTH_MAX 2

/* Long texts are read in parts of this size, which overlap by what one value can be spelled in. */
#define PART_LEN      ((size_t)64 * 1024)
#define SPELLED_TIMES 24 /* bytes for one byte of the value, at most */

/* Where blanks are left out, a shorter value would be found in words that stand side by side. */
#define BLANKS_MIN_LEN 12

/* What a text says, and for each byte of it where that stands in the part. */
struct reading {
    char *bytes;
    uint32_t *from, *to;
    size_t len, capacity;
};

struct hunt {
    const struct needles *needles;
    struct bytes part;
    size_t part_at;
    const struct reading *reading; /* NULL: the part itself */
    size_t run_at;                 /* where in the reading the run that is searched begins */
    size_t min_len;
    struct reading scratch; /* of one run */
    needle_fn *on_found;
    void *payload;
};

static void reading_clear(struct reading *reading)
{
    if (reading->bytes)
        explicit_bzero(reading->bytes, reading->capacity);
    free(reading->bytes);
    free(reading->from);
    free(reading->to);
    *reading = (struct reading){0};
}

/* Makes room for so many bytes in all, and more. */
static void reading_reserve(struct reading *reading, size_t capacity)
{
    if (capacity <= reading->capacity)
        return;
    capacity += capacity / 2;
    reading->capacity = capacity;
    reading->bytes = mem_resize(reading->bytes, capacity, 1);
    reading->from = mem_resize(reading->from, capacity, sizeof *reading->from);
    reading->to = mem_resize(reading->to, capacity, sizeof *reading->to);
}

/* What stands in `in` from `at` to `end` as it is. */
static void reading_add_plain(struct reading *reading, struct bytes in, const struct reading *from,
                              size_t at, size_t end)
{
    size_t len = end - at;
    memcpy(reading->bytes + reading->len, in.data + at, len);
    if (from) {
        memcpy(reading->from + reading->len, from->from + at, len * sizeof *from->from);
        memcpy(reading->to + reading->len, from->to + at, len * sizeof *from->to);
    } else {
        for (size_t i = 0; i < len; i++) {
            reading->from[reading->len + i] = (uint32_t)(at + i);
            reading->to[reading->len + i] = (uint32_t)(at + i + 1);
        }
    }
    reading->len += len;
}

static void reading_add(struct reading *reading, char byte, size_t from, size_t to)
{
    reading->bytes[reading->len] = byte;
    reading->from[reading->len] = (uint32_t)from;
    reading->to[reading->len++] = (uint32_t)to;
}

static size_t from_of(const struct reading *reading, size_t at)
{
    return reading ? reading->from[at] : at;
}

static size_t to_of(const struct reading *reading, size_t at)
{
    return reading ? reading->to[at] : at + 1;
}

static bool on_found(void *payload, size_t at, size_t len, size_t id)
{
    const struct hunt *hunt = payload;
    if (len < hunt->min_len)
        return true;
    size_t from = from_of(hunt->reading, hunt->run_at + at);
    size_t to = to_of(hunt->reading, hunt->run_at + at + len - 1);
    return hunt->on_found(hunt->payload, hunt->part_at + from, to - from, id);
}

static bool search_run(struct hunt *hunt, const struct reading *reading, size_t at, size_t len)
{
    hunt->reading = reading;
    hunt->run_at = at;
    const char *bytes = reading ? reading->bytes : hunt->part.data;
    return needles_search(hunt->needles, (struct bytes){bytes + at, len}, on_found, hunt);
}

static struct bytes bytes_in(const struct hunt *hunt, const struct reading *reading)
{
    return reading ? (struct bytes){reading->bytes, reading->len} : hunt->part;
}

/* --- what one escape stands for --- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `count` digits at the beginning of `in`; -1 when they are not there. */
static int32_t hex_of(struct bytes in, size_t count)
{
    int32_t value = 0;
    if (in.len < count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        int digit = digit_of(in.data[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static struct bytes after(struct bytes in, size_t len)
{
    return len < in.len ? (struct bytes){in.data + len, in.len - len} : (struct bytes){in.data, 0};
}

/* What an escape says: a few bytes, and how many of the text it takes; 0 when it is none. */
struct said {
    char bytes[4];
    size_t len;
    size_t taken;
};

static struct said say_byte(char byte, size_t taken)
{
    return (struct said){{byte}, 1, taken};
}

static struct said say_point(uint32_t point, size_t taken)
{
    if (point < 0x80)
        return say_byte((char)point, taken);
    if (point < 0x800)
        return (struct said){{(char)(0xc0 | point >> 6), (char)(0x80 | (point & 0x3f))}, 2, taken};
    if (point < 0x10000)
        return (struct said){{(char)(0xe0 | point >> 12), (char)(0x80 | (point >> 6 & 0x3f)),
                              (char)(0x80 | (point & 0x3f))},
                             3,
                             taken};
    return (struct said){{(char)(0xf0 | (point >> 18 & 7)), (char)(0x80 | (point >> 12 & 0x3f)),
                          (char)(0x80 | (point >> 6 & 0x3f)), (char)(0x80 | (point & 0x3f))},
                         4,
                         taken};
}

static struct said say_code_unit(struct bytes in)
{
    int32_t unit = hex_of(after(in, 2), 4);
    if (unit < 0)
        return (struct said){0};
    bool leads =
        unit >= 0xd800 && unit < 0xdc00 && in.len >= 12 && in.data[6] == '\\' && in.data[7] == 'u';
    int32_t next = leads ? hex_of(after(in, 8), 4) : -1;
    if (next >= 0xdc00 && next < 0xe000)
        return say_point(0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(next - 0xdc00),
                         12);
    return say_point((uint32_t)unit, 6);
}

/* As in JSON, and \x41 as in source code. */
static struct said say_backslash(struct bytes in)
{
    static const char letters[] = "\"\\/'bfnrt";
    static const char meant[] = "\"\\/'\b\f\n\r\t";
    if (in.len < 2)
        return (struct said){0};
    if (in.data[1] == 'u')
        return say_code_unit(in);
    if (in.data[1] == 'x') {
        int32_t byte = hex_of(after(in, 2), 2);
        if (byte < 0)
            return (struct said){0};
        return say_byte((char)byte, 4);
    }
    const char *letter = memchr(letters, in.data[1], sizeof letters - 1);
    if (letter)
        return say_byte(meant[letter - letters], 2);
    /* some escape every sign */
    if (ispunct((unsigned char)in.data[1]))
        return say_byte(in.data[1], 2);
    return (struct said){0};
}

static struct said say_percent(struct bytes in)
{
    int32_t byte = hex_of(after(in, 1), 2);
    if (byte < 0)
        return (struct said){0};
    return say_byte((char)byte, 3);
}

static struct said say_plus(struct bytes in)
{
    return say_byte(' ', in.len ? 1 : 0);
}

/* &#65; or &#x41; with any number of zeros before it. */
static struct said say_numeric_entity(struct bytes in)
{
    bool is_hex = in.len > 2 && (in.data[2] | 0x20) == 'x';
    uint32_t point = 0;
    size_t first = is_hex ? 3 : 2;
    size_t at = first;
    for (; at < in.len && at < first + 10 && point < 0x110000; at++) {
        int digit = digit_of(in.data[at]);
        if (digit < 0 || (!is_hex && digit > 9))
            break;
        point = point * (is_hex ? 16 : 10) + (uint32_t)digit;
    }
    if (at == first || point >= 0x110000)
        return (struct said){0};
    return say_point(point, at < in.len && in.data[at] == ';' ? at + 1 : at);
}

static struct said say_entity(struct bytes in)
{
    static const struct {
        const char *name;
        char byte;
    } named[] = {{"&amp;", '&'},    {"&quot;", '"'},   {"&apos;", '\''},  {"&lt;", '<'},
                 {"&gt;", '>'},     {"&sol;", '/'},    {"&plus;", '+'},   {"&equals;", '='},
                 {"&colon;", ':'},  {"&period;", '.'}, {"&lowbar;", '_'}, {"&dollar;", '$'},
                 {"&commat;", '@'}, {"&excl;", '!'},   {"&percnt;", '%'}, {"&num;", '#'},
                 {"&ast;", '*'},    {"&lpar;", '('},   {"&rpar;", ')'},   {"&comma;", ','},
                 {"&semi;", ';'},   {"&quest;", '?'},  {"&grave;", '`'},  {"&bsol;", '\\'},
                 {"&lbrace;", '{'}, {"&lcub;", '{'},   {"&rcub;", '}'},   {"&rbrace;", '}'},
                 {"&lsqb;", '['},   {"&rsqb;", ']'},   {"&vert;", '|'},   {"&verbar;", '|'},
                 {"&Hat;", '^'},    {"&nbsp;", ' '},   {"&hyphen;", '-'}, {"&tilde;", '~'}};
    if (in.len > 2 && in.data[1] == '#')
        return say_numeric_entity(in);
    for (size_t i = 0; i < ARRAY_LEN(named); i++) {
        size_t len = strlen(named[i].name);
        if (in.len >= len && memcmp(in.data, named[i].name, len) == 0)
            return say_byte(named[i].byte, len);
    }
    return (struct said){0};
}

/* The ways in which single characters are written otherwise, each begun by a sign of its own. */
static const struct escape {
    char sign;
    struct said (*say)(struct bytes in);
} escapes[] = {{'\\', say_backslash}, {'%', say_percent}, {'&', say_entity}, {'+', say_plus}};

/* Reads what `from` says; false when nothing in it is escaped so. */
static bool read_escaped(const struct hunt *hunt, const struct reading *from,
                         const struct escape *escape, struct reading *out)
{
    struct bytes in = bytes_in(hunt, from);
    size_t done = 0; /* how far it has been read */
    for (size_t at = 0; at < in.len;) {
        const char *sign = memchr(in.data + at, escape->sign, in.len - at);
        if (!sign)
            break;
        at = (size_t)(sign - in.data);
        struct said said = escape->say(after(in, at));
        if (said.taken == 0) {
            at++;
            continue;
        }
        if (!out->bytes)
            reading_reserve(out, in.len);
        reading_add_plain(out, in, from, done, at);
        size_t first = from_of(from, at);
        size_t last = to_of(from, at + said.taken - 1);
        for (size_t i = 0; i < said.len; i++)
            reading_add(out, said.bytes[i], first, last);
        done = at += said.taken;
    }
    if (done)
        reading_add_plain(out, in, from, done, in.len);
    return done > 0;
}

/* --- what is broken over lines --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Leaves out the blanks that hold the end of a line, or all of them. */
static bool read_unfolded(const struct hunt *hunt, const struct reading *from, bool all,
                          struct reading *out)
{
    struct bytes in = bytes_in(hunt, from);
    size_t done = 0;
    for (size_t at = 0; at < in.len;) {
        size_t end = at;
        bool breaks = all;
        for (; end < in.len && is_blank(in.data[end]); end++)
            breaks = breaks || in.data[end] == '\n' || in.data[end] == '\r';
        if (end > at && breaks) {
            if (!out->bytes)
                reading_reserve(out, in.len);
            reading_add_plain(out, in, from, done, at);
            done = end;
        }
        at = end > at ? end : at + 1;
    }
    if (done)
        reading_add_plain(out, in, from, done, in.len);
    return done > 0;
}

/* --- runs of digits --- */

enum { HEX = 1, BASE64 = 2, DIGIT = 4, BETWEEN = 8 };

/* What may stand between bytes that are told one by one. */
#define BETWEEN_NUMBERS " ,:;-\r\n\t"

struct alphabet {
    unsigned char kinds[256];
    signed char base64[256];
    size_t shortest; /* bytes of the shortest value, and the digits that hold so many */
    size_t hex_min;
    size_t base64_min;
};

static void alphabet_init(struct alphabet *alphabet, size_t shortest)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    *alphabet = (struct alphabet){
        .shortest = shortest, .hex_min = 2 * shortest, .base64_min = shortest * 8 / 6};
    for (int i = 0; i < 64; i++) {
        alphabet->kinds[(unsigned char)digits[i]] = BASE64;
        alphabet->base64[(unsigned char)digits[i]] = (signed char)i;
    }
    alphabet->base64['-'] = 62;
    alphabet->base64['_'] = 63;
    alphabet->kinds['-'] = alphabet->kinds['_'] = BASE64;
    for (const char *c = "0123456789abcdefABCDEF"; *c; c++)
        alphabet->kinds[(unsigned char)*c] |= (unsigned char)(*c <= '9' ? HEX | DIGIT : HEX);
    for (const char *c = BETWEEN_NUMBERS "xX"; *c; c++)
        alphabet->kinds[(unsigned char)*c] |= BETWEEN;
}

/* What a reading can hold, from one look at it. */
struct look {
    bool hex, base64;
    size_t pairs;   /* of hex digits with something between them, most in a row */
    size_t numbers; /* of one to three digits, the same */
};

/* How many stand in a row so far, after a run of `digits` ended at a sign of these kinds. */
static size_t in_a_row(size_t before, size_t digits, bool fits, int kinds)
{
    size_t now = digits == 0 ? before : fits ? before + 1 : 0;
    return kinds & BETWEEN ? now : 0;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static struct look look_at(const struct alphabet *alphabet, struct bytes in)
{
    struct look look = {0};
    size_t base64 = 0;
    size_t hex = 0;
    size_t digits = 0;
    size_t pairs = 0;
    size_t numbers = 0;
    for (size_t at = 0; at < in.len; at++) {
        int kinds = alphabet->kinds[(unsigned char)in.data[at]];
        base64 = kinds & BASE64 ? base64 + 1 : 0;
        look.base64 |= base64 >= alphabet->base64_min;
        if (kinds & DIGIT) {
            digits++;
        } else {
            look.numbers = larger(look.numbers, numbers + 1);
            numbers = in_a_row(numbers, digits, digits < 4, kinds);
            digits = 0;
        }
        if (kinds & HEX) {
            look.hex |= ++hex >= alphabet->hex_min;
        } else {
            look.pairs = larger(look.pairs, pairs + 1);
            pairs = in_a_row(pairs, hex > 1 ? hex : 0, hex == 2, kinds);
            hex = 0;
        }
    }
    look.numbers = larger(look.numbers, numbers + 1);
    look.pairs = larger(look.pairs, pairs + 1);
    return look;
}

static size_t run_len(const struct alphabet *alphabet, struct bytes in, size_t at, int kind)
{
    size_t end = at;
    while (end < in.len && alphabet->kinds[(unsigned char)in.data[end]] & kind)
        end++;
    return end - at;
}

static bool search_hex(struct hunt *hunt, const struct reading *from, size_t at, size_t len)
{
    struct bytes in = bytes_in(hunt, from);
    bool go_on = true;
    for (size_t phase = 0; phase < 2 && go_on; phase++) {
        struct reading *out = &hunt->scratch;
        out->len = 0;
        reading_reserve(out, len / 2 + 1);
        for (size_t i = at + phase; i + 2 <= at + len; i += 2)
            reading_add(out, (char)hex_of((struct bytes){in.data + i, 2}, 2), from_of(from, i),
                        to_of(from, i + 1));
        go_on = search_run(hunt, out, 0, out->len);
    }
    return go_on;
}

/* Three bytes of each four digits; a byte takes the two digits that hold its bits. What closes the
 * run belongs to its last byte. */
static void read_base64(const struct alphabet *alphabet, struct bytes in,
                        const struct reading *from, size_t at, size_t end, struct reading *out)
{
    size_t close = end;
    while (close < in.len && close < end + 2 && in.data[close] == '=')
        close++;
    for (size_t i = at, bits = 0; i + 1 < end; i++) {
        if (bits == 3) { /* the fourth digit ends its group */
            bits = 0;
            continue;
        }
        int left = alphabet->base64[(unsigned char)in.data[i]] << (2 * bits + 2);
        int right = alphabet->base64[(unsigned char)in.data[i + 1]] >> (4 - 2 * bits);
        reading_add(out, (char)(left | right), from_of(from, i),
                    to_of(from, i + 2 == end ? close - 1 : i + 1));
        bits++;
    }
}

static bool search_base64(struct hunt *hunt, const struct alphabet *alphabet,
                          const struct reading *from, size_t at, size_t len)
{
    struct bytes in = bytes_in(hunt, from);
    bool go_on = true;
    for (size_t phase = 0; phase < 4 && go_on; phase++) {
        struct reading *out = &hunt->scratch;
        out->len = 0;
        reading_reserve(out, len + 1);
        read_base64(alphabet, in, from, at + phase, at + len, out);
        go_on = search_run(hunt, out, 0, out->len);
    }
    return go_on;
}

static bool search_runs(struct hunt *hunt, const struct alphabet *alphabet,
                        const struct reading *from, int kind)
{
    struct bytes in = bytes_in(hunt, from);
    size_t min_len = kind == HEX ? alphabet->hex_min : alphabet->base64_min;
    for (size_t at = 0; at < in.len; at++) {
        size_t len = run_len(alphabet, in, at, kind);
        if (len >= min_len && !(kind == HEX ? search_hex(hunt, from, at, len)
                                            : search_base64(hunt, alphabet, from, at, len)))
            return false;
        at += len;
    }
    return true;
}

/* --- bytes told one by one: "77 68 73", "0x77, 0x68", "119,104,115" --- */

/* One number at `*at`, hex of two digits or decimal; -1 when there is none. */
static int32_t number_at(struct bytes in, size_t *at, bool decimal)
{
    struct bytes rest = after(in, *at);
    if (!decimal) {
        size_t prefix = rest.len > 2 && rest.data[0] == '0' && (rest.data[1] | 0x20) == 'x' ? 2 : 0;
        int32_t byte = hex_of(after(rest, prefix), 2);
        bool ends = rest.len == prefix + 2 || digit_of(after(rest, prefix + 2).data[0]) < 0;
        *at += prefix + 2;
        return ends ? byte : -1;
    }
    int32_t value = 0;
    size_t len = 0;
    for (; len < rest.len && len < 4 && rest.data[len] >= '0' && rest.data[len] <= '9'; len++)
        value = value * 10 + (rest.data[len] - '0');
    *at += len;
    return len && len < 4 && value < 256 ? value : -1;
}

static size_t skip_between(struct bytes in, size_t at)
{
    size_t end = at;
    while (end < in.len && end < at + 24 && in.data[end] && strchr(BETWEEN_NUMBERS, in.data[end]))
        end++;
    return end;
}

/* Reads numbers from `at` on as long as something stands between them; returns where it ended. */
static size_t read_numbers(struct bytes in, const struct reading *from, size_t at, bool decimal,
                           struct reading *out)
{
    for (size_t next = at; next < in.len;) {
        size_t end = next;
        int32_t byte = number_at(in, &end, decimal);
        if (byte < 0)
            break;
        reading_reserve(out, out->len + 1);
        reading_add(out, (char)byte, from_of(from, next), to_of(from, end - 1));
        at = end;
        next = skip_between(in, end);
        if (next == end)
            break;
    }
    return at;
}

static bool search_numbers(struct hunt *hunt, const struct reading *from, bool decimal)
{
    struct bytes in = bytes_in(hunt, from);
    bool go_on = true;
    struct reading *out = &hunt->scratch;
    for (size_t at = 0; at < in.len && go_on; at++) {
        if (digit_of(in.data[at]) < 0 || (at && isalnum((unsigned char)in.data[at - 1])))
            continue;
        out->len = 0;
        size_t end = read_numbers(in, from, at, decimal, out);
        go_on = search_run(hunt, out, 0, out->len);
        at = end > at ? end - 1 : at;
    }
    return go_on;
}

/* --- all of them --- */

static bool search_plain(struct hunt *hunt, const struct alphabet *alphabet,
                         const struct reading *reading)
{
    struct bytes in = bytes_in(hunt, reading);
    struct look look = look_at(alphabet, in);
    return search_run(hunt, reading, 0, in.len) &&
           (!look.hex || search_runs(hunt, alphabet, reading, HEX)) &&
           (!look.base64 || search_runs(hunt, alphabet, reading, BASE64)) &&
           (look.pairs < alphabet->shortest || search_numbers(hunt, reading, false)) &&
           (look.numbers < alphabet->shortest || search_numbers(hunt, reading, true));
}

static bool search_unfolded(struct hunt *hunt, const struct alphabet *alphabet,
                            const struct reading *from, bool all)
{
    struct reading out = {0};
    bool go_on = true;
    if (read_unfolded(hunt, from, all, &out)) {
        hunt->min_len = all ? BLANKS_MIN_LEN : 0;
        go_on = search_plain(hunt, alphabet, &out);
        hunt->min_len = 0;
    }
    reading_clear(&out);
    return go_on;
}

static bool search_reading(struct hunt *hunt, const struct alphabet *alphabet,
                           const struct reading *from, size_t depth)
{
    bool go_on = search_plain(hunt, alphabet, from) &&
                 search_unfolded(hunt, alphabet, from, false) &&
                 search_unfolded(hunt, alphabet, from, true);
    for (size_t i = 0; i < ARRAY_LEN(escapes) && go_on && depth < DEPTH_MAX; i++) {
        struct reading out = {0};
        if (escapes[i].say == say_plus && !needles_hold_blanks(hunt->needles))
            continue;
        if (read_escaped(hunt, from, &escapes[i], &out))
            go_on = search_reading(hunt, alphabet, &out, depth + 1);
        reading_clear(&out);
    }
    return go_on;
}

size_t spelling_reach(const struct needles *needles)
{
    return SPELLED_TIMES * needles_longest(needles);
}

bool spelling_search(const struct needles *needles, struct bytes in, needle_fn *on_found_in,
                     void *payload)
{
    size_t overlap = spelling_reach(needles);
    size_t part_len = PART_LEN + overlap;
    struct alphabet alphabet;
    if (!needles_longest(needles))
        return true;
    alphabet_init(&alphabet, needles_shortest(needles));
    for (size_t at = 0; at < in.len; at += part_len - overlap) {
        size_t len = in.len - at < part_len ? in.len - at : part_len;
        struct hunt hunt = {.needles = needles,
                            .part = {in.data + at, len},
                            .part_at = at,
                            .on_found = on_found_in,
                            .payload = payload};
        bool go_on = search_reading(&hunt, &alphabet, NULL, 0);
        reading_clear(&hunt.scratch);
        if (!go_on || at + len == in.len)
            return go_on;
    }
    return true;
}
