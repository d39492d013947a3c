/* The data of an event, as a step asks for it. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "compose/compose.h"
#include "compose/genuine.h"

void compose_data(const struct composer *composer, const struct step *step, const char *type,
                  struct rng *rng, struct buf *out)
{
    const struct sample_request wanted = {
        .type = type,
        .wall_ms = composer->wall_ms - step->age_ns / NS_PER_MS,
        .num_rows = step->rows < 0 ? SIZE_MAX : (size_t)step->rows,
        .nulls = step->all_nulls ? NULLS_ALL
                 : step->nulls   ? NULLS_OPTIONAL
                                 : NULLS_FEW,
    };
    if (step->data)
        buf_add_text(out, step->data);
    else if (step->depth)
        genuine_of_depth(composer, &wanted, step->depth, rng, out);
    else if (step->size)
        genuine_of_size(composer, &wanted, step->size, rng, out);
    else
        catalogue_sample(composer->catalogue, &wanted, rng, out);
}

/* --- the same, older --- */

#define DATE_LEN 24 /* 2024-07-01T12:00:00.000Z */

/* Reads `count` digits; false when there is something else. */
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

/* Puts a date as clock_iso writes it, at the start of `text`, back by so much. */
static bool put_back(int64_t age_ms, char *text)
{
    static const char form[] = "    -  -  T  :  :  .   Z";
    struct tm date = {0};
    int ms = 0;
    char older[CLOCK_ISO_SIZE];
    for (size_t i = 0; i < DATE_LEN; i++)
        if (form[i] != ' ' && form[i] != text[i])
            return false;
    if (!read_digits(text, 4, &date.tm_year) || !read_digits(text + 5, 2, &date.tm_mon) ||
        !read_digits(text + 8, 2, &date.tm_mday) || !read_digits(text + 11, 2, &date.tm_hour) ||
        !read_digits(text + 14, 2, &date.tm_min) || !read_digits(text + 17, 2, &date.tm_sec) ||
        !read_digits(text + 20, 3, &ms))
        return false;
    date.tm_year -= 1900;
    date.tm_mon -= 1;
    clock_iso((int64_t)timegm(&date) * 1000 + ms - age_ms, older);
    memcpy(text, older, DATE_LEN);
    return true;
}

void compose_older(int64_t age_ns, struct buf *data)
{
    char *text = data->data;
    for (size_t i = 0; age_ns && i + DATE_LEN <= data->len; i++)
        if (put_back(age_ns / NS_PER_MS, text + i))
            i += DATE_LEN - 1;
}
