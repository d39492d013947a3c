#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/text.h"
#include "deliver/engine_internal.h"

/* The value with every "{host}" replaced by the endpoint's authority. Caller frees. */
static char *with_host(const char *value, const char *authority)
{
    struct buf out = {0};
    const size_t mark_len = strlen(REQUEST_HOST_PLACEHOLDER);
    for (const char *mark; (mark = strstr(value, REQUEST_HOST_PLACEHOLDER)) != NULL;
         value = mark + mark_len) {
        buf_add(&out, value, (size_t)(mark - value));
        buf_add_text(&out, authority);
    }
    buf_add_text(&out, value);
    return buf_take(&out);
}

/* axios turns "user:password@" of the URL into this header unless the request has one. */
static void add_credentials(struct headers *fields, const char *userinfo)
{
    struct buf value = {0};
    buf_add_text(&value, "Basic ");
    encode_base64(bytes_of(userinfo), &value);
    headers_add(fields, "Authorization", buf_text(&value));
    buf_clear(&value);
}

void attempt_fields(struct headers *fields, const struct engine *engine, const struct headers *own)
{
    for (size_t i = 0; i < own->count; i++) {
        const struct header *item = &own->items[i];
        char *value = header_name_equal(item->name, "Host")
                          ? with_host(item->value, engine->target->authority)
                          : mem_text(item->value);
        headers_add(fields, item->name, value);
        free(value);
    }
    const struct headers *extra = &engine->options.extra_headers;
    if (engine->target->userinfo && !headers_find(own, "Authorization") &&
        !headers_find(extra, "Authorization"))
        add_credentials(fields, engine->target->userinfo);
    for (size_t i = 0; i < extra->count; i++)
        headers_add(fields, extra->items[i].name, extra->items[i].value);
}

struct attempt *attempt_new(struct engine *engine, const struct engine_send *send)
{
    struct attempt *attempt = mem_alloc(sizeof *attempt);
    attempt->engine = engine;
    attempt->timeout_ns = send->timeout_ns;
    attempt->linger = send->linger;
    attempt->on_done = send->on_done;
    attempt->payload = send->payload;
    attempt->request = send->request;
    attempt->expects_no_body = strcmp(attempt->request->method, "HEAD") == 0;
    attempt_fields(&attempt->fields, engine, &attempt->request->headers);
    observation_init(&attempt->seen);
    attempt->seen.started_ns = clock_monotonic_ns();
    attempt->next = engine->attempts;
    engine->attempts = attempt;
    engine->num_attempts++;
    return attempt;
}

void attempt_free(struct attempt *attempt)
{
    headers_clear(&attempt->fields);
    observation_clear(&attempt->seen);
    free(attempt);
}

int64_t attempt_deadline_ns(const struct attempt *attempt)
{
    return attempt->seen.started_ns + attempt->timeout_ns;
}

int64_t attempt_age_ns(const struct attempt *attempt)
{
    int64_t age = clock_monotonic_ns() - attempt->seen.started_ns;
    return age > 0 ? age : 0;
}

static bool is_turned_away(enum outcome outcome)
{
    return outcome == OUTCOME_TLS_FAILED || outcome == OUTCOME_RESET || outcome == OUTCOME_CLOSED;
}

/* The server asked for a client certificate, got none, and broke off. */
static void end_uncertified(struct attempt *attempt)
{
    attempt->seen.outcome = OUTCOME_TLS_FAILED;
    (void)snprintf(attempt->seen.detail, sizeof attempt->seen.detail,
                   "the endpoint requires a client certificate; give one with --cert and --key");
}

void attempt_end(struct attempt *attempt, enum outcome outcome, const char *format, ...)
{
    if (attempt->ended)
        return;
    attempt->ended = true;
    attempt->seen.outcome = outcome;
    if (attempt->seen.total_ns < 0)
        attempt->seen.total_ns = attempt_age_ns(attempt);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(attempt->seen.detail, sizeof attempt->seen.detail, format, args);
    va_end(args);
    if (attempt->seen.cert_wanted && attempt->seen.first_byte_ns < 0 && is_turned_away(outcome))
        end_uncertified(attempt);
}

void attempt_end_late(struct attempt *attempt)
{
    const struct observation *seen = &attempt->seen;
    const struct target *target = attempt->engine->target;
    struct buf limit = {0};
    text_add_duration(&limit, attempt->timeout_ns);
    if (seen->connect_ns < 0 && !seen->reused)
        attempt_end(attempt, OUTCOME_UNREACHABLE, "connecting to %s took longer than %s",
                    target->authority, buf_text(&limit));
    else if (target->is_tls && seen->tls_ns < 0 && !seen->reused)
        attempt_end(attempt, OUTCOME_TLS_FAILED, "no TLS session with %s within %s",
                    target->authority, buf_text(&limit));
    else if (seen->first_byte_ns < 0)
        attempt_end(attempt, OUTCOME_TIMED_OUT, "no response within %s", buf_text(&limit));
    else
        attempt_end(attempt, OUTCOME_TIMED_OUT, "the response was incomplete after %s",
                    buf_text(&limit));
    buf_clear(&limit);
}
