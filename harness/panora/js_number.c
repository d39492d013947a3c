/*
 * Numbers: decimal to double and back. The C library does the hard roundings (strtod and printf are
 * exact in glibc and musl); it is never shown a decimal point, which would depend on the locale.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "panora/js_internal.h"

/* One correctly rounded operation on exact operands is a correctly rounded result, but only where
 * doubles are computed as doubles. */
#define EXACT_DOUBLES (FLT_EVAL_METHOD == 0)

/* Any decimal of this many digits survives the way through a (normal) double. */
#define SAFE_DIGITS DBL_DIG
#define SAFE_MAX    1e15

/* Integers up to here are all doubles. */
#define INTEGER_MAX 9007199254740992.0

/* The powers of ten that are exact doubles. */
static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static void take_digit(struct js_decimal *decimal, char digit, bool fraction)
{
    bool leading_zero = digit == '0' && decimal->count == 0;
    if (fraction == leading_zero)
        decimal->point += fraction ? -1 : 1;
    if (leading_zero)
        return;
    if (decimal->count < JS_DIGITS_MAX)
        decimal->digits[decimal->count++] = digit;
    else if (digit != '0')
        decimal->more = true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads an exponent; beyond 10^12 it is as good as infinite, because no text has so many digits. */
static int64_t read_exponent(const char *at, const char *end)
{
    bool negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    int64_t exponent = 0;
    for (; at < end && exponent < INT64_C(1000000000000); at++)
        exponent = exponent * 10 + (*at - '0');
    return negative ? -exponent : exponent;
}

static void trim_zeros(struct js_decimal *decimal)
{
    while (decimal->count && decimal->digits[decimal->count - 1] == '0')
        decimal->count--;
}

/* Where it is exact (William Clinger, "How to read floating point numbers accurately", 1990): few
 * digits and a power of ten that is a double. */
static bool value_at_once(const struct js_decimal *decimal, double *out)
{
    int64_t power = decimal->point - (int64_t)decimal->count;
    if (!EXACT_DOUBLES || decimal->count > SAFE_DIGITS || power >= (int64_t)ARRAY_LEN(tens) ||
        power <= -(int64_t)ARRAY_LEN(tens))
        return false;
    uint64_t integer = 0;
    for (size_t i = 0; i < decimal->count; i++)
        integer = integer * 10 + (uint64_t)(decimal->digits[i] - '0');
    *out = power < 0 ? (double)integer / tens[-power] : (double)integer * tens[power];
    return true;
}

static double js_decimal_value(struct js_decimal *decimal)
{
    double value = 0;
    trim_zeros(decimal);
    if (!decimal->more && value_at_once(decimal, &value))
        return value;
    if (decimal->point > DBL_MAX_10_EXP + 1)
        return HUGE_VAL;
    if (decimal->point < DBL_MIN_10_EXP - DBL_DIG - 2)
        return 0;
    size_t count = decimal->count;
    if (decimal->more)
        decimal->digits[count++] = '1';
    (void)snprintf(decimal->digits + count, sizeof(decimal->digits) - count, "e%d",
                   (int)(decimal->point - (int64_t)count));
    return strtod(decimal->digits, NULL);
}

double js_number_value(struct bytes text)
{
    struct js_decimal decimal; /* not zeroed whole: this is the hot path */
    decimal.point = 0;
    decimal.count = 0;
    decimal.more = false;
    const char *at = text.data;
    const char *end = at + text.len;
    bool negative = *at == '-';
    bool fraction = false;
    for (at += negative; at < end && (is_digit(*at) || *at == '.'); at++) {
        if (*at == '.')
            fraction = true;
        else
            take_digit(&decimal, *at, fraction);
    }
    if (at < end)
        decimal.point += read_exponent(at + 1, end);
    double value = decimal.count ? js_decimal_value(&decimal) : 0.0;
    return negative ? -value : value;
}

static void set_integer(struct js_decimal *decimal, uint64_t integer)
{
    char reversed[24];
    size_t count = 0;
    for (; integer; integer /= 10)
        reversed[count++] = (char)('0' + integer % 10);
    for (size_t i = 0; i < count; i++)
        decimal->digits[i] = reversed[count - 1 - i];
    decimal->count = count;
    decimal->point = (int64_t)count;
}

/* Up to 2^53 doubles are at most 1 apart, so that an integer's own digits are the shortest that
 * read back. */
static bool integer_digits(double number, struct js_decimal *out)
{
    if (number > INTEGER_MAX || number != floor(number))
        return false;
    set_integer(out, (uint64_t)number);
    return true;
}

/* The numbers that people write: if N / 10^K, with N of at most 15 digits, is `number` exactly as
 * rounded, then no other decimal of at most 15 digits is, and the first such K gives the shortest.
 */
static bool decimal_digits(double number, struct js_decimal *out)
{
    if (!EXACT_DOUBLES || number < 1e-7)
        return false;
    for (size_t k = 1; k < ARRAY_LEN(tens); k++) {
        double scaled = number * tens[k] + 0.5;
        if (scaled >= SAFE_MAX)
            return false;
        uint64_t integer = (uint64_t)scaled;
        if ((double)integer / tens[k] != number)
            continue;
        set_integer(out, integer);
        out->point -= (int64_t)k;
        return true;
    }
    return false;
}

/* Rounds to `count` significant digits, exactly; a tie goes to the even one. */
static void round_digits(double number, int count, struct js_decimal *out)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.*e", count - 1, number);
    const char *at = text;
    out->count = 0;
    for (; *at != 'e'; at++)
        if (is_digit(*at)) /* and not the decimal point, whatever it is here */
            out->digits[out->count++] = *at;
    out->point = strtol(at + 1, NULL, 10) + 1;
}

