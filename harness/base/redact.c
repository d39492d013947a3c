#include "base/redact.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"

/* JSON in JSON is what a body with a text of JSON in it is; deeper was never met. */
#define JSON_TIMES_MAX 2

/* A value in base64 when `before` bytes (modulo 3) were encoded in front of it. */
struct base64_form {
    struct buf text;
    size_t start;   /* characters before this one depend on what stood in front */
    size_t certain; /* characters from this one on depend on what followed, or are the end */
};

struct needle {
    const struct redaction *redaction;
    struct base64_form base64[3];
};

static struct base64_form base64_form(struct bytes value, size_t before)
{
    static const size_t starts[] = {0, 2, 3};
    struct buf whole = {0};
    buf_add_repeated(&whole, '\0', before);
    buf_add_bytes(&whole, value);
    struct base64_form form = {.start = starts[before], .certain = whole.len * 8 / 6};
    encode_base64(buf_bytes(&whole), &form.text);
    while (form.text.len && form.text.data[form.text.len - 1] == '=')
        form.text.data[--form.text.len] = '\0';
    buf_clear(&whole);
    return form;
}

static char base64_plain(char c)
{
    if (c == '-')
        return '+';
    if (c == '_')
        return '/';
    return c;
}

static size_t match_base64(struct bytes in, const struct base64_form *form)
{
    size_t at = 0;
    for (size_t i = form->start; i < form->certain; i++, at++)
        if (at >= in.len || base64_plain(in.data[at]) != form->text.data[i])
            return 0;
    if (form->text.len > form->certain && at < in.len &&
        base64_plain(in.data[at]) == form->text.data[form->certain])
        at++;
    for (int i = 0; i < 2 && at < in.len && in.data[at] == '='; i++)
        at++;
    return at;
}

static struct bytes suffix(struct bytes in, size_t at)
{
    return (struct bytes){in.data + at, in.len - at};
}

static bool is_hex_of(struct bytes in, size_t at, char byte)
{
    static const char digits[] = "0123456789abcdef";
    return in.len >= at + 2 &&
           tolower((unsigned char)in.data[at]) == digits[(unsigned char)byte >> 4] &&
           tolower((unsigned char)in.data[at + 1]) == digits[(unsigned char)byte & 15];
}

static size_t match_hex(struct bytes in, struct bytes value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!is_hex_of(in, 2 * i, value.data[i]))
            return 0;
    return 2 * value.len;
}

/* How far one spelling reaches: bytes of the text and bytes of the value that they stand for. */
struct reach {
    size_t text, value;
};

static bool begins_with(struct bytes in, const char *text, size_t len)
{
    return in.len >= len && memcmp(in.data, text, len) == 0;
}

/* The character at the beginning of `value` as JSON escapes it in ASCII: one \u00e4, or two for a
 * pair of surrogates; `backslashes` of them stand before each u. */
static struct reach spelled_as_code_units(struct bytes in, struct bytes value, size_t backslashes)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned char lead = (unsigned char)value.data[0];
    size_t len = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (len > value.len)
        return (struct reach){0};
    unsigned long point = lead < 0x80 || len > 1 ? lead & lead_bits[len] : lead;
    for (size_t i = 1; i < len; i++)
        point = point << 6 | ((unsigned char)value.data[i] & 0x3f);
    bool is_pair = point > 0xffff;
    unsigned long units[] = {is_pair ? 0xd800 + ((point - 0x10000) >> 10) : point,
                             0xdc00 + (point & 0x3ff)};
    const char *escape = backslashes == 1 ? "\\u" : "\\\\u";
    size_t at = 0;
    for (size_t i = 0; i < (is_pair ? 2 : 1); i++, at += backslashes + 5)
        if (!begins_with(suffix(in, at), escape, backslashes + 1) ||
            !is_hex_of(in, at + backslashes + 1, (char)(units[i] >> 8)) ||
            !is_hex_of(in, at + backslashes + 3, (char)(units[i] & 0xff)))
            return (struct reach){0};
    return (struct reach){at, len};
}

