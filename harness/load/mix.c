#include "load/mix.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "compose/mutation.h"
#include "compose/pattern.h"
#include "deliver/dial.h"
#include "suite/step.h"

#define SHARE_PARTS UINT64_C(1000000)
#define RECENT      32 /* events that a duplicate is drawn from */

static const char *const forgeries[] = {"wrong-secret", "no-signature", "change-digit",
                                        "other-event",  "change-data",  "zeros"};
#define NUM_FORGERIES ARRAY_LEN(forgeries)

/* The id is not signed, so that another one leaves a forgery as wrong as it was. */
struct forgery {
    const char *name;
    struct buf text;
    size_t event_id_at;
};

struct mix {
    const struct load_plan *plan;
    struct rng rng;
    struct signer *signer;
    struct pattern *patterns; /* one for each type of the plan */
    size_t num_patterns;
    uint64_t weights; /* of all types */
    struct forgery *forgeries;
    size_t num_forgeries;
    uint64_t forged_below;    /* of SHARE_PARTS */
    uint64_t duplicate_below; /* of what is not forged */
    struct buf recent[RECENT];
    size_t recent_id_at[RECENT];
    size_t num_recent;
    size_t next_recent;
};

void mix_free(struct mix *mix)
{
    if (!mix)
        return;
    for (size_t i = 0; i < mix->num_patterns; i++)
        pattern_clear(&mix->patterns[i]);
    for (size_t i = 0; i < mix->num_forgeries; i++)
        buf_clear(&mix->forgeries[i].text);
    for (size_t i = 0; i < RECENT; i++)
        buf_clear(&mix->recent[i]);
    free(mix->patterns);
    free(mix->forgeries);
    signer_free(mix->signer);
    free(mix);
}

/* --- making --- */

static bool compose(struct mix *mix, const char *type, const char *mutation, struct composed *out,
                    struct error *err)
{
    const struct step *wanted = mix->plan->step;
    struct step step;
    step_init(&step);
    step.type = mem_text(type);
    step.data = mem_text(wanted->data);
    step.size = wanted->size;
    bool ok = (!mutation || mutation_add(&step, mutation, err)) &&
              compose_step(mix->plan->composer, &step, NULL, false, &mix->rng, out, err);
    step_clear(&step);
    return ok;
}

static bool add_pattern(struct mix *mix, const struct engine *engine, const char *type,
                        struct error *err)
{
    struct composed made = {0};
    struct buf text = {0};
    bool ok = compose(mix, type, NULL, &made, err);
    if (ok) {
        dial_request(engine, &made.request, &text);
        size_t body_at = text.len - made.request.body.len;
        pattern_init(&mix->patterns[mix->num_patterns++], &made, &text, body_at, false);
    }
    composed_clear(&made);
    return ok;
}

static bool add_forgery(struct mix *mix, const struct engine *engine, const char *type,
                        const char *name, struct error *err)
{
    struct composed made = {0};
    bool ok = compose(mix, type, name, &made, err);
    if (ok) {
        struct forgery *forgery = &mix->forgeries[mix->num_forgeries++];
        *forgery = (struct forgery){.name = name};
        dial_request(engine, &made.request, &forgery->text);
        const char *id = bytes_find(buf_bytes(&forgery->text), bytes_of(made.event.id));
        forgery->event_id_at = (size_t)(id - forgery->text.data);
    }
    composed_clear(&made);
    return ok;
}

struct mix *mix_new(const struct load_plan *plan, const struct engine *engine, size_t number,
                    struct error *err)
{
    struct mix *mix = mem_alloc(sizeof *mix);
    mix->plan = plan;
    mix->rng = rng_for(plan->seed + number, "load");
    mix->signer = signer_new(secret_bytes(plan->composer->secret));
    mix->patterns = mem_alloc(plan->num_types * sizeof *mix->patterns);
    mix->forgeries = mem_alloc(plan->num_types * NUM_FORGERIES * sizeof *mix->forgeries);
    mix->forged_below = (uint64_t)(plan->forged * (double)SHARE_PARTS);
    mix->duplicate_below = (uint64_t)(plan->duplicates * (double)SHARE_PARTS);
    bool ok = true;
    for (size_t i = 0; ok && i < plan->num_types; i++) {
        const char *type = plan->types[i].name;
        mix->weights += (uint64_t)plan->types[i].weight;
        ok = add_pattern(mix, engine, type, err);
        for (size_t j = 0; ok && mix->forged_below && j < NUM_FORGERIES; j++)
            ok = add_forgery(mix, engine, type, forgeries[j], err);
    }
    if (ok)
        return mix;
    mix_free(mix);
    return NULL;
}

/* --- drawing --- */

static void put(struct buf *out, const struct buf *text)
{
    buf_reset(out);
    buf_add(out, text->data, text->len);
}

static struct mix_choice next_forged(struct mix *mix, struct buf *out)
{
    struct forgery *forgery = &mix->forgeries[rng_below(&mix->rng, mix->num_forgeries)];
    char id[UUID_SIZE];
    event_new_id(&mix->rng, mix->plan->composer->run_tag, id);
    memcpy(forgery->text.data + forgery->event_id_at, id, UUID_SIZE - 1);
    put(out, &forgery->text);
    return (struct mix_choice){LOAD_FORGED, forgery->name, forgery->event_id_at};
}

static struct pattern *draw_pattern(struct mix *mix)
{
    uint64_t drawn = mix->num_patterns > 1 ? rng_below(&mix->rng, mix->weights) : 0;
    size_t i = 0;
    for (; drawn >= (uint64_t)mix->plan->types[i].weight; i++)
        drawn -= (uint64_t)mix->plan->types[i].weight;
    return &mix->patterns[i];
}

static void remember(struct mix *mix, const struct pattern *pattern)
{
    put(&mix->recent[mix->next_recent], &pattern->text);
    mix->recent_id_at[mix->next_recent] = pattern->event_id_at;
    mix->next_recent = (mix->next_recent + 1) % RECENT;
    if (mix->num_recent < RECENT)
        mix->num_recent++;
}

struct mix_choice mix_next(struct mix *mix, struct buf *out)
{
    if (mix->forged_below && rng_below(&mix->rng, SHARE_PARTS) < mix->forged_below)
        return next_forged(mix, out);
    if (mix->num_recent && rng_below(&mix->rng, SHARE_PARTS) < mix->duplicate_below) {
        size_t drawn = (size_t)rng_below(&mix->rng, mix->num_recent);
        put(out, &mix->recent[drawn]);
        return (struct mix_choice){LOAD_DUPLICATE, NULL, mix->recent_id_at[drawn]};
    }
    struct pattern *pattern = draw_pattern(mix);
    pattern_next(pattern, mix->signer, mix->plan->composer->run_tag, &mix->rng);
    put(out, &pattern->text);
    if (mix->duplicate_below)
        remember(mix, pattern);
    return (struct mix_choice){LOAD_GENUINE, NULL, pattern->event_id_at};
}
