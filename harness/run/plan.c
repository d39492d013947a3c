/* What is sent: cases chosen by the user's options, and every request composed before the first one
 * leaves. */
#include "run/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "judge/judge.h"
#include "result/packed.h"
#include "run/effect_asking.h"
#include "run/select.h"

static void forget_requests(struct planned *planned)
{
    for (size_t i = 0; i < planned->count; i++)
        exchange_clear(&planned->requests[i].exchange);
    planned->count = 0;
}

static void planned_clear(struct planned *planned)
{
    forget_requests(planned);
    free(planned->requests);
    free(planned->twin);
    free(planned->cannot);
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->num_cases; i++)
        planned_clear(&plan->cases[i]);
    for (size_t i = 0; i < plan->num_controls; i++)
        planned_clear(&plan->controls[i]);
    free(plan->cases);
    free(plan->controls);
    free(plan);
}

unsigned run_tag_of(uint64_t seed)
{
    struct rng rng = rng_for(seed, "run tag");
    return (unsigned)(rng_next(&rng) & 0xffff);
}

void run_unsent_id(uint64_t seed, char out[UUID_SIZE])
{
    struct rng rng = rng_for(seed, "an event that is never sent");
    event_new_id(&rng, run_tag_of(seed), out);
}

#define USUAL_MAX ((size_t)16 * 1024)

/* Else it may be taken unverified, where one like the canary would be refused. */
static bool comes_as_usual(const struct request *request)
{
    const char *type = headers_find(&request->headers, "Content-Type");
    return transport_is_plain(&request->transport) && type &&
           strcmp(type, "application/json") == 0 &&
           headers_count(&request->headers, PANORA_SIGNATURE_HEADER) == 1 &&
           request->body.len <= USUAL_MAX;
}

struct planned_request plan_take(const struct plan *plan, size_t step, struct composed *composed)
{
    const struct headers *extra = plan->options->extra_headers;
    bool usual = strcmp(composed->event.type, plan->composer.usual_type) == 0 &&
                 composed->event.dialect == plan->composer.dialect &&
                 comes_as_usual(&composed->request);
    struct planned_request request = {.step = step,
                                      .control = NO_CONTROL,
                                      .usual = composed->genuine && usual && !plan->composer.scheme,
                                      .exchange = {.sent = composed->sent,
                                                   .request = composed->request,
                                                   .genuine = composed->genuine,
                                                   .by_scheme = plan->composer.scheme != NULL}};
    struct exchange *exchange = &request.exchange;
    memcpy(exchange->right_signature, composed->signature, sizeof exchange->right_signature);
    for (size_t i = 0; i < extra->count; i++)
        headers_add(&exchange->request.headers, extra->items[i].name, extra->items[i].value);
    observation_init(&exchange->seen);
    composed->sent = NULL;
    composed->request = (struct request){0};
    exchange_pack(exchange);
    return request;
}

/* The control that `composed` needs: one that is there, or a new one. */
static bool add_control(struct plan *plan, const struct step *step, const struct composed *again,
                        const struct composed *forged, size_t *out, struct error *err)
{
    for (size_t i = 0; i < plan->num_controls; i++)
        if (strcmp(plan->controls[i].twin, forged->twin) == 0) {
            *out = i;
            return true;
        }
    struct composed twin;
    struct rng rng = rng_for(plan->options->seed, forged->twin);
    if (!compose_step(&plan->composer, step, again, true, &rng, &twin, err))
        return false;
    plan->controls = mem_resize(plan->controls, plan->num_controls + 1, sizeof *plan->controls);
    struct planned *control = &plan->controls[plan->num_controls];
    *control = (struct planned){.plan = plan, .twin = mem_text(forged->twin)};
    control->requests = mem_alloc(sizeof *control->requests);
    control->requests[control->count++] = plan_take(plan, 0, &twin);
    composed_clear(&twin);
    *out = plan->num_controls++;
    return true;
}

