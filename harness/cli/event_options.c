#include "cli/event_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/instant.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/secret_options.h"
#include "compose/mutation.h"
#include "panora/js.h"
#include "sign/signer.h"
#include "suite/step.h"

static const char *const dialects[] = {"text", "object", NULL}; /* as enum dialect */

static const struct option_spec specs[] = {
    {.name = "data",
     .value = "FILE",
     .help =
         "Send the JSON value in FILE, or on standard input when FILE is -, as the event's data.",
     .otherwise = "realistic data for the type"},
    {.name = "dialect",
     .value = "DIALECT",
     .help = "How data is sent: text (JSON in a string, as Panora sends it) or object (as Panora's "
             "documentation shows it).",
     .fallback = "text",
     .kind = OPTION_CHOICE,
     .choices = dialects,
     .at = offsetof(struct event_choice, composer.dialect)},
    {.name = "wrong",
     .names = "mutations",
     .value = "MUTATION",
     .repeatable = true,
     .help = "Make the request differ from what Panora sends: MUTATION or MUTATION=ARGUMENT, see "
             "`hookcheck list mutations`.",
     .otherwise = "no mistake"},
    {.name = "id",
     .value = "UUID",
     .help = "The event's id_event.",
     .otherwise = "a new one",
     .kind = OPTION_TEXT,
     .at = offsetof(struct event_choice, id)},
    {.name = "seed",
     .value = "N",
     .help = "Make ids and data from this number; with --at, the same number gives the same bytes.",
     .fallback = "0",
     .otherwise = "a random number",
     .kind = OPTION_INTEGER,
     .at = offsetof(struct event_choice, seed)},
    {.name = "at",
     .value = "TIME",
     .help = "The time in data: 2024-07-01T12:00:00Z, or milliseconds since 1970.",
     .otherwise = "now"},
};

const struct option_set event_options = {specs, ARRAY_LEN(specs)};

/* --- reading --- */

bool data_from_arguments(const struct arguments *arguments, size_t max_len, struct buf *out,
                         struct error *err)
{
    const char *path = arguments_value(arguments, "data");
    struct buf text = {0};
    struct error why = {0};
    if (!path)
        return true;
    bool ok = file_read(path, max_len, &text, err);
    struct js *value = ok ? js_parse(buf_bytes(&text), &why) : NULL;
    if (value)
        js_write(value, out);
    else if (ok)
        ok =
            error_set(err, "%s: %s", strcmp(path, "-") == 0 ? "standard input" : path, why.message);
    js_free(value);
    buf_clear(&text);
    return ok || error_prefix(err, "--data");
}

static bool refuse_two_readers(const struct arguments *arguments, struct error *err)
{
    const char *data = arguments_value(arguments, "data");
    const char *secret = arguments_value(arguments, "secret-file");
    bool both = data && secret && strcmp(data, "-") == 0 && strcmp(secret, "-") == 0;
    return !both || error_set(err, "--data and --secret-file cannot both read standard input");
}

static bool read_mutations(struct event_choice *choice, const struct arguments *arguments,
                           struct error *err)
{
    const char *given;
    bool ok = true;
    for (size_t at = 0; ok && (given = arguments_next(arguments, "wrong", &at));)
        ok = mutation_add(&choice->step, given, err);
    return ok || error_prefix(err, "--wrong");
}

/* Panora's ids are UUIDs in lower case; any UUID will do here (RFC 9562 section 4). */
static bool is_uuid(const char *text)
{
    static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (strlen(text) != sizeof pattern - 1)
        return false;
    for (size_t i = 0; text[i]; i++) {
        bool is_digit = strchr("0123456789abcdefABCDEF", text[i]) != NULL;
        if (pattern[i] == '-' ? text[i] != '-' : !is_digit)
            return false;
    }
    return true;
}

static bool check_id(const struct event_choice *choice, struct error *err)
{
    return !choice->id || is_uuid(choice->id) ||
           error_set(err, "--id: \"%s\" is not a UUID such as 7e57c0de-1a2b-4c3d-8e4f-5a6b7c8d9e0f",
                     choice->id);
}

