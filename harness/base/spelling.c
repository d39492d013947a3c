#include "base/spelling.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/escape.h"
#include "base/reading.h"

/* How many encodings may lie within one another: a text of JSON in a body of JSON. */
#define DEPTH_MAX 2

/* Long texts are read in parts of this size, which overlap by what one value can be spelled in. */
#define PART_LEN      ((size_t)64 * 1024)
#define SPELLED_TIMES 24 /* bytes for one byte of the value, at most */

/* Where blanks are left out, a shorter value would be found in words that stand side by side. */
#define BLANKS_MIN_LEN 12

struct hunt;

/* Where byte `i` of what is searched begins and ends in the reading. */
typedef void place_fn(const struct hunt *hunt, size_t i, size_t *first, size_t *last);

struct hunt {
    const struct needles *needles;
    struct bytes part;
    size_t part_at;
    const struct reading *reading; /* NULL: the part itself */
    place_fn *place;
    size_t run_at; /* where in the reading the run that is searched begins */
    size_t run_end;
    size_t run_close; /* ... with what closes it */
    size_t min_len;
    struct buf decoded;      /* of one run */
    struct reading numbers;  /* the same, told one by one */
    struct reading unfolded; /* read again and again: their memory is kept */
    struct reading escaped[DEPTH_MAX];
    needle_fn *on_found;
    void *payload;
};

static void place_as_it_is(const struct hunt *hunt, size_t i, size_t *first, size_t *last)
{
    *first = *last = hunt->run_at + i;
}

static bool on_found(void *payload, size_t at, size_t len, size_t id)
{
    const struct hunt *hunt = payload;
    size_t from;
    size_t to;
    size_t unused;
    if (len < hunt->min_len)
        return true;
    hunt->place(hunt, at, &from, &unused);
    hunt->place(hunt, at + len - 1, &unused, &to);
    reading_place(hunt->reading, &from, &to);
    return hunt->on_found(hunt->payload, hunt->part_at + from, to + 1 - from, id);
}

static struct bytes bytes_in(const struct hunt *hunt, const struct reading *reading)
{
    return reading ? (struct bytes){reading->bytes, reading->len} : hunt->part;
}

static bool search_whole(struct hunt *hunt, const struct reading *reading)
{
    hunt->reading = reading;
    hunt->place = place_as_it_is;
    hunt->run_at = 0;
    return needles_search(hunt->needles, bytes_in(hunt, reading), on_found, hunt);
}

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
        struct said said = escape->say(bytes_after(in, at));
        if (said.taken == 0) {
            at++;
            continue;
        }
        if (!done)
            reading_begin(out, from, in.len);
        reading_add_plain(out, in, done, at);
        reading_add(out, (struct bytes){said.bytes, said.len}, at, at + said.taken);
        done = at += said.taken;
    }
    if (done)
        reading_add_plain(out, in, done, in.len);
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
    bool left_out = false;
    for (size_t at = 0; at < in.len;) {
        size_t end = at;
        bool breaks = all;
        for (; end < in.len && is_blank(in.data[end]); end++)
            breaks = breaks || in.data[end] == '\n' || in.data[end] == '\r';
        if (end > at && breaks) {
            if (!left_out)
                reading_begin(out, from, in.len);
            reading_add_plain(out, in, done, at);
            left_out = true;
            done = end;
        }
        at = end > at ? end : at + 1;
    }
    if (left_out)
        reading_add_plain(out, in, done, in.len);
    return left_out;
}

/* --- runs of digits --- */

enum { HEX = 1, BASE64 = 2, DIGIT = 4, BETWEEN = 8 };

/* What may stand between bytes that are told one by one. */
#define BETWEEN_NUMBERS " ,:;-\r\n\t"

struct alphabet {
    unsigned char kinds[256];
    unsigned char base64[256];
    unsigned char hex[256];
    size_t shortest; /* bytes of the shortest value */
};

static void alphabet_init(struct alphabet *alphabet, size_t shortest)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    *alphabet = (struct alphabet){.shortest = shortest};
    for (int i = 0; i < 64; i++) {
        alphabet->kinds[(unsigned char)digits[i]] = BASE64;
        alphabet->base64[(unsigned char)digits[i]] = (unsigned char)i;
    }
    alphabet->base64['-'] = 62;
    alphabet->base64['_'] = 63;
    alphabet->kinds['-'] = alphabet->kinds['_'] = BASE64;
    for (const char *c = "0123456789abcdefABCDEF"; *c; c++) {
        alphabet->kinds[(unsigned char)*c] |= (unsigned char)(*c <= '9' ? HEX | DIGIT : HEX);
        alphabet->hex[(unsigned char)*c] = (unsigned char)escape_digit(*c);
    }
    for (const char *c = BETWEEN_NUMBERS "xX"; *c; c++)
        alphabet->kinds[(unsigned char)*c] |= BETWEEN;
}

/* Finds from `*at` on the next run of at least `min_len` bytes of these kinds. A place that can end
 * none is found by its last byte: most bytes of a text are passed over. */
