#include "run/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "judge/judge.h"
#include "run/budget.h"

static bool any_glob(const char *const *globs, size_t count, const struct suite_case *one)
{
    for (size_t i = 0; i < count; i++)
        if (suite_id_matches(globs[i], one->id))
            return true;
    return false;
}

/* --- do the globs name anything? --- */

static bool names_some_case(struct suite *const *suites, size_t num_suites, const char *glob)
{
    for (size_t i = 0; i < num_suites; i++)
        for (size_t k = 0; k < suites[i]->num_cases; k++) {
            if (suite_id_matches(glob, suites[i]->cases[k].id))
                return true;
        }
    return false;
}

static const char *nearest_id(struct suite *const *suites, size_t num_suites, const char *glob)
{
    size_t count = 0;
    const char **ids = NULL;
    for (size_t i = 0; i < num_suites; i++)
        for (size_t k = 0; k < suites[i]->num_cases; k++) {
            const struct suite_case *one = &suites[i]->cases[k];
            const char *last = strrchr(one->base, '/');
            ids = mem_resize(ids, count + 3, sizeof *ids);
            ids[count++] = one->base;
            ids[count++] = one->id;
            ids[count++] = last ? last + 1 : one->base;
        }
    const char *nearest = text_nearest(glob, ids, count);
    free(ids);
    return nearest;
}

bool select_check_glob(struct suite *const *suites, size_t num_suites, const char *glob,
                       struct error *err)
{
    if (names_some_case(suites, num_suites, glob))
        return true;
    const char *nearest = nearest_id(suites, num_suites, glob);
    if (nearest)
        return error_set(err, "no case matches \"%s\"; did you mean \"%s\"?", glob, nearest);
    return error_set(err, "no case matches \"%s\"; `hookcheck list cases` shows them all", glob);
}

bool select_check(const struct run_options *options, struct error *err)
{
    for (size_t i = 0; i < options->num_only; i++)
        if (!select_check_glob(options->suites, options->num_suites, options->only[i], err))
            return error_prefix(err, "--only");
    return true;
}

/* --- which cases --- */

/* A subscription to a name covers the type under which its events arrive. */
static bool is_subscribed(const struct run_options *options, const char *type)
{
    if (options->num_events == 0 || !catalogue_find(options->catalogue, type))
        return true; /* a type that Panora does not know yet may always come */
    for (size_t i = 0; i < options->num_events; i++) {
        const struct event_type *given = catalogue_find(options->catalogue, options->events[i]);
        if (strcmp(options->events[i], type) == 0)
            return true;
        if (given && given->wire_type && strcmp(given->wire_type, type) == 0)
            return true;
    }
    return false;
}

static bool fits_dialects(const struct run_options *options, const struct step *step)
{
    if (options->dialects == DIALECTS_TEXT)
        return step->dialect != STEP_DIALECT_OBJECT;
    return options->dialects != DIALECTS_OBJECT || step->dialect != STEP_DIALECT_TEXT;
}

static const char *reason_to_skip(const struct run_options *options, const struct suite_case *one)
{
    for (size_t i = 0; options->skip_reasons && i < options->num_skip; i++)
        if (options->skip_reasons[i] && any_glob(&options->skip[i], 1, one))
            return options->skip_reasons[i];
    return NULL;
}

bool select_case(const struct run_options *options, const struct suite_case *one)
{
    if (one->level > options->level)
        return false;
    if (options->num_only && !any_glob(options->only, options->num_only, one))
        return false;
    if (any_glob(options->skip, options->num_skip, one) && !reason_to_skip(options, one))
        return false;
    for (size_t i = 0; i < one->num_steps; i++) {
        const struct step *step = &one->steps[i];
        if (!fits_dialects(options, step) || (options->quick && step->after_ns > NS_PER_S) ||
            (step->type && !is_subscribed(options, step->type)))
            return false;
    }
    return true;
}

/* What belongs together is sent at once or not at all. */
static bool fits_rate(const struct run_options *options, const struct suite_case *one)
{
    for (size_t i = 0; i < one->num_steps; i++) {
        const struct step *step = &one->steps[i];
        size_t at_once = step->at_once && step->at_once < step->times ? step->at_once : step->times;
        if (step->together && !budget_fits(options->rate, at_once))
            return false;
    }
    return true;
}

bool select_is_gentle(const struct run_options *options)
{
    return !options->target->is_private && !options->allow_disruptive;
}

const char *select_skip(const struct run_options *options, const struct suite_case *one)
{
    const struct target *target = options->target;
    const char *reason = reason_to_skip(options, one);
    if (reason)
        return reason;
    if (one->tls && !target->is_tls)
        return "the URL is http, so there is no TLS to test";
    if (options->is_unsigned && one->needs_signature)
        return "the endpoint does not verify signatures (--unsigned)";
    if (!options->effect && judge_needs_effect(one))
        return "only your own command can tell what became of an event (--effect-command)";
    if (one->private_channel && !target->is_tls && !target->is_loopback)
        return "it would send the secret unencrypted: it needs https or loopback";
    if (!fits_rate(options, one))
        return "it sends more requests at once than --rate allows per second";
    if (one->disruptive && select_is_gentle(options))
        return "it could harm a weak endpoint, and this one is public (--allow-disruptive)";
    return NULL;
}

const char *select_usual_type(const struct run_options *options)
{
    static const char usual[] = "crm.contact.created";
    if (is_subscribed(options, usual))
        return usual;
    const struct event_type *first = catalogue_find(options->catalogue, options->events[0]);
    return first && first->wire_type ? first->wire_type : options->events[0];
}
