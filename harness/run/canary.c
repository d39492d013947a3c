#include "run/canary.h"

#include <stdio.h>
#include <string.h>

#include "result/packed.h"
#include "suite/step.h"

/* A larger event may be let go, and is a burden as a canary. */
#define KNOWN_GOOD_MAX ((size_t)64 * 1024)

bool canary_init(struct canary *canary, const struct plan *plan, struct error *err)
{
    struct step step;
    struct composed made;
    struct rng rng = rng_for(plan->options->seed, "canary");
    *canary = (struct canary){0};
    step_init(&step);
    bool ok = compose_step(&plan->composer, &step, NULL, true, &rng, &made, err);
    if (ok) {
        struct planned_request request = plan_take(plan, 0, &made);
        testcase_allocate(&canary->test, 1);
        testcase_take(&canary->test, 0, &request);
        exchange_clear(&request.exchange);
    }
    composed_clear(&made);
    step_clear(&step);
    return ok;
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
    if (canary->known_good)
        freshen(canary);
}
