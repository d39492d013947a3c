#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "compose/mutation.h"
#include "judge/expectation.h"
#include "judge/judge.h"
#include "reference/explain.h"

#define SHOWN_DATA_MAX 200
#define NS_PER_HOUR    (3600 * NS_PER_S)

/* --- what is sent --- */

/* Ages are days rather than the milliseconds of answers. */
static void add_age(int64_t age_ns, struct buf *out)
{
    if (age_ns < NS_PER_HOUR)
        text_add_duration(out, age_ns);
    else
        buf_add_format(out, "%g h", (double)age_ns / (double)NS_PER_HOUR);
}

static void add_event(const struct step *step, struct buf *out)
{
    buf_add_text(out, step->type ? step->type : "an event of the run's usual type");
    if (step->again)
        buf_add_format(out, ", the event of step %zu again", step->again);
    if (step->dialect == STEP_DIALECT_TEXT)
        buf_add_text(out, ", data as text");
    if (step->dialect == STEP_DIALECT_OBJECT)
        buf_add_text(out, ", data as an object");
    if (step->data) {
        buf_add_text(out, ", data ");
        text_add_visible(out, bytes_of(step->data), SHOWN_DATA_MAX);
    }
    if (step->size)
        buf_add_format(out, ", %zu bytes of data", step->size);
    if (step->rows >= 0)
        buf_add_format(out, ", %lld rows", (long long)step->rows);
    if (step->nulls)
        buf_add_text(out, ", every nullable field null");
    if (step->age_ns) {
        buf_add_text(out, ", its data older by ");
        add_age(step->age_ns, out);
    }
}

static void add_delivery(const struct step *step, struct buf *out)
{
    if (strcmp(step->method, "POST") != 0)
        buf_add_format(out, ", sent with %s", step->method);
    if (step->times > 1)
        buf_add_format(out, ", %zu times%s%s", step->times,
                       step->same_event ? ", the same event each time" : "",
                       step->together ? ", all at once" : "");
    if (step->after_ns) {
        buf_add_text(out, ", after a pause of ");
        text_add_duration(out, step->after_ns);
    }
}

static void add_mutations(const struct calls *calls, struct buf *out)
{
    for (size_t i = 0; i < calls->count; i++) {
        buf_add_text(out, ", ");
        mutation_add_phrase(&calls->items[i], out);
    }
}

/* --- what must come back --- */

static void add_expectations(const struct calls *calls, struct buf *out)
{
    for (size_t i = 0; i < calls->count; i++) {
        const struct expectation *expectation = expectation_of(&calls->items[i]);
        if (out->len)
            buf_add_text(out, "; ");
        expectation_add_expected(&calls->items[i], out);
        if (expectation->needs_control)
            buf_add_text(out, ", and the matching genuine event is accepted");
    }
}

/* `value` is the one of a `for` list that is shown: "[32]"; "" without a list. */
static void add_step(const struct suite_case *one, size_t index, const char *value, json_t *out)
{
    const struct step *step = &one->steps[index];
    struct buf sent = {0};
    struct buf expected = {0};
    if (one->num_steps > 1)
        buf_add_format(&sent, "%zu. ", index + 1);
    if (*value)
        buf_add_format(&sent, "for %s: ", value);
    add_event(step, &sent);
    add_mutations(&step->event_ops, &sent);
    add_mutations(&step->sign_ops, &sent);
    add_mutations(&step->wire_ops, &sent);
    add_delivery(step, &sent);
    add_expectations(&step->expect, &expected);
    explain_entry("Sent:", buf_text(&sent), out);
    explain_entry("Expected:", buf_text(&expected), out);
    buf_clear(&sent);
    buf_clear(&expected);
}

static void add_conditions(const struct suite_case *one, json_t *out)
{
    const struct {
        bool is_so;
        const char *sentence;
    } conditions[] = {
        {one->one_connection, "all steps share one connection"},
        {one->harmful, "a genuine event follows, to check that the endpoint is still up"},
        {one->odd, "sent after what is usual, for it may end a careless endpoint"},
        {one->disruptive, "skipped for public hosts unless --allow-disruptive is given"},
        {one->private_channel, "sent only over https or to loopback"},
        {one->needs_signature, "skipped with --unsigned"},
        {judge_needs_effect(one), "skipped without --effect-command, whose answer it needs"},
    };
    for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
        if (conditions[i].is_so)
            explain_entry("Note:", conditions[i].sentence, out);
}

