#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/engine.h"
#include "prove/selftest.h"
#include "run/plan.h"

/* Long enough (12 bytes) for leaks of it to count. */
#define SECRET "whsec_the_secret_of_the_selftest"

/* What is slow by mistake must be above these, what is rightly slow below. */
#define DEADLINE_NS (8 * NS_PER_S)
#define TARGET_NS   (700 * NS_PER_MS)
#define CONCURRENCY 16

/* What only informs catches nothing and is held against nobody: the right receiver is asked, and
 * whose mistake can only be told. */
static bool is_asked_all(const struct candidate *candidate)
{
    if (candidate->also && candidate->also->informs)
        return true;
    return candidate->fault ? candidate->fault->informs : !candidate->variation;
}

static void set_options(struct prepared_run *run, const struct selftest *selftest, bool asks_all)
{
    run->effect = selftest_oracle(NULL);
    run->options = (struct run_options){
        .target = &run->target,
        .engine = &run->engine,
        .extra_headers = &run->no_headers,
        .catalogue = selftest->library.catalogue,
        .secret = &run->secret,
        .suites = selftest->library.suites,
        .num_suites = selftest->library.num_suites,
        .only = selftest->only,
        .num_only = selftest->num_only,
        .level = asks_all ? LEVEL_MAY : LEVEL_SHOULD,
        .quick = true,
        .allow_disruptive = true,
        .diagnose = selftest->causes && !selftest->num_only ? DIAGNOSE_FULL : DIAGNOSE_OFF,
        .seed = selftest->seed,
        .deadline_ns = DEADLINE_NS,
        .target_ns = TARGET_NS,
        .recovery_ns = 2 * NS_PER_S,
        .max_time_ns = selftest->limit_ns - selftest->limit_ns / 5,
        .concurrency = CONCURRENCY,
        .effect = &run->effect,
    };
}

static void free_run(struct prepared_run *run)
{
    if (!run)
        return;
    plan_free(run->plan);
    target_clear(&run->target);
    secret_clear(&run->secret);
    free(run);
}

/* The address is not known yet; which cases are chosen depends on no more than that it is loopback,
 * and whether it speaks TLS. */
static struct prepared_run *prepare(const struct selftest *selftest,
                                    const struct candidate *candidate, struct error *err)
{
    struct prepared_run *run = mem_alloc(sizeof *run);
    secret_set(&run->secret, bytes_of(SECRET));
    set_options(run, selftest, is_asked_all(candidate));
    const char *url = candidate->tls ? "https://127.0.0.1/" : "http://127.0.0.1/";
    if (target_parse(&run->target, url, err))
        run->plan = plan_make(&run->options, err);
    if (run->plan)
        return run;
    free_run(run);
    return NULL;
}

/* --- pairs --- */

static bool catches_one(const struct selftest *selftest, const struct candidate *pair,
                        const char *base, const char *unless)
{
    const struct fault *faults[] = {pair->fault, pair->also};
    for (size_t i = 0; i < 2; i++) {
        const struct declared *declared = catches_of(selftest->catches, faults[i]);
        if (declared_must(declared, base) && !(unless && declared_must(declared, unless)))
            return true;
    }
    return false;
}

/* Of a case whose values differ in nothing that these faults look at, every so-manieth is sent. */
#define THINNED_STEP 8

/* What costs much and can tell nothing about these two mistakes is not sent. */
static void spare(const struct selftest *selftest, const struct candidate *pair, struct plan *plan)
{
    size_t place = 0; /* among the values of its case */
    for (size_t i = 0; i < plan->num_cases; i++) {
        struct planned *planned = &plan->cases[i];
        const char *base = planned->one->base;
        const char *like = causes_thin(selftest->causes, base);
        place = i && strcmp(base, plan->cases[i - 1].one->base) == 0 ? place + 1 : 0;
        bool spared = causes_spare(selftest->causes, base);
        bool thinned = like && place % THINNED_STEP != 0;
        if ((spared && !catches_one(selftest, pair, base, NULL)) ||
            (thinned && !catches_one(selftest, pair, base, like)))
            planned->skip = "it tells nothing about these two faults";
    }
}

struct prepared_run *selftest_prepared(const struct selftest *selftest,
                                       const struct candidate *candidate)
{
    struct prepared_run *run = selftest->prepared[candidate->tls][is_asked_all(candidate)];
    if (candidate->also)
        spare(selftest, candidate, run->plan);
    return run;
}

/* --- in time --- */

struct preparation {
    struct selftest *selftest;
    struct error *err;
    bool ok;
};

static void *prepare_all(void *payload)
{
    struct preparation *preparation = payload;
    struct selftest *selftest = preparation->selftest;
    mem_give_back(); /* for large pages in this heap as well */
    preparation->ok = true;
    for (size_t i = 0; i < selftest->num_candidates; i++) {
        const struct candidate *candidate = &selftest->candidates[i];
        struct prepared_run **place = &selftest->prepared[candidate->tls][is_asked_all(candidate)];
        if (!*place)
            *place = prepare(selftest, candidate, preparation->err);
        preparation->ok = preparation->ok && *place;
    }
    return NULL;
}

/* In a thread, because its memory is then apart from what the runs will use: they are forked, and
 * each page that they share is copied, at the price of a fault, when they first write to it. */
bool selftest_prepare(struct selftest *selftest, struct error *err)
{
    pthread_t thread;
    struct preparation preparation = {selftest, err, false};
    if (pthread_create(&thread, NULL, prepare_all, &preparation) != 0)
        (void)prepare_all(&preparation);
    else
        (void)pthread_join(thread, NULL);
    engine_load_libraries();
    mem_give_back();
    return preparation.ok;
}

void selftest_forget_prepared(struct selftest *selftest)
{
    for (size_t tls = 0; tls < 2; tls++)
        for (size_t all = 0; all < 2; all++) {
            free_run(selftest->prepared[tls][all]);
            selftest->prepared[tls][all] = NULL;
        }
}
