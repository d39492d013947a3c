#include "base/instant.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

#define LAST_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* `count` digits as a number; false when there are other characters. */
static bool read_digits(const char *text, size_t count, int *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (text[i] - '0');
    }
    return true;
}

static bool read_iso(const char *text, int64_t *out_wall_ms)
{
    struct tm when = {0};
    int year = 0;
    int month = 0;
    int ms = 0;
    size_t len = strlen(text);
    bool ok = (len == 20 || (len == 24 && text[19] == '.' && read_digits(text + 20, 3, &ms))) &&
              text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' &&
              text[16] == ':' && text[len - 1] == 'Z' && read_digits(text, 4, &year) &&
              read_digits(text + 5, 2, &month) && read_digits(text + 8, 2, &when.tm_mday) &&
              read_digits(text + 11, 2, &when.tm_hour) && read_digits(text + 14, 2, &when.tm_min) &&
              read_digits(text + 17, 2, &when.tm_sec);
    if (!ok)
        return false;
    when.tm_year = year - 1900;
    when.tm_mon = month - 1;
    *out_wall_ms = (int64_t)timegm(&when) * 1000 + ms;
    return true;
}

/* timegm takes the 31st of February for the 2nd of March: what it understood must read as what was
 * given. */
static bool is_real(const char *text, int64_t wall_ms)
{
    char back[CLOCK_ISO_SIZE];
    if (wall_ms < 0)
        return false;
    clock_iso(wall_ms, back);
    return strncmp(back, text, 19) == 0;
}

bool instant_read(const char *text, int64_t *out_wall_ms, struct error *err)
{
    if (read_iso(text, out_wall_ms) && is_real(text, *out_wall_ms))
        return true;
    if (text[strspn(text, "0123456789")] == '\0' &&
        text_integer(text, 0, LAST_MS, out_wall_ms, NULL))
        return true;
    return error_set(
        err, "\"%s\" is neither a time such as 2024-07-01T12:00:00Z nor milliseconds since 1970",
        text);
}