static bool next_run(const struct alphabet *alphabet, struct bytes in, int kinds, size_t min_len,
                     size_t *at, size_t *out_len)
{
    size_t first = *at;
    while (first + min_len <= in.len) {
        size_t fits = first + min_len; /* from here to the end of the window all do */
        while (fits > first && alphabet->kinds[(unsigned char)in.data[fits - 1]] & kinds)
            fits--;
        if (fits > first) {
            first = fits;
            continue;
        }
        size_t end = first + min_len;
        while (end < in.len && alphabet->kinds[(unsigned char)in.data[end]] & kinds)
            end++;
        *at = first;
        *out_len = end - first;
        return true;
    }
    return false;
}

static void place_in_hex(const struct hunt *hunt, size_t i, size_t *first, size_t *last)
{
    *first = hunt->run_at + 2 * i;
    *last = *first + 1;
}

static bool search_hex(struct hunt *hunt, const struct alphabet *alphabet, struct bytes in,
                       size_t at, size_t len)
{
    bool go_on = true;
    hunt->place = place_in_hex;
    for (size_t phase = 0; phase < 2 && go_on; phase++) {
        buf_reset(&hunt->decoded);
        buf_reserve(&hunt->decoded, len / 2 + 1);
        hunt->run_at = at + phase;
        char *out = hunt->decoded.data;
        for (size_t i = at + phase; i + 2 <= at + len; i += 2)
            *out++ = (char)(alphabet->hex[(unsigned char)in.data[i]] << 4 |
                            alphabet->hex[(unsigned char)in.data[i + 1]]);
        hunt->decoded.len = (size_t)(out - hunt->decoded.data);
        go_on = needles_search(hunt->needles, buf_bytes(&hunt->decoded), on_found, hunt);
    }
    return go_on;
}

/* A byte takes the two digits that hold its bits. What closes the run belongs to its last byte. */
static void place_in_base64(const struct hunt *hunt, size_t i, size_t *first, size_t *last)
{
    *first = hunt->run_at + i / 3 * 4 + i % 3;
    *last = *first + 1;
    if (*last + 1 == hunt->run_end)
        *last = hunt->run_close - 1;
}

/* Three bytes of each four digits, and of what is left at the end what it holds. */
static void read_base64(const struct alphabet *alphabet, struct bytes digits, struct buf *out)
{
    buf_reset(out);
    buf_reserve(out, digits.len);
    const unsigned char *at = (const unsigned char *)digits.data;
    const unsigned char *end = at + digits.len;
    char *to = out->data;
    for (; end - at >= 4; at += 4) {
        unsigned bits = (unsigned)alphabet->base64[at[0]] << 18 |
                        (unsigned)alphabet->base64[at[1]] << 12 |
                        (unsigned)alphabet->base64[at[2]] << 6 | alphabet->base64[at[3]];
        *to++ = (char)(bits >> 16 & 0xff);
        *to++ = (char)(bits >> 8 & 0xff);
        *to++ = (char)(bits & 0xff);
    }
    if (end - at >= 2)
        *to++ = (char)(alphabet->base64[at[0]] << 2 | alphabet->base64[at[1]] >> 4);
    if (end - at == 3)
        *to++ = (char)(alphabet->base64[at[1]] << 4 | alphabet->base64[at[2]] >> 2);
    out->len = (size_t)(to - out->data);
}

static bool search_base64(struct hunt *hunt, const struct alphabet *alphabet, struct bytes in,
                          size_t at, size_t len)
{
    bool go_on = true;
    hunt->place = place_in_base64;
    hunt->run_end = hunt->run_close = at + len;
    while (hunt->run_close < in.len && hunt->run_close < at + len + 2 &&
           in.data[hunt->run_close] == '=')
        hunt->run_close++;
    for (size_t phase = 0; phase < 4 && phase < len && go_on; phase++) {
        hunt->run_at = at + phase;
        read_base64(alphabet, (struct bytes){in.data + at + phase, len - phase}, &hunt->decoded);
        go_on = needles_search(hunt->needles, buf_bytes(&hunt->decoded), on_found, hunt);
    }
    return go_on;
}

/* --- bytes told one by one: "77 68 73", "0x77, 0x68", "119,104,115" --- */