/* The next decimal of as many digits. */
static void step_up(struct js_decimal *decimal)
{
    size_t at = decimal->count;
    while (at > 0 && decimal->digits[at - 1] == '9')
        decimal->digits[--at] = '0';
    if (at > 0) {
        decimal->digits[at - 1]++;
        return;
    }
    decimal->digits[0] = '1'; /* 99 -> 10, one place further up */
    decimal->point++;
}

static bool reads_back(const struct js_decimal *decimal, double number)
{
    struct js_decimal copy; /* js_decimal_value scribbles on it */
    copy.point = decimal->point;
    copy.count = decimal->count;
    copy.more = false;
    memcpy(copy.digits, decimal->digits, decimal->count);
    return js_decimal_value(&copy) == number;
}

/*
 * Number::toString asks for the fewest digits that read back and, among these, for the nearest to
 * the number. The nearest of all decimals with that many digits is the one, unless it does not read
 * back while its neighbour does: below a power of two doubles lie closer together than above it, so
 * the nearest may lie too far down and its upper neighbour still near enough (2^-44
 * is 5.684341886080802e-14, though 5.684341886080801e-14 is nearer).
 */
static bool fits_with(double number, int count, struct js_decimal *out)
{
    round_digits(number, count, out);
    if (reads_back(out, number))
        return true;
    int exponent = 0;
    if (frexp(number, &exponent) != 0.5)
        return false;
    step_up(out);
    return reads_back(out, number);
}

/* A normal number that has a form of at most 15 digits is told by it when rounded to 15 (see
 * SAFE_DIGITS); a subnormal one has fewer bits, so that each count must be tried. */
static void shortest_digits(double number, struct js_decimal *out)
{
    int count = number < DBL_MIN ? 1 : SAFE_DIGITS;
    while (count < DBL_DECIMAL_DIG && !fits_with(number, count, out))
        count++;
    if (count == DBL_DECIMAL_DIG)
        round_digits(number, count, out);
}

/* The layout of Number::toString: k digits, the point after the n-th. */
static void write_layout(const struct js_decimal *decimal, struct buf *out)
{
    size_t k = decimal->count;
    int n = (int)decimal->point;
    if (n >= (int)k && n <= 21) {
        buf_add(out, decimal->digits, k);
        buf_add_repeated(out, '0', (size_t)n - k);
    } else if (n > 0 && n <= 21) {
        buf_add(out, decimal->digits, (size_t)n);
        buf_add_char(out, '.');
        buf_add(out, decimal->digits + n, k - (size_t)n);
    } else if (n > -6 && n <= 0) {
        buf_add_text(out, "0.");
        buf_add_repeated(out, '0', (size_t)-n);
        buf_add(out, decimal->digits, k);
    } else {
        buf_add(out, decimal->digits, 1);
        if (k > 1)
            buf_add_char(out, '.');
        buf_add(out, decimal->digits + 1, k - 1);
        buf_add_format(out, "e%+d", n - 1);
    }
}

void js_write_number(double number, struct buf *out)
{
    if (!isfinite(number)) {
        buf_add_text(out, "null");
        return;
    }
    if (number == 0) { /* also -0 */
        buf_add_char(out, '0');
        return;
    }
    if (number < 0)
        buf_add_char(out, '-');
    number = fabs(number);
    struct js_decimal decimal;
    decimal.more = false;
    if (!integer_digits(number, &decimal) && !decimal_digits(number, &decimal))
        shortest_digits(number, &decimal);
    trim_zeros(&decimal);
    write_layout(&decimal, out);
}