/* &quot;, &#34; or &#x22;: an error page shows a setting so. */
static size_t entity_len(struct bytes in, char byte)
{
    static const struct {
        char byte;
        const char *names[4];
    } entities[] = {{'"', {"&quot;", "&#34;", "&#x22;"}},
                    {'\'', {"&#39;", "&#x27;", "&apos;", "&#039;"}},
                    {'&', {"&amp;", "&#38;", "&#x26;"}},
                    {'<', {"&lt;", "&#60;", "&#x3c;"}},
                    {'>', {"&gt;", "&#62;", "&#x3e;"}},
                    {'/', {"&#x2f;", "&#47;"}},
                    {'`', {"&#96;", "&#x60;"}},
                    {'=', {"&#61;", "&#x3d;"}},
                    {'+', {"&#43;", "&#x2b;"}}};
    for (size_t i = 0; i < ARRAY_LEN(entities); i++)
        for (size_t k = 0; entities[i].byte == byte && k < 4 && entities[i].names[k]; k++) {
            size_t len = strlen(entities[i].names[k]);
            if (in.len >= len && strncasecmp(in.data, entities[i].names[k], len) == 0)
                return len;
        }
    return 0;
}

/* What at the beginning of `in` stands for the beginning of `value`: plainly, as %2F, as &amp;, or
 * in JSON that was written so many `times`, as \/ or \u002f and then as \\\/ or \\u002f. */
static struct reach spelled(struct bytes in, struct bytes value, size_t times)
{
    static const char escapes[] = "\\\\\\";
    char byte = value.data[0];
    struct reach reach = {0};
    if (times)
        reach = spelled_as_code_units(in, value, times);
    if (reach.text)
        return reach;
    size_t before = times == 2 ? 3 : times; /* backslashes before a sign */
    if (times && ispunct((unsigned char)byte) && begins_with(in, escapes, before) &&
        in.len > before && in.data[before] == byte)
        return (struct reach){before + 1, 1};
    if (in.len >= 3 && in.data[0] == '%' && is_hex_of(in, 1, byte))
        return (struct reach){3, 1};
    size_t entity = entity_len(in, byte);
    if (entity)
        return (struct reach){entity, 1};
    return in.len && in.data[0] == byte ? (struct reach){1, 1} : (struct reach){0};
}

static size_t match_spelled(struct bytes in, struct bytes value, size_t times)
{
    size_t at = 0;
    for (size_t i = 0; i < value.len;) {
        struct reach reach = spelled(suffix(in, at), suffix(value, i), times);
        if (reach.text == 0)
            return 0;
        at += reach.text;
        i += reach.value;
    }
    return at;
}

static size_t longer(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The length of the longest spelling of the value at the beginning of `in`, or 0. */
static size_t match(struct bytes in, const struct needle *needle)
{
    size_t len = 0;
    for (size_t times = 0; times <= JSON_TIMES_MAX; times++)
        len = longer(len, match_spelled(in, needle->redaction->value, times));
    len = longer(len, match_hex(in, needle->redaction->value));
    for (size_t i = 0; i < ARRAY_LEN(needle->base64); i++)
        len = longer(len, match_base64(in, &needle->base64[i]));
    return len;
}

/* Most places of a text begin nothing: this set of pairs of bytes lets the search step over them.
 */
struct starts {
    unsigned char rows[256][256 / 8];
};

static void starts_add(struct starts *starts, char first, char second)
{
    unsigned char bit = (unsigned char)second;
    starts->rows[(unsigned char)first][bit / 8] |= (unsigned char)(1 << bit % 8);
}

static void starts_add_any(struct starts *starts, char first)
{
    memset(starts->rows[(unsigned char)first], 0xff, sizeof starts->rows[0]);
}

static bool starts_has(const struct starts *starts, const char *at)
{
    unsigned char bit = (unsigned char)at[1];
    return starts->rows[(unsigned char)at[0]][bit / 8] >> bit % 8 & 1;
}

static void note_hex(struct starts *starts, char byte)
{
    static const char lower[] = "0123456789abcdef";
    static const char upper[] = "0123456789ABCDEF";
    size_t high = (unsigned char)byte >> 4;
    size_t low = (unsigned char)byte & 15;
    const char first[] = {lower[high], upper[high]};
    const char second[] = {lower[low], upper[low]};
    for (size_t i = 0; i < 4; i++)
        starts_add(starts, first[i / 2], second[i % 2]);
}

static char base64_for_url(char c)
{
    if (c == '+')
        return '-';
    if (c == '/')
        return '_';
    return c;
}

static void note_base64(struct starts *starts, const struct base64_form *form)
{
    const char *text = form->text.data + form->start;
    const char first[] = {text[0], base64_for_url(text[0])};
    const char second[] = {text[1], base64_for_url(text[1])};
    for (size_t i = 0; i < 4; i++)
        starts_add(starts, first[i / 2], second[i % 2]);
}

/* A value has more than one byte, and so has everything that stands for it. */
static void note_starts(const struct needle *needle, struct starts *starts)
{
    static const char escapes[] = {'%', '\\', '&'};
    const char *value = needle->redaction->value.data;
    starts_add(starts, value[0], value[1]);
    for (size_t i = 0; i < sizeof escapes; i++) {
        starts_add(starts, value[0], escapes[i]);
        starts_add_any(starts, escapes[i]);
    }
    note_hex(starts, value[0]);
    for (size_t i = 0; i < ARRAY_LEN(needle->base64); i++)
        note_base64(starts, &needle->base64[i]);
    starts_add_any(starts, needle->redaction->replacement[0]);
}

/* The next place from `at` on where something may begin; the end when there is none. */
static size_t next_start(const struct starts *starts, struct bytes in, size_t at)
{
    while (at + 1 < in.len && !starts_has(starts, in.data + at))
        at++;
    return at + 1 < in.len ? at : in.len;
}

static size_t replacement_at(struct bytes in, const struct needle *needles, size_t count)
{
    size_t best = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(needles[i].redaction->replacement);
        if (len <= in.len && memcmp(in.data, needles[i].redaction->replacement, len) == 0)
            best = longer(best, len);
    }
    return best;
}

