#include "cli/fixture_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "cli/event_options.h"
#include "cli/secret_options.h"
#include "panora/js.h"
#include "run/run.h"

#define STREAM_MAX INT64_C(1000000000000)
#define EACH_MAX   100000

static const char *const dialects[] = {"both", "text", "object", NULL};

static const struct option_spec specs[] = {
    {.name = "only",
     .names = "cases",
     .value = "GLOB",
     .repeatable = true,
     .help = "Write only the requests of cases whose full id matches; * also matches /. Plain "
             "events belong to panora/delivery/accepts-an-event.",
     .otherwise = "all of panora/delivery, panora/signature and panora/payload"},
    {.name = "events",
     .names = "events",
     .value = "TYPE,...",
     .repeatable = true,
     .help = "Write only these event types.",
     .otherwise = "all that Panora sends or documents"},
    {.name = "count",
     .value = "N",
     .help = "The number of genuine events per type and dialect; with DIR -, in total.",
     .fallback = "1",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = STREAM_MAX,
     .at = offsetof(struct fixture_choice, count)},
    {.name = "data",
     .value = "FILE",
     .help = "Use the JSON value in FILE as the data of every event, as JSON.stringify writes it.",
     .otherwise = "realistic data for each type"},
    {.name = "size",
     .value = "SIZE",
     .help = "Give every genuine event data of this size: 700, 64KiB, 5MiB.",
     .kind = OPTION_SIZE,
     .least = 1,
     .most = EVENT_DATA_MAX,
     .at = offsetof(struct fixture_choice, size)},
    {.name = "dialect",
     .value = "DIALECT",
     .help = "text (data is JSON in a string, as Panora sends it), object, or both.",
     .fallback = "both",
     .otherwise = "but text with DIR - and --count",
     .kind = OPTION_CHOICE,
     .choices = dialects,
     .at = offsetof(struct fixture_choice, chosen_dialect)},
    {.name = "format",
     .names = "request-formats",
     .value = "FORMAT",
     .repeatable = true,
     .help = "Also write all requests of a type in this format; with DIR -, print it. See "
             "`hookcheck list formats`.",
     .otherwise = "body and headers only"},
    {.name = "url",
     .value = "URL",
     .help = "The target URL, for formats that contain it.",
     .fallback = FIXTURE_URL_DEFAULT},
    {.name = "seed",
     .value = "N",
     .help = "The same seed and secret give the same bytes; 0 picks a random seed.",
     .fallback = "1",
     .kind = OPTION_INTEGER,
     .at = offsetof(struct fixture_choice, seed)},
    {.name = "force",
     .help = "Write into a folder that is not empty: replace fixtures, keep other files.",
     .otherwise = "refuse",
     .kind = OPTION_FLAG,
     .at = offsetof(struct fixture_choice, force)},
};

const struct option_set fixture_options = {specs, ARRAY_LEN(specs)};

/* --- event types --- */

static void add_type(struct fixture_choice *choice, const struct event_type *type)
{
    const char *name = type->wire_type ? type->wire_type : type->name;
    for (size_t i = 0; i < choice->num_types; i++)
        if (strcmp(choice->types[i].name, name) == 0)
            return;
    choice->types[choice->num_types++] =
        (struct fixture_type){.name = name, .sent = type->wire_type != NULL};
}

static bool add_named(struct fixture_choice *choice, const char *given, struct error *err)
{
    const struct catalogue *catalogue = choice->library.catalogue;
    char *list = mem_text(given);
    char *rest = NULL;
    bool ok = true;
    for (char *word = strtok_r(list, ", ", &rest); ok && word; word = strtok_r(NULL, ", ", &rest)) {
        const struct event_type *type = catalogue_find(catalogue, word);
        if (type)
            add_type(choice, type);
        else
            ok = catalogue_unknown(catalogue, word, err);
    }
    free(list);
    return ok;
}

static bool read_types(struct fixture_choice *choice, const struct arguments *arguments,
                       struct error *err)
{
    const struct catalogue *catalogue = choice->library.catalogue;
    const char *given;
    bool ok = true;
    choice->types = mem_alloc((catalogue->num_types + 1) * sizeof *choice->types);
    for (size_t at = 0; ok && (given = arguments_next(arguments, "events", &at));)
        ok = add_named(choice, given, err);
    bool is_given = arguments_has(arguments, "events");
    if (ok && is_given && choice->num_types == 0)
        ok = error_set(err, "at least one event type is required");
    if (!is_given) {
        add_type(choice, catalogue_find(catalogue, EVENT_TYPE_DEFAULT));
        for (size_t i = 0; i < catalogue->num_types; i++)
            add_type(choice, &catalogue->types[i]);
    }
    return ok || error_prefix(err, "--events");
}

