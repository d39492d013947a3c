#include "load/retry_after.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/text.h"

#define OF_NEITHER_S 1

static int month_of(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *found = strlen(name) == 3 ? strstr(names, name) : NULL;
    return found && (found - names) % 3 == 0 ? (int)(found - names) / 3 : -1;
}

/* RFC 9110 section 5.6.7: IMF-fixdate, and asctime's. Letters of the names of day and month, digits
 * of the numbers. The third form, with its year of two digits, nobody has sent for long. */
static const char *const forms[] = {
    "DDD, dd MMM yyyy hh:mm:ss GMT",
    "DDD MMM dd hh:mm:ss yyyy",
};

struct date_parts {
    char month[4];
    int month_len;
    int year, day, hour, minute, second;
};

static int *number_of(struct date_parts *parts, char letter)
{
    return letter == 'y'   ? &parts->year
           : letter == 'd' ? &parts->day
           : letter == 'h' ? &parts->hour
           : letter == 'm' ? &parts->minute
           : letter == 's' ? &parts->second
                           : NULL;
}

/* One character of a date against one of its form. */
static bool take(struct date_parts *parts, char letter, char c)
{
    int *number = number_of(parts, letter);
    if (number && c == ' ' && letter == 'd' && *number == 0)
        return true; /* asctime's day below 10 */
    if (number) {
        *number = *number * 10 + (c - '0');
        return c >= '0' && c <= '9';
    }
    if (letter == 'M' && parts->month_len < 3)
        parts->month[parts->month_len++] = c;
    return letter == 'M' || letter == 'D' ? c >= 'A' && c <= 'z' : c == letter;
}

static bool matches(const char *form, const char *text, struct date_parts *parts)
{
    *parts = (struct date_parts){.day = 0};
    size_t i = 0;
    while (form[i] && text[i] && take(parts, form[i], text[i]))
        i++;
    return !form[i] && !text[i];
}

static bool read_date(const char *text, int64_t *out_s)
{
    struct date_parts parts;
    size_t i = 0;
    while (i < ARRAY_LEN(forms) && !matches(forms[i], text, &parts))
        i++;
    if (i == ARRAY_LEN(forms) || month_of(parts.month) < 0)
        return false;
    struct tm when = {.tm_year = parts.year - 1900,
                      .tm_mon = month_of(parts.month),
                      .tm_mday = parts.day,
                      .tm_hour = parts.hour,
                      .tm_min = parts.minute,
                      .tm_sec = parts.second};
    *out_s = (int64_t)timegm(&when);
    return true;
}

int64_t retry_after(const char *value, int64_t wall_s)
{
    int64_t seconds = 0;
    int64_t until_s = 0;
    if (text_integer(value, 0, INT64_MAX, &seconds, NULL))
        return seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S;
    if (!read_date(value, &until_s))
        return OF_NEITHER_S;
    seconds = until_s - wall_s;
    return seconds < 0 ? 0 : seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S;
}