/* --quick takes a fifth of the samples, and enough for a median. */
static size_t times_of(const struct run_options *options, const struct step *step)
{
    enum { QUICK_SHARE = 5, QUICK_MIN = 5 };
    if (!options->quick || !step->samples || step->times <= QUICK_MIN)
        return step->times;
    size_t fewer = step->times / QUICK_SHARE;
    return fewer > QUICK_MIN ? fewer : QUICK_MIN;
}

static size_t count_requests(const struct run_options *options, const struct suite_case *one)
{
    size_t count = 0;
    for (size_t i = 0; i < one->num_steps; i++)
        count += times_of(options, &one->steps[i]);
    return count;
}

/* The shots of one step: `first` keeps what the step's first one was made of, for steps that send
 * it again. */
static bool compose_requests(struct plan *plan, struct planned *planned, size_t step_index,
                             struct composed *firsts, struct rng *rng, struct error *err)
{
    const struct step *step = &planned->one->steps[step_index];
    struct composed *first = &firsts[step_index];
    for (size_t i = 0; i < times_of(plan->options, step); i++) {
        struct composed made;
        const struct composed *again = step->again                 ? &firsts[step->again - 1]
                                       : i > 0 && step->same_event ? first
                                                                   : NULL;
        if (!compose_step(&plan->composer, step, again, false, rng, &made, err)) {
            planned->cannot = made.impossible ? mem_text(err ? err->message : "") : NULL;
            return error_prefix(err, "%s", planned->one->id);
        }
        size_t control = NO_CONTROL;
        bool ok = !judge_needs_control(planned->one, step_index) ||
                  add_control(plan, step, again, &made, &control, err);
        if (ok) {
            struct planned_request *request = &planned->requests[planned->count++];
            *request = plan_take(plan, step_index, &made);
            request->control = control;
        }
        if (i == 0)
            *first = made;
        else
            composed_clear(&made);
        if (!ok)
            return error_prefix(err, "%s", planned->one->id);
    }
    return true;
}

/* What nobody could send here and now (a secret that no header can hold, an algorithm that this
 * OpenSSL lacks) is left out and said; the other cases are none the worse. */
static void cannot_send(struct planned *planned)
{
    forget_requests(planned);
    planned->wait_ns = 0;
    planned->skip = planned->cannot;
}

bool plan_compose_probe(const struct plan *plan, const struct planned *planned, size_t index,
                        int64_t value, struct planned_request *out, struct error *err)
{
    struct composed made;
    struct rng rng = rng_for(plan->options->seed, planned->one->id);
    for (size_t i = 0; i <= index; i++) /* each try is an event of its own */
        (void)rng_next(&rng);
    if (!planned->probe->compose(&plan->composer, &planned->one->steps[0], value, &rng, &made, err))
        return false;
    *out = plan_take(plan, 0, &made);
    out->probed = value;
    composed_clear(&made);
    return true;
}

static bool begin_probe(const struct plan *plan, struct planned *planned, struct error *err)
{
    planned->probe = probe_of(planned->one->probe);
    if (!plan_compose_probe(plan, planned, 0,
                            probe_next(planned->probe, planned->probe->max, NULL, 0),
                            &planned->requests[0], err))
        return error_prefix(err, "%s", planned->one->id);
    planned->count = 1;
    return true;
}

static bool compose_case(struct plan *plan, struct planned *planned, struct error *err)
{
    const struct suite_case *one = planned->one;
    struct rng rng = rng_for(plan->options->seed, one->id);
    struct composed *firsts = mem_alloc((one->num_steps + 1) * sizeof *firsts);
    bool ok = true;
    for (size_t i = 0; ok && i < one->num_steps; i++) {
        planned->wait_ns += one->steps[i].after_ns;
        ok = compose_requests(plan, planned, i, firsts, &rng, err);
    }
    for (size_t i = 0; i < one->num_steps; i++)
        composed_clear(&firsts[i]);
    free(firsts);
    return ok;
}

