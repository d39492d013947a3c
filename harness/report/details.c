#include "report/details.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"

const struct exchange *case_main_exchange(const struct case_result *one)
{
    if (one->num_exchanges == 0)
        return NULL;
    size_t last = one->num_exchanges - 1;
    return &one->exchanges[one->decisive < last ? one->decisive : last];
}

size_t case_details(const struct case_result *one, struct detail out[CASE_DETAILS_MAX])
{
    const struct exchange *exchange = case_main_exchange(one);
    const struct detail all[] = {
        {"level", "level", level_name(one->level)},
        {"title", "title", one->title},
        {"sent", "sent", exchange ? exchange->sent : NULL},
        {"expected", "expected", one->expected},
        {"actual", "actual", one->actual},
        {"reason", "reason", one->reason},
        {"as_panora", "as Panora would record it", exchange ? exchange->as_panora : NULL},
        {"harm", "harm", one->harm},
        {"remedy", "remedy", one->remedy},
        {"source", "source", one->source},
        {"bug", "bug class", one->bug},
    };
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i].text && all[i].text[0])
            out[count++] = all[i];
    return count;
}

void measure_add_value(const struct measure *measure, struct buf *out)
{
    char digits[352]; /* the largest double has 309 before the point */
    int len = snprintf(digits, sizeof digits, "%.3f", measure->value);
    while (len > 0 && digits[len - 1] == '0')
        len--;
    if (len > 0 && digits[len - 1] == '.')
        len--;
    buf_add(out, digits, (size_t)len);
}

const char *case_reason(const struct case_result *one)
{
    return one->reason && one->reason[0] ? one->reason : verdict_name(one->verdict);
}

/* "a header of 9,000 characters: 401" */
static bool ends_refused(const char *text)
{
    const char *status = text ? strrchr(text, ' ') : NULL;
    return status && status > text && status[-1] == ':' && strlen(status) == 4 && status[1] == '4';
}

struct pair_labels pair_labels(const struct minimal_pair *pair)
{
    return ends_refused(pair->accepted) ? (struct pair_labels){"right", "wrong"}
                                        : (struct pair_labels){"accepted", "refused"};
}

const char *confidence_name(enum confidence confidence)
{
    return confidence == CONFIDENCE_PROVED ? "proved" : "likely";
}
