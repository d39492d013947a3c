#include "report/failures.h"

#include <string.h>

#include "report/details.h"
#include "report/repeat.h"

/* What the judge expected, where it was the plain acceptance or refusal. */
static const char *verdict_of(const struct case_result *one)
{
    if (strncmp(one->expected, "any 4xx", strlen("any 4xx")) == 0)
        return "reject";
    return strncmp(one->expected, "a 2xx", strlen("a 2xx")) == 0 ? "accept" : "either";
}

/* False when the format cannot say it. */
static bool add_one(const struct run_result *result, const struct case_result *one,
                    const struct request_format *format, const char *before, struct buf *out)
{
    struct shown_request shown;
    shown_request_init(&shown, result, &case_main_exchange(one)->request, CURL_BODY_MAX);
    shown.place.name = one->id;
    shown.place.verdict = verdict_of(one);
    shown.place.reason = one->title;
    bool can = request_format_refuses(format, &shown.request) == NULL;
    if (can) {
        buf_add_text(out, before);
        format->render(&shown.request, &shown.place, out);
    }
    shown_request_clear(&shown);
    return can;
}

size_t failures_render(const struct run_result *result, const struct request_format *format,
                       struct buf *out)
{
    size_t left_out = 0;
    size_t count = 0;
    buf_add_text(out, format->begin);
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (!verdict_counts(one->verdict, result->strict) || !case_main_exchange(one))
            continue;
        if (add_one(result, one, format, count ? format->between : "", out))
            count++;
        else
            left_out++;
    }
    buf_add_text(out, format->end);
    return left_out;
}
