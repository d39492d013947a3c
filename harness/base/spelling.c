#include "base/spelling.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/mem.h"

/* How many encodings may lie within one another: a text of JSON in a body of JSON. */
#define DEPTH_MAX 2

/* Long texts are read in parts of this size, which overlap by what one value can be spelled in. */
#define PART_LEN      ((size_t)64 * 1024)
#define SPELLED_TIMES 24 /* bytes for one byte of the value, at most */

/* Where blanks are left out, a shorter value would be found in words that stand side by side. */
#define BLANKS_MIN_LEN 12

/* Bytes of a reading from `at` on: those of the text that was read from `from` on, as they are; or,
 * with `to`, what an escape there says. */
struct piece {
    uint32_t at;
    uint32_t from, to;
};

/* What a text says, and where that stands in what was read. */
struct reading {
    const struct reading *of; /* NULL: the part itself */
    char *bytes;
    size_t len, capacity;
    struct piece *pieces;
    size_t num_pieces, max_pieces;
};

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

static void reading_clear(struct reading *reading)
{
    if (reading->bytes)
        explicit_bzero(reading->bytes, reading->capacity);
    free(reading->bytes);
    free(reading->pieces);
    *reading = (struct reading){0};
}

/* Begins to read `of`, of which nothing that is read is longer than `len`. */
static void reading_begin(struct reading *reading, const struct reading *of, size_t len)
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

/* What stands in `in` from `at` to `end` as it is. */
static void reading_add_plain(struct reading *reading, struct bytes in, size_t at, size_t end)
{
    if (at == end)
        return;
    add_piece(reading, at, 0);
    memcpy(reading->bytes + reading->len, in.data + at, end - at);
    reading->len += end - at;
}

static void reading_add(struct reading *reading, struct bytes said, size_t from, size_t to)
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

/* Where the bytes from `*first` to `*last` of a reading stand in the part. */
static void find_place(const struct reading *reading, size_t *first, size_t *last)
{
    for (; reading; reading = reading->of) {
        const struct piece *begins = piece_of(reading, *first);
        const struct piece *ends = piece_of(reading, *last);
        *first = begins->from + (begins->to ? 0 : *first - begins->at);
        *last = ends->to ? ends->to - 1 : ends->from + (*last - ends->at);
    }
}

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
    find_place(hunt->reading, &from, &to);
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
        alphabet->hex[(unsigned char)*c] = (unsigned char)digit_of(*c);
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
        if (digit_of(in.data[at]) < 0 || (at && isalnum((unsigned char)in.data[at - 1])))
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
    for (size_t i = 0; i < ARRAY_LEN(escapes) && go_on && depth < DEPTH_MAX; i++) {
        struct reading *out = &hunt->escaped[depth];
        if (escapes[i].say == say_plus && !needles_hold_blanks(hunt->needles))
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