/* --- the rest --- */

static bool read_data(struct fixture_choice *choice, const struct arguments *arguments,
                      struct error *err)
{
    struct buf data = {0};
    if (choice->size && arguments_has(arguments, "data"))
        return error_set(err, "--data and --size exclude each other");
    if (!data_from_arguments(arguments, EVENT_DATA_MAX, &data, err))
        return false;
    choice->data = data.len ? buf_take(&data) : NULL;
    return true;
}

static bool read_formats(struct fixture_choice *choice, const struct arguments *arguments,
                         struct error *err)
{
    const char *name;
    for (size_t at = 0; (name = arguments_next(arguments, "format", &at));) {
        const struct request_format *format = request_format_find(name, err);
        if (!format)
            return error_prefix(err, "--format");
        choice->formats = mem_resize(choice->formats, choice->num_formats + 1,
                                     sizeof(const struct request_format *));
        choice->formats[choice->num_formats++] = format;
    }
    if (strcmp(choice->folder, "-") != 0)
        return true;
    if (choice->num_formats != 1)
        return error_set(err, "with - as DIR, --format is required, such as --format ndjson");
    return choice->formats[0]->between ||
           error_set(err,
                     "--format: %s can represent only one request; with - as DIR, use a format for "
                     "many, such as ndjson",
                     choice->formats[0]->name);
}

static bool read_numbers(struct fixture_choice *choice, const struct arguments *arguments,
                         struct error *err)
{
    if (!arguments_read(arguments, &fixture_options, choice, err))
        return false;
    choice->has_count = arguments_has(arguments, "count");
    bool is_stream = choice->has_count && strcmp(choice->folder, "-") == 0;
    if (!is_stream && choice->count > EACH_MAX)
        return error_set(err, "--count: \"%s\" is not a whole number from 1 to %d",
                         arguments_value(arguments, "count"), EACH_MAX);
    if (is_stream && !arguments_has(arguments, "dialect"))
        choice->chosen_dialect = 1;
    if (is_stream && choice->num_only)
        return error_set(
            err, "--only selects forgeries, but --count with - makes none; leave one of them out");
    choice->dialects[DIALECT_TEXT] = choice->chosen_dialect != 2;
    choice->dialects[DIALECT_OBJECT] = choice->chosen_dialect != 1;
    if (choice->seed == 0)
        choice->seed = rng_fresh_seed();
    return true;
}

static bool read_secret(struct fixture_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    choice->own_secret = arguments_has(arguments, "secret") ||
                         arguments_has(arguments, "secret-env") ||
                         arguments_has(arguments, "secret-file") || getenv("HOOKCHECK_SECRET");
    if (choice->own_secret)
        return secret_from_arguments(arguments, &choice->secret, err);
    secret_set(&choice->secret, bytes_of(SECRET_PUBLISHED));
    return true;
}

bool fixture_options_read(struct fixture_choice *choice, const struct arguments *arguments,
                          struct error *err)
{
    static const char *const suites[] = {"panora"};
    library_init(&choice->library);
    choice->only = arguments_values(arguments, "only", &choice->num_only);
    if (!arguments_expect_words(arguments, 1, 1, "the folder to write, or -", err))
        return false;
    choice->folder = arguments->words[0];
    if (!*choice->folder)
        return error_set(err, "DIR is empty; name a folder, or - for standard output");
    if (!read_numbers(choice, arguments, err) || !read_types(choice, arguments, err) ||
        !read_formats(choice, arguments, err) ||
        !(target_parse(&choice->target, arguments_value(arguments, "url"), err) ||
          error_prefix(err, "--url")) ||
        !read_secret(choice, arguments, err) || !read_data(choice, arguments, err) ||
        !library_load_suites(&choice->library, suites, ARRAY_LEN(suites), err))
        return false;
    choice->composer = (struct composer){
        .catalogue = choice->library.catalogue,
        .secret = &choice->secret,
        .usual_type = EVENT_TYPE_DEFAULT,
        .dialect = DIALECT_TEXT,
        .wall_ms = RUN_WALL_MS,
        .run_tag = run_tag_of(choice->seed),
    };
    return true;
}