static bool compose_planned(struct plan *plan, struct planned *planned, struct error *err)
{
    const struct suite_case *one = planned->one;
    planned->requests =
        mem_alloc((count_requests(plan->options, one) + 1) * sizeof *planned->requests);
    return one->probe ? begin_probe(plan, planned, err) : compose_case(plan, planned, err);
}

static bool add_case(struct plan *plan, const struct suite_case *one, const char *skip,
                     struct error *err)
{
    plan->cases = mem_resize(plan->cases, plan->num_cases + 1, sizeof *plan->cases);
    struct planned *planned = &plan->cases[plan->num_cases++];
    *planned = (struct planned){.plan = plan, .one = one, .skip = skip};
    if (skip)
        return true;
    if (!compose_planned(plan, planned, err)) {
        if (!planned->cannot)
            return false;
        cannot_send(planned);
        if (err)
            *err = (struct error){0};
    }
    plan->num_requests += planned->probe ? PROBE_SHOTS_USUAL : planned->count;
    if (planned->wait_ns > plan->longest_wait_ns)
        plan->longest_wait_ns = planned->wait_ns;
    return true;
}

static bool add_cases(struct plan *plan, struct error *err)
{
    const struct run_options *options = plan->options;
    if (!select_check(options, err))
        return false;
    for (size_t i = 0; i < options->num_suites; i++)
        for (size_t k = 0; k < options->suites[i]->num_cases; k++) {
            const struct suite_case *one = &options->suites[i]->cases[k];
            if (select_case(options, one) && !add_case(plan, one, select_skip(options, one), err))
                return false;
        }
    if (plan->num_cases == 0)
        return error_set(err, "no case was selected; `hookcheck list cases` shows them all");
    plan->num_requests += plan->num_controls;
    if (options->effect)
        effect_note_ids(plan);
    return true;
}

struct plan *plan_make(const struct run_options *options, struct error *err)
{
    struct plan *plan = mem_alloc(sizeof *plan);
    plan->options = options;
    plan->composer = (struct composer){
        .catalogue = options->catalogue,
        .secret = options->secret,
        .usual_type = select_usual_type(options),
        .dialect = options->dialects == DIALECTS_OBJECT ? DIALECT_OBJECT : DIALECT_TEXT,
        .wall_ms = RUN_WALL_MS,
        .run_tag = run_tag_of(options->seed),
    };
    if (add_cases(plan, err))
        return plan;
    plan_free(plan);
    return NULL;
}

/* --- behind the first mistake --- */

static bool fits_panora(const struct plan *plan, const struct request *request)
{
    const char *given = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    return given && headers_count(&request->headers, PANORA_SIGNATURE_HEADER) == 1 &&
           signature_verify(secret_bytes(plan->options->secret), buf_bytes(&request->body),
                            bytes_of(given), NULL) == VERIFICATION_VALID;
}

/* Whether a request is to Panora's rule what the other one is to the scheme: right, or not. A large
 * body would take its time to be read, and is about its size. */
static bool mean_the_same(const struct plan *plan, const struct exchange *by_panora,
                          const struct exchange *by_scheme)
{
    return by_panora->packed || by_scheme->packed ||
           fits_panora(plan, &by_panora->request) ==
               scheme_fits(plan->composer.scheme, &by_scheme->request);
}

/* What one rule takes for a forgery can be genuine to the other: such a case is not to be had. */
static bool means_the_same(const struct plan *plan, const struct planned *by_panora,
                           const struct planned *by_scheme)
{
    for (size_t i = 0; i < by_scheme->count; i++) {
        size_t control = by_scheme->requests[i].control;
        const struct planned_request *twin =
            control == NO_CONTROL || !plan->controls ? NULL : &plan->controls[control].requests[0];
        if (!mean_the_same(plan, &by_panora->requests[i].exchange,
                           &by_scheme->requests[i].exchange) ||
            (twin && !twin->exchange.packed &&
             !scheme_fits(plan->composer.scheme, &twin->exchange.request)))
            return false;
    }
    return true;
}

