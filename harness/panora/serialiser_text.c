/* How strings and numbers come out of the serialisers. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "panora/js_internal.h"
#include "panora/serialiser_internal.h"

/* --- strings --- */

static void add_escape(const struct serialiser *how, unsigned unit, struct buf *out)
{
    buf_add_format(out, how->upper ? "\\u%04X" : "\\u%04x", unit);
}

static void quote_ascii(const struct serialiser *how, char c, struct buf *out)
{
    static const char controls[] = "\b\t\n\f\r";
    static const char letters[] = "btnfr";
    const char *control = c ? strchr(controls, c) : NULL;
    char letter = '\0';
    if (control)
        letter = letters[control - controls];
    bool by_letter = letter && strchr(how->letters, letter);
    if ((c && strchr(how->escaped, c)) || ((unsigned char)c < 0x20 && !by_letter))
        add_escape(how, (unsigned char)c, out);
    else if (c == '"' || c == '\\' || (c == '/' && how->slash) || by_letter)
        buf_add_format(out, "\\%c", by_letter ? letter : c);
    else
        buf_add_char(out, c);
}

static uint32_t code_at(const char *at, size_t len)
{
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = (unsigned char)at[0] & masks[len];
    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)at[i] & 0x3F);
    return code;
}

static void quote_wide(const struct serialiser *how, const char *at, size_t len, struct buf *out)
{
    uint32_t code = code_at(at, len);
    bool separator = code == 0x2028 || code == 0x2029;
    if (!how->ascii && !(how->separators && separator)) {
        buf_add(out, at, len);
    } else if (code < 0x10000) {
        add_escape(how, code, out);
    } else {
        add_escape(how, 0xD800 + ((code - 0x10000) >> 10), out);
        add_escape(how, 0xDC00 + ((code - 0x10000) & 0x3FF), out);
    }
}

/* As it stands in WTF-8. */
static bool is_surrogate(const char *at, const char *end)
{
    return end - at >= 3 && (unsigned char)at[0] == 0xED && ((unsigned char)at[1] & 0xE0) == 0xA0;
}

/* Which bytes stand as they are: most of any text, so that finding where they end is all that
 * happens to them. */
static void find_plain(const struct serialiser *how, bool plain[256])
{
    memset(plain, 0, 256 * sizeof *plain);
    for (int c = 0x20; c < 0x80; c++)
        plain[c] = c != '"' && c != '\\' && !(c == '/' && how->slash) && !strchr(how->escaped, c);
}

bool serialiser_quote(const struct serialiser *how, struct bytes text, struct buf *out)
{
    const char *at = text.data;
    const char *end = text.data + text.len;
    bool plain[256];
    find_plain(how, plain);
    buf_reserve(out, text.len + 2);
    buf_add_char(out, '"');
    while (at < end) {
        const char *from = at;
        while (at < end && plain[(unsigned char)*at])
            at++;
        buf_add(out, from, (size_t)(at - from));
        if (at == end)
            break;
        bool valid = true;
        size_t len = (unsigned char)*at < 0x80 ? 1 : js_utf8_length(at, end, &valid);
        if (!valid && !(how->surrogates && is_surrogate(at, end)))
            return false;
        len = valid ? len : 3;
        if (len == 1)
            quote_ascii(how, *at, out);
        else
            quote_wide(how, at, len, out);
        at += len;
    }
    buf_add_char(out, '"');
    return true;
}

/* --- numbers --- */

/* The fewest digits that read back as `number`, which is positive: D.DDD times ten to the power of
 * the result. */
static int shortest_digits(double number, char digits[24])
{
    char text[40];
    int precision = 0;
    do
        (void)snprintf(text, sizeof text, "%.*e", precision, number);
    while (strtod(text, NULL) != number && ++precision < 17);
    const char *mark = strchr(text, 'e');
    size_t count = 0;
    for (const char *at = text; at < mark; at++)
        if (*at != '.')
            digits[count++] = *at;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return (int)strtol(mark + 1, NULL, 10);
}

static void add_fixed(const char *digits, int exponent, bool whole_as_integer, struct buf *out)
{
    int count = (int)strlen(digits);
    if (exponent < 0) {
        buf_add_text(out, "0.");
        buf_add_repeated(out, '0', (size_t)(-exponent - 1));
        buf_add_text(out, digits);
        return;
    }
    for (int i = 0; i <= exponent || i < count; i++) {
        if (i == exponent + 1)
            buf_add_char(out, '.');
        buf_add(out, i < count ? &digits[i] : "0", 1);
    }
    if (count <= exponent + 1 && !whole_as_integer)
        buf_add_text(out, ".0");
}

static void add_scientific(const struct number_form *form, const char *digits, int exponent,
                           struct buf *out)
{
    buf_add_char(out, digits[0]);
    if (digits[1] || form->mantissa_dot)
        buf_add_format(out, ".%s", digits[1] ? digits + 1 : "0");
    buf_add_char(out, form->mark);
    if (exponent < 0)
        buf_add_char(out, '-');
    else if (form->plus)
        buf_add_char(out, '+');
    buf_add_format(out, "%0*d", form->exponent_digits, abs(exponent));
}

static void add_double(const struct number_form *form, double number, struct buf *out)
{
    char digits[24] = "0";
    int exponent = 0;
    if (signbit(number))
        buf_add_char(out, '-');
    if (number != 0)
        exponent = shortest_digits(fabs(number), digits);
    bool has_fraction = exponent >= 0 && strlen(digits) > (size_t)exponent + 1;
    if ((exponent >= form->smallest_fixed && exponent <= form->largest_fixed) ||
        (form->fraction_stays && has_fraction))
        add_fixed(digits, exponent, form->whole_as_integer, out);
    else
        add_scientific(form, digits, exponent, out);
}

/* PHP's whole numbers have 64 bits; what is larger becomes a double. */
static bool is_php(const struct serialiser *how)
{
    return strcmp(how->language, "php") == 0;
}

static bool fits_64_bits(const char *word)
{
    char again[32];
    (void)snprintf(again, sizeof again, "%lld", strtoll(word, NULL, 10));
    return strcmp(again, word) == 0;
}

static void write_word(const struct serialiser *how, const char *word, struct buf *out)
{
    bool whole = !strpbrk(word, ".eE");
    bool as_double = !whole || how->number.all_are_doubles || (is_php(how) && !fits_64_bits(word));
    bool stays = how->number.keeps || !as_double;
    if (!how->number.keeps && strcmp(word, "-0") == 0 && !how->number.all_are_doubles)
        buf_add_char(out, '0');
    else if (stays)
        buf_add_text(out, word);
    else
        add_double(&how->number, strtod(word, NULL), out);
}

/* What Java writes for these changed with Java 19, which for the first time takes the fewest
 * digits: the very smallest, and what is beyond a double's whole numbers. */
static bool differs_between_javas(const struct serialiser *how, const char *word, double number)
{
    double size = fabs(number);
    bool is_double = strpbrk(word, ".eE") != NULL;
    return how->number.mark == 'E' && is_double && size != 0 &&
           (size < DBL_MIN || size > 9007199254740992.0);
}

bool serialiser_write_number(const struct serialiser *how, struct bytes word, struct buf *out)
{
    char *text = mem_copy(word.data, word.len);
    double number = strtod(text, NULL);
    bool ok = isfinite(number) && !differs_between_javas(how, text, number);
    if (ok)
        write_word(how, text, out);
    free(text);
    return ok;
}