/* One number at `*at`, hex of two digits or decimal; -1 when there is none. */
static int32_t number_at(struct bytes in, size_t *at, bool decimal)
{
    struct bytes rest = bytes_after(in, *at);
    if (!decimal) {
        size_t prefix = rest.len > 2 && rest.data[0] == '0' && (rest.data[1] | 0x20) == 'x' ? 2 : 0;
        int32_t byte = escape_hex(bytes_after(rest, prefix), 2);
        bool ends =
            rest.len == prefix + 2 || escape_digit(bytes_after(rest, prefix + 2).data[0]) < 0;
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
static size_t read_numbers(struct bytes in, size_t at, bool decimal, struct reading *out)
{
    for (size_t next = at; next < in.len;) {
        size_t end = next;
        int32_t number = number_at(in, &end, decimal);
        if (number < 0)
            break;
        char byte = (char)number;
        reading_add(out, (struct bytes){&byte, 1}, next, end);
        at = end;
        next = skip_between(in, end);
        if (next == end)
            break;
    }
    return at;
}

/* The numbers of the run from `begin` on. */
static bool search_numbers(struct hunt *hunt, const struct reading *from, size_t begin, size_t len,
                           bool decimal)
{
    struct bytes in = bytes_in(hunt, from);
    bool go_on = true;
    struct reading *out = &hunt->numbers;
    in.len = begin + len;
    for (size_t at = begin; at < in.len && go_on; at++) {
        if (escape_digit(in.data[at]) < 0 || (at && isalnum((unsigned char)in.data[at - 1])))
            continue;
        reading_begin(out, from, in.len - at);
        size_t end = read_numbers(in, at, decimal, out);
        go_on = search_whole(hunt, out);
        at = end > at ? end - 1 : at;
    }
    return go_on;
}

static bool search_hex_numbers(struct hunt *hunt, const struct alphabet *alphabet, struct bytes in,
                               size_t at, size_t len)
{
    return search_numbers(hunt, hunt->reading, at, len, false);
}

static bool search_decimal(struct hunt *hunt, const struct alphabet *alphabet, struct bytes in,
                           size_t at, size_t len)
{
    return search_numbers(hunt, hunt->reading, at, len, true);
}

/* --- all of them --- */

/* What bytes may be written as, and how long a run of it must be to hold the shortest value:
 * `times` / `parts` bytes for each byte of it, `less` at its end. */
static const struct script {
    int kinds;
    size_t times, parts, less;
    bool (*search)(struct hunt *hunt, const struct alphabet *alphabet, struct bytes in, size_t at,
                   size_t len);
} scripts[] = {{HEX, 2, 1, 0, search_hex},
               {BASE64, 8, 6, 0, search_base64},
               {HEX | BETWEEN, 3, 1, 1, search_hex_numbers},
               {DIGIT | BETWEEN, 2, 1, 1, search_decimal}};

static bool search_runs(struct hunt *hunt, const struct alphabet *alphabet,
                        const struct reading *reading, const struct script *script)
{
    struct bytes in = bytes_in(hunt, reading);
    size_t min_len = alphabet->shortest * script->times / script->parts - script->less;
    size_t at = 0;
    size_t len = 0;
    while (next_run(alphabet, in, script->kinds, min_len, &at, &len)) {
        hunt->reading = reading;
        if (!script->search(hunt, alphabet, in, at, len))
            return false;
        at += len;
    }
    return true;
}

static bool search_plain(struct hunt *hunt, const struct alphabet *alphabet,
                         const struct reading *reading)
{
    bool go_on = search_whole(hunt, reading);
    for (size_t i = 0; i < ARRAY_LEN(scripts) && go_on; i++)
        go_on = search_runs(hunt, alphabet, reading, &scripts[i]);
    return go_on;
}

static bool search_unfolded(struct hunt *hunt, const struct alphabet *alphabet,
                            const struct reading *from, bool all)
{
    bool go_on = true;
    if (read_unfolded(hunt, from, all, &hunt->unfolded)) {
        hunt->min_len = all ? BLANKS_MIN_LEN : 0;
        go_on = search_plain(hunt, alphabet, &hunt->unfolded);
        hunt->min_len = 0;
    }
    return go_on;
}

static bool search_reading(struct hunt *hunt, const struct alphabet *alphabet,
                           const struct reading *from, size_t depth)
{
    bool go_on = search_plain(hunt, alphabet, from) &&
                 search_unfolded(hunt, alphabet, from, false) &&
                 search_unfolded(hunt, alphabet, from, true);
    for (size_t i = 0; i < num_escapes && go_on && depth < DEPTH_MAX; i++) {
        struct reading *out = &hunt->escaped[depth];
        if (escapes[i].is_blank && !needles_hold_blanks(hunt->needles))
            continue;
        if (read_escaped(hunt, from, &escapes[i], out))
            go_on = search_reading(hunt, alphabet, out, depth + 1);
    }
    return go_on;
}

static void hunt_clear(struct hunt *hunt)
{
    if (hunt->decoded.data)
        explicit_bzero(hunt->decoded.data, hunt->decoded.capacity);
    buf_clear(&hunt->decoded);
    reading_clear(&hunt->numbers);
    reading_clear(&hunt->unfolded);
    for (size_t i = 0; i < DEPTH_MAX; i++)
        reading_clear(&hunt->escaped[i]);
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
    if (!needles_longest(needles) || in.len < needles_shortest(needles))
        return true;
    alphabet_init(&alphabet, needles_shortest(needles));
    struct hunt hunt = {.needles = needles, .on_found = on_found_in, .payload = payload};
    bool go_on = true;
    for (size_t at = 0; at < in.len && go_on; at += part_len - overlap) {
        size_t len = in.len - at < part_len ? in.len - at : part_len;
        hunt.part = (struct bytes){in.data + at, len};
        hunt.part_at = at;
        go_on = search_reading(&hunt, &alphabet, NULL, 0);
        if (at + len == in.len)
            break;
    }
    hunt_clear(&hunt);
    return go_on;
}