static void add_tolerated(const struct suite_case *one, json_t *out)
{
    if (!one->tolerate_status)
        return;
    explain_fact(out, "Tolerated:", "%s is only a warning: %s", one->tolerate_status,
                 one->tolerate_because ? one->tolerate_because : "");
}

static const char *value_of(const struct suite_case *one)
{
    return one->id + strlen(one->base);
}

static void add_values(const struct suite_case *siblings, size_t count, json_t *out)
{
    struct buf values = {0};
    for (size_t i = 0; i < count; i++)
        buf_add_format(&values, "%s%s", i ? " " : "", value_of(&siblings[i]));
    if (count > 1)
        explain_entry("Values:", buf_text(&values), out);
    buf_clear(&values);
}

/* "must", or "must, should" when the values of a list differ. */
static void add_levels(const struct suite_case *siblings, size_t count, struct buf *out)
{
    const char *between = "";
    for (int level = 0; level < LEVEL_COUNT; level++)
        for (size_t i = 0; i < count; i++) {
            if (siblings[i].level != (enum level)level)
                continue;
            buf_add_format(out, "%s%s", between, level_name((enum level)level));
            between = ", ";
            break;
        }
}

/* `siblings` are the `count` values of one `for` list, of which `one` is shown in full. */
static void describe_case(const struct suite_case *one, const struct suite_case *siblings,
                          size_t count, json_t *things)
{
    struct buf together = {0};
    struct buf see = {0};
    struct buf levels = {0};
    json_t *out = explain_begin(things, "case", NULL, count > 1 ? one->base : one->id);
    add_levels(siblings, count, &levels);
    explain_entry("Title:", one->title, out);
    explain_entry("Level:", buf_text(&levels), out);
    add_values(siblings, count, out);
    for (size_t i = 0; i < one->num_steps; i++)
        add_step(one, i, count > 1 ? value_of(one) : "", out);
    add_expectations(&one->expect, &together);
    explain_entry("Together:", buf_text(&together), out);
    if (one->probe)
        explain_entry("Probe:", one->probe->sentence, out);
    add_tolerated(one, out);
    explain_entry("Harm:", one->harm, out);
    explain_entry("Remedy:", one->remedy, out);
    explain_entry("Source:", one->source, out);
    explain_entry("Bug class:", one->bug, out);
    for (size_t i = 0; i < one->num_see; i++)
        buf_add_format(&see, "%s%s", i ? ", " : "", one->see[i]);
    explain_entry("See:", buf_text(&see), out);
    add_conditions(one, out);
    buf_clear(&together);
    buf_clear(&see);
    buf_clear(&levels);
}

/* --- finding --- */

/* The part of an id that follows the name of its suite. */
static const char *short_name(const struct suite_case *one, const char *id)
{
    return id + strlen(one->suite) + (strlen(one->suite) < strlen(id));
}

static bool is_one(const struct suite_case *one, const char *id)
{
    return strcmp(one->id, id) == 0 || strcmp(short_name(one, one->id), id) == 0;
}

static bool is_base(const struct suite_case *one, const char *id)
{
    return strcmp(one->base, id) == 0 || strcmp(short_name(one, one->base), id) == 0;
}

/* All values of a `for` list stand beside each other in their suite. */
static bool explain_in_suite(const struct suite *suite, const char *id, json_t *things)
{
    for (size_t i = 0; i < suite->num_cases; i++) {
        const struct suite_case *one = &suite->cases[i];
        if (is_one(one, id)) {
            describe_case(one, one, 1, things);
            return true;
        }
        if (!is_base(one, id))
            continue;
        size_t count = 1;
        while (i + count < suite->num_cases && strcmp(suite->cases[i + count].base, one->base) == 0)
            count++;
        describe_case(one, one, count, things);
        return true;
    }
    return false;
}

static void explain_case(const struct library *library, const char *id, json_t *things)
{
    bool found = false;
    for (size_t i = 0; i < library->num_suites; i++)
        found = explain_in_suite(library->suites[i], id, things) || found;
}

static void add_case_names(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < library->num_suites; i++)
        for (size_t j = 0; j < library->suites[i]->num_cases; j++) {
            const struct suite_case *one = &library->suites[i]->cases[j];
            names_add(names, one->id);
            names_add(names, one->base);
            names_add(names, short_name(one, one->base));
        }
}

const struct explainer explain_cases = {.explain = explain_case, .add_names = add_case_names};