/* What is to be taken out of a text, ready to be looked for. */
struct search {
    struct needle *needles;
    size_t count;
    struct starts starts;
};

static struct search *search_new(const struct redaction *redactions, size_t count)
{
    struct search *search = mem_alloc(sizeof *search);
    search->needles = mem_alloc((count + 1) * sizeof *search->needles);
    for (size_t i = 0; i < count; i++) {
        if (redactions[i].value.len < REDACT_MIN_LEN)
            continue;
        struct needle *needle = &search->needles[search->count++];
        needle->redaction = &redactions[i];
        for (size_t k = 0; k < ARRAY_LEN(needle->base64); k++)
            needle->base64[k] = base64_form(redactions[i].value, k);
        note_starts(needle, &search->starts);
    }
    return search;
}

static void search_free(struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        for (size_t k = 0; k < ARRAY_LEN(search->needles[i].base64); k++)
            buf_clear(&search->needles[i].base64[k].text);
    free(search->needles);
    free(search);
}

/* The longest that is found at the beginning of `in`. */
static size_t found_here(const struct search *search, struct bytes in, const char **replacement)
{
    size_t found_len = 0;
    for (size_t i = 0; i < search->count; i++) {
        size_t len = match(in, &search->needles[i]);
        if (len > found_len) {
            found_len = len;
            *replacement = search->needles[i].redaction->replacement;
        }
    }
    return found_len;
}

/* Appends what stands for the beginning of `in` and returns how much of it that was. */
static size_t redact_here(const struct search *search, struct bytes in, struct buf *out)
{
    const char *replacement = "";
    size_t kept = replacement_at(in, search->needles, search->count);
    size_t found_len = kept ? 0 : found_here(search, in, &replacement);
    if (found_len) {
        buf_add_text(out, replacement);
        return found_len;
    }
    kept = longer(kept, 1);
    buf_add(out, in.data, kept);
    return kept;
}

static void redact_parts(const struct search *search, struct bytes in, struct buf *out)
{
    for (size_t at = 0; at < in.len;) {
        size_t start = at;
        at = next_start(&search->starts, in, at);
        buf_add(out, in.data + start, at - start);
        if (at < in.len)
            at += redact_here(search, suffix(in, at), out);
    }
}

void redact(const struct redaction *redactions, size_t count, struct bytes in, struct buf *out)
{
    for (size_t i = 0; i < count; i++)
        if (redactions[i].value.len && bytes_equal(in, redactions[i].value)) {
            buf_add_text(out, redactions[i].replacement);
            return;
        }
    struct search *search = search_new(redactions, count);
    redact_parts(search, in, out);
    search_free(search);
}

bool redact_finds(const struct redaction *redactions, size_t count, struct bytes in)
{
    const char *replacement = "";
    struct search *search = search_new(redactions, count);
    size_t at = next_start(&search->starts, in, 0);
    while (at < in.len && !found_here(search, suffix(in, at), &replacement))
        at = next_start(&search->starts, in, at + 1);
    search_free(search);
    return at < in.len;
}