static bool read_time(const struct arguments *arguments, int64_t *out_wall_ms, struct error *err)
{
    const char *at = arguments_value(arguments, "at");
    *out_wall_ms = clock_wall_ms();
    return !at || instant_read(at, out_wall_ms, err) || error_prefix(err, "--at");
}

static bool read_composer(struct event_choice *choice, const struct arguments *arguments,
                          struct error *err)
{
    int64_t wall_ms = 0;
    if (!arguments_read(arguments, &event_options, choice, err) ||
        !read_time(arguments, &wall_ms, err))
        return false;
    choice->rng = rng_for(choice->seed ? (uint64_t)choice->seed : rng_fresh_seed(), "event");
    choice->catalogue = catalogue_load();
    choice->composer = (struct composer){
        .catalogue = choice->catalogue,
        .secret = &choice->secret,
        .usual_type = EVENT_TYPE_DEFAULT,
        .dialect = choice->composer.dialect,
        .wall_ms = wall_ms,
        .run_tag = (unsigned)rng_below(&choice->rng, 0x10000),
    };
    return true;
}

bool event_choice_read(struct event_choice *choice, const struct arguments *arguments,
                       struct error *err)
{
    *choice = (struct event_choice){0};
    step_init(&choice->step);
    if (!refuse_two_readers(arguments, err) || !read_composer(choice, arguments, err) ||
        !check_id(choice, err) || !read_mutations(choice, arguments, err) ||
        !secret_from_arguments(arguments, &choice->secret, err))
        return false;
    choice->composer.signer = signer_new(secret_bytes(&choice->secret));
    struct buf data = {0};
    if (!data_from_arguments(arguments, EVENT_DATA_MAX, &data, err))
        return false;
    choice->step.data = data.len ? buf_take(&data) : NULL;
    return true;
}

void event_choice_clear(struct event_choice *choice)
{
    step_clear(&choice->step);
    signer_free(choice->composer.signer);
    secret_clear(&choice->secret);
    catalogue_free(choice->catalogue);
    *choice = (struct event_choice){0};
}

/* --- making --- */

/* Panora's list is open: an unknown name is no mistake, but it may be a slip of the keys. */
static void note_unknown(const struct catalogue *catalogue, const char *given)
{
    const char **names = mem_alloc((catalogue->num_types + 1) * sizeof *names);
    for (size_t i = 0; i < catalogue->num_types; i++)
        names[i] = catalogue->types[i].name;
    const char *nearest = text_nearest(given, names, catalogue->num_types);
    sink_note("note: Panora's catalogue has no event type \"%s\"%s%s%s; it is sent unchanged",
              given, nearest ? " (did you mean \"" : "", nearest ? nearest : "",
              nearest ? "\"?)" : "");
    free(names);
}

const char *event_choice_wire_type(const struct event_choice *choice, const char *given)
{
    const struct event_type *type = catalogue_find(choice->catalogue, given);
    if (!type) {
        note_unknown(choice->catalogue, given);
        return given;
    }
    if (!type->wire_type) {
        sink_note("note: Panora has the name %s but never sends it", given);
        return given;
    }
    if (strcmp(type->wire_type, given) != 0)
        sink_note("note: Panora delivers %s with the type %s, so hookcheck sends that type", given,
                  type->wire_type);
    return type->wire_type;
}

/* With an id of the user's own the event is made first, given that id, and then sent as an event
 * that is there already. */
bool event_choice_compose(struct event_choice *choice, const char *wire_type, struct composed *out,
                          struct error *err)
{
    free(choice->step.type);
    choice->step.type = mem_text(wire_type);
    if (!choice->id)
        return compose_step(&choice->composer, &choice->step, NULL, false, &choice->rng, out, err);
    struct composed named = {0};
    bool ok = compose_step(&choice->composer, &choice->step, NULL, true, &choice->rng, &named, err);
    if (ok) {
        memcpy(named.event.id, choice->id, sizeof named.event.id);
        ok = compose_step(&choice->composer, &choice->step, &named, false, &choice->rng, out, err);
    }
    composed_clear(&named);
    return ok;
}
