#include "run/canary.h"

#include <stdio.h>
#include <string.h>

#include "judge/expectation.h"
#include "result/packed.h"
#include "suite/step.h"

/* A larger event may be let go, and is a burden as a canary. */
#define KNOWN_GOOD_MAX ((size_t)64 * 1024)

static bool compose(const struct plan *plan, struct rng *rng, struct planned_request *out,
                    struct error *err)
{
    struct step step;
    struct composed made;
    step_init(&step);
    bool ok = compose_step(&plan->composer, &step, NULL, true, rng, &made, err);
    if (ok)
        *out = plan_take(plan, 0, &made);
    composed_clear(&made);
    step_clear(&step);
    return ok;
}

bool canary_init(struct canary *canary, const struct plan *plan, struct error *err)
{
    struct planned_request request;
    struct rng rng = rng_for(plan->options->seed, "canary");
    *canary = (struct canary){.plan = plan};
    if (!compose(plan, &rng, &request, err))
        return false;
    testcase_allocate(&canary->test, 1);
    testcase_take(&canary->test, 0, &request);
    exchange_clear(&request.exchange);
    return true;
}

void canary_clear(struct canary *canary)
{
    testcase_clear(&canary->test);
}

void canary_note_accepted(struct canary *canary, const struct exchange *exchange)
{
    if (!canary->known_good && exchange != canary->test.exchanges &&
        exchange_body_len(exchange) <= KNOWN_GOOD_MAX &&
        transport_is_plain(&exchange->request.transport))
        canary->known_good = &exchange->request;
}

/* The signature does not cover the id: whatever else an endpoint may dislike, it has taken this
 * event. */
static void freshen(struct canary *canary)
{
    static const char start[] = "\"id_event\":\"";
    struct request *request = &canary->test.exchanges[0].request;
    char digits[13];
    request_clear(request);
    request_copy(request, canary->known_good);
    struct bytes body = buf_bytes(&request->body);
    const char *at = bytes_find(body, bytes_of(start));
    if (!at || (size_t)(body.data + body.len - at) < sizeof start - 1 + UUID_SIZE - 1)
        return;
    (void)snprintf(digits, sizeof digits, "%012llx", ++canary->count & 0xffffffffffffULL);
    memcpy(request->body.data + (at - body.data) + sizeof start - 1 + UUID_SIZE - 1 - 12, digits,
           12);
}

void canary_renew(struct canary *canary)
{
    testcase_reset(&canary->test);
    canary->is_new = false;
    if (canary->known_good)
        freshen(canary);
}

/* Its data holds random values, and those of this seed have not been sent yet. */
static void compose_anew(struct canary *canary)
{
    struct planned_request request;
    struct error err = {0};
    char name[32];
    (void)snprintf(name, sizeof name, "canary %llu", ++canary->count);
    struct rng rng = rng_for(canary->plan->options->seed, name);
    if (!compose(canary->plan, &rng, &request, &err))
        return;
    struct exchange *exchange = &canary->test.exchanges[0];
    request_clear(&exchange->request);
    request_copy(&exchange->request, &request.exchange.request);
    exchange_clear(&request.exchange);
}

void canary_repeat(struct canary *canary)
{
    bool is_refused = answer_of(&canary->test.exchanges[0].seen) == ANSWER_REFUSED;
    testcase_reset(&canary->test);
    canary->is_new = is_refused && !canary->is_new;
    if (canary->is_new)
        compose_anew(canary);
    else if (is_refused && canary->known_good)
        freshen(canary);
}