struct plan *plan_resign(const struct plan *plan, const struct scheme *scheme, const char *type,
                         enum dialect dialect, const bool *wanted)
{
    struct plan *out = mem_alloc(sizeof *out);
    *out = (struct plan){.options = plan->options, .composer = plan->composer};
    out->composer.scheme = scheme;
    out->composer.usual_type = type;
    out->composer.dialect = dialect;
    out->cases = mem_alloc((plan->num_cases + 1) * sizeof *out->cases);
    for (size_t i = 0; i < plan->num_cases; i++) {
        struct planned *planned = &out->cases[out->num_cases++];
        *planned =
            (struct planned){.plan = out, .one = plan->cases[i].one, .skip = plan->cases[i].skip};
        if (wanted[i] &&
            !(compose_planned(out, planned, NULL) && means_the_same(out, &plan->cases[i], planned)))
            forget_requests(planned);
    }
    if (plan->options->effect)
        effect_note_ids(out);
    return out;
}

size_t plan_num_cases(const struct plan *plan)
{
    return plan->num_cases;
}

size_t plan_num_requests(const struct plan *plan)
{
    return plan->num_requests;
}

/* A guess at the time: waits overlap with everything else, a rate does not. */
static int64_t expected_ns(const struct plan *plan)
{
    const struct run_options *options = plan->options;
    int64_t by_rate = 0;
    if (options->rate > 0)
        by_rate = (int64_t)((double)plan->num_requests / options->rate * (double)NS_PER_S);
    int64_t by_answers =
        (int64_t)plan->num_requests * 50 * NS_PER_MS / (int64_t)options->concurrency;
    int64_t expected = by_rate > by_answers ? by_rate : by_answers;
    int64_t longest_ns = plan->longest_wait_ns;
    if (plan_num_effects(plan) && options->effect->wait_ns > longest_ns)
        longest_ns = options->effect->wait_ns;
    if (longest_ns > expected)
        expected = longest_ns;
    return expected < options->max_time_ns ? expected : options->max_time_ns;
}

void plan_describe(const struct plan *plan, struct buf *out)
{
    const struct run_options *options = plan->options;
    buf_add_format(out, "%s: %zu case%s, %zu requests, ", options->target->shown, plan->num_cases,
                   plan->num_cases == 1 ? "" : "s", plan->num_requests);
    buf_add_format(out, "about %" PRId64 " s", expected_ns(plan) / NS_PER_S + 1);
    if (options->rate > 0)
        buf_add_format(out, " (at most %g per second)", options->rate);
    size_t num_effects = plan_num_effects(plan);
    if (num_effects)
        buf_add_format(out, "; asks --effect-command about %zu events", num_effects);
    buf_add_format(out, "; leaves behind events whose id_event starts with %s-%04x",
                   EVENT_ID_PREFIX, run_tag_of(options->seed));
}

static void list_case(const struct planned *planned, struct buf *out)
{
    const char *id = planned->one->id;
    if (planned->skip)
        buf_add_format(out, "%s: not sent: %s\n", id, planned->skip);
    else if (planned->count == 0)
        buf_add_format(out, "%s: nothing is sent\n", id);
    for (size_t i = 0; i < planned->count; i++) {
        const struct exchange *exchange = &planned->requests[i].exchange;
        buf_add_format(out, "%s: %s (%zu bytes)%s\n", id, exchange->sent,
                       exchange_body_len(exchange),
                       planned->probe ? ", then what the response suggests" : "");
    }
}

void plan_list(const struct plan *plan, struct buf *out)
{
    for (size_t i = 0; i < plan->num_cases; i++)
        list_case(&plan->cases[i], out);
    for (size_t i = 0; i < plan->num_controls; i++) {
        const struct exchange *exchange = &plan->controls[i].requests[0].exchange;
        buf_add_format(out, "control: %s (%zu bytes)\n", exchange->sent,
                       exchange_body_len(exchange));
    }
}
