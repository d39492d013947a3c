/*
 * As Panora would record it: its sender follows a 301, 302 or 303 with a GET that carries no event,
 * and takes that one's 2xx for a delivery. Such a GET is sent here once for each address, to the
 * endpoint's own host only, without signature; what lies elsewhere is predicted, not sent.
 */
#include "run/follow.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define FOLLOWED_MAX 8  /* addresses */
#define HOPS_MAX     21 /* as in follow-redirects, which axios uses */

/* What came of following one address. */
struct followed {
    char *location;
    char *verdict; /* as Panora would record it; NULL = it was not followed */
};

struct following {
    struct runner *runner;
    struct followed items[FOLLOWED_MAX];
    size_t count;
};

static bool turns_into_get(const struct observation *seen)
{
    return seen->outcome == OUTCOME_ANSWERED && seen->status >= 301 && seen->status <= 303 &&
           headers_find(&seen->headers, "Location");
}

static void write_get(const struct runner *runner, const struct target *target, struct request *out)
{
    const struct target *first = runner->options->target;
    const struct headers *extra = runner->options->extra_headers;
    bool same_origin = strcmp(first->scheme, target->scheme) == 0 &&
                       strcasecmp(first->authority, target->authority) == 0;
    *out = (struct request){.method = mem_text("GET")};
    headers_add(&out->headers, "Accept", "application/json, text/plain, */*");
    headers_add(&out->headers, "User-Agent", "axios/1.6.8");
    headers_add(&out->headers, "Accept-Encoding", "gzip, compress, deflate, br");
    headers_add(&out->headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&out->headers, "Connection", "keep-alive");
    for (size_t i = 0; same_origin && i < extra->count; i++)
        headers_add(&out->headers, extra->items[i].name, extra->items[i].value);
}

/* One GET, with nothing beside it. False when it could not be sent. */
static bool get(struct runner *runner, const struct target *target, struct observation *out)
{
    struct request request;
    write_get(runner, target, &request);
    const struct gate_question question = {.purpose = PURPOSE_REDIRECT,
                                           .request = &request,
                                           .elsewhere = target,
                                           .timeout_ns = runner->options->deadline_ns};
    bool sent = gate_ask(runner->gate, &question, out);
    request_clear(&request);
    return sent;
}

/* The path is the endpoint's choice: what it repeats of the secret is taken out before it is cut.
 */
static char *verdict_of(const struct redactor *redactor, const struct observation *first,
                        const char *path, const struct observation *last)
{
    struct buf out = {0};
    struct buf safe = {0};
    char *shown = redacted_text(redactor, path);
    bool delivered = answer_of(last) == ANSWER_ACCEPTED;
    buf_add_format(&out, "%s: it follows the %d with a GET without the event to %.200s, ",
                   delivered ? "delivered" : "failed", first->status, shown);
    buf_add_text(&out, "and gets ");
    answer_describe(last, &out);
    buf_add_text(&out, delivered ? "; the event is lost" : "; no retry");
    redact(redactor, buf_bytes(&out), &safe);
    buf_clear(&out);
    free(shown);
    return buf_take(&safe);
}

/* Follows from the endpoint's own address to `location` and on; NULL when it leads elsewhere or
 * could not be sent. */
static char *follow(struct runner *runner, const struct observation *first, const char *location)
{
    struct target target;
    struct error err = {0};
    char *verdict = NULL;
    bool on_the_way = target_resolve(&target, runner->options->target, location, &err);
    for (int hops = 0; on_the_way && hops < HOPS_MAX; hops++) {
        struct observation seen;
        observation_init(&seen);
        on_the_way = get(runner, &target, &seen);
        if (on_the_way && !turns_into_get(&seen)) {
            verdict = verdict_of(runner->result->redactor, first, target.path, &seen);
            on_the_way = false;
        }
        struct target next = {0};
        if (on_the_way)
            on_the_way =
                target_resolve(&next, &target, headers_find(&seen.headers, "Location"), &err);
        observation_clear(&seen);
        target_clear(&target);
        target = next;
    }
    if (on_the_way)
        verdict = mem_format("failed: more than %d redirects; no retry", HOPS_MAX);
    target_clear(&target);
    return verdict;
}

static const struct followed *followed_to(struct following *following,
                                          const struct observation *first)
{
    const char *location = headers_find(&first->headers, "Location");
    for (size_t i = 0; i < following->count; i++)
        if (strcmp(following->items[i].location, location) == 0)
            return &following->items[i];
    if (following->count == FOLLOWED_MAX)
        return NULL;
    struct followed *item = &following->items[following->count++];
    *item = (struct followed){mem_text(location), follow(following->runner, first, location)};
    return item;
}

static void follow_exchange(struct following *following, struct exchange *exchange)
{
    if (!turns_into_get(&exchange->seen))
        return;
    const struct followed *followed = followed_to(following, &exchange->seen);
    if (!followed || !followed->verdict)
        return;
    free(exchange->as_panora);
    exchange->as_panora = mem_text(followed->verdict);
}

void follow_redirects(struct runner *runner)
{
    struct following following = {.runner = runner};
    for (size_t i = 0; i < runner->result->num_cases; i++) {
        struct case_result *one = &runner->result->cases[i];
        for (size_t k = 0; k < one->num_exchanges; k++)
            follow_exchange(&following, &one->exchanges[k]);
    }
    for (size_t i = 0; i < following.count; i++) {
        free(following.items[i].location);
        free(following.items[i].verdict);
    }
}
