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

#define DATA_FILE_MAX ((size_t)64 * 1024 * 1024)
#define SIZE_MAX_DATA ((size_t)64 * 1024 * 1024)

static const struct option_spec specs[] = {
    {"only", 0, "GLOB",
     "Write only what the cases make whose full id matches; * also crosses / (default: all of "
     "panora/delivery, panora/signature and panora/payload). The plain events belong to "
     "panora/delivery/accepts-an-event.",
     true},
    {"events", 0, "TYPE,...", "Only these event types (default: all that Panora sends or names).",
     true},
    {"count", 0, "N",
     "So many genuine events of each type and dialect (default 1). With DIR - : so many events in "
     "all, genuine ones only.",
     false},
    {"data", 0, "FILE",
     "Use the JSON value in FILE as data of every event, as JSON.stringify writes it (default: "
     "realistic data for each type).",
     false},
    {"size", 0, "SIZE", "Give every genuine event data of this size: 700, 64KiB, 5MiB.", false},
    {"dialect", 0, "DIALECT",
     "text (data is JSON in a string, as Panora sends it), object, or both (the default; text "
     "with DIR - and --count).",
     false},
    {"format", 0, "FORMAT",
     "Write also a document of all requests of a type in this format, see `hookcheck list formats`"
     "; with DIR - the one that is printed (default: body and headers only).",
     true},
    {"url", 0, "URL",
     "Where the requests are meant to go, for the formats that show it (default: " //
     FIXTURE_URL_DEFAULT ").",
     false},
    {"seed", 0, "N", "The same seed and secret give the same bytes (default 1; 0: a random one).",
     false},
    {"force", 0, NULL,
     "Write into a folder that is not empty: fixtures that are there are replaced, other files "
     "stay (default: refuse).",
     false},
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
    size_t count = 0;
    const char **given = arguments_values(arguments, "events", &count);
    bool ok = true;
    choice->types = mem_alloc((catalogue->num_types + 1) * sizeof *choice->types);
    for (size_t i = 0; ok && i < count; i++)
        ok = add_named(choice, given[i], err);
    if (ok && count && choice->num_types == 0)
        ok = error_set(err, "names at least one event type");
    if (count == 0) {
        add_type(choice, catalogue_find(catalogue, EVENT_TYPE_DEFAULT));
        for (size_t i = 0; i < catalogue->num_types; i++)
            add_type(choice, &catalogue->types[i]);
    }
    free(given);
    return ok || error_prefix(err, "--events");
}

/* --- the rest --- */

static bool read_data(struct fixture_choice *choice, const struct arguments *arguments,
                      struct error *err)
{
    const char *path = arguments_value(arguments, "data", NULL);
    struct buf text = {0};
    struct buf written = {0};
    struct js *value = NULL;
    struct error why = {0};
    if (!path)
        return true;
    if (choice->size)
        return error_set(err, "--data and --size both say what data is; give one of them");
    bool ok = file_read(path, DATA_FILE_MAX, &text, err);
    if (ok) {
        value = js_parse(buf_bytes(&text), &why);
        ok = value || error_set(err, "%s: %s", path, why.message);
    }
    if (ok) {
        js_write(value, &written);
        choice->data = buf_take(&written);
    }
    js_free(value);
    buf_clear(&text);
    return ok || error_prefix(err, "--data");
}

static bool read_formats(struct fixture_choice *choice, const struct arguments *arguments,
                         struct error *err)
{
    size_t count = 0;
    const char **names = arguments_values(arguments, "format", &count);
    bool ok = true;
    choice->formats = mem_alloc((count + 1) * sizeof(const struct request_format *));
    for (size_t i = 0; ok && i < count; i++) {
        const struct request_format *format = request_format_find(names[i], err);
        ok = format != NULL;
        if (ok)
            choice->formats[choice->num_formats++] = format;
    }
    free(names);
    if (!ok)
        return error_prefix(err, "--format");
    if (strcmp(choice->folder, "-") != 0)
        return true;
    if (choice->num_formats != 1)
        return error_set(err, "with - as DIR one --format says what is printed, such as ndjson");
    return choice->formats[0]->between ||
           error_set(err,
                     "--format: %s holds one request only; with - as DIR a format is needed "
                     "that holds many, such as ndjson",
                     choice->formats[0]->name);
}

static bool read_size(struct fixture_choice *choice, const struct arguments *arguments,
                      struct error *err)
{
    const char *given = arguments_value(arguments, "size", NULL);
    if (!given)
        return true;
    if (!text_size(given, &choice->size, err))
        return error_prefix(err, "--size");
    if (choice->size == 0 || choice->size > SIZE_MAX_DATA)
        return error_set(err, "--size: 1 byte to 64MiB can be had");
    return true;
}

static bool read_numbers(struct fixture_choice *choice, const struct arguments *arguments,
                         struct error *err)
{
    static const char *const dialects[] = {"both", "text", "object"};
    int64_t seed = 1;
    size_t dialect = 0;
    choice->has_count = arguments_has(arguments, "count");
    bool is_stream = choice->has_count && strcmp(choice->folder, "-") == 0;
    int64_t most = is_stream ? INT64_C(1000000000000) : 100000;
    if (!arguments_integer(arguments, "seed", 1, 0, INT64_MAX, &seed, err) ||
        !arguments_integer(arguments, "count", 1, 1, most, &choice->count, err) ||
        !arguments_choice(arguments, "dialect", dialects, ARRAY_LEN(dialects), is_stream ? 1 : 0,
                          &dialect, err))
        return false;
    if (is_stream && choice->num_only)
        return error_set(err, "--only chooses forgeries, and --count with - makes none; leave one "
                              "of them out");
    choice->dialects[DIALECT_TEXT] = dialect != 2;
    choice->dialects[DIALECT_OBJECT] = dialect != 1;
    choice->seed = seed ? (uint64_t)seed : rng_fresh_seed();
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

static bool load_suites(struct fixture_choice *choice, struct error *err)
{
    static const char *const names[] = {"panora"};
    return library_load_suites(&choice->library, names, ARRAY_LEN(names), err);
}

bool fixture_options_read(struct fixture_choice *choice, const struct arguments *arguments,
                          struct error *err)
{
    library_init(&choice->library);
    choice->force = arguments_has(arguments, "force");
    choice->only = arguments_values(arguments, "only", &choice->num_only);
    if (!arguments_expect_words(arguments, 1, 1, "the folder to write, or -", err))
        return false;
    choice->folder = arguments->words[0];
    if (!*choice->folder)
        return error_set(err, "DIR is empty; name a folder, or - for standard output");
    if (!read_numbers(choice, arguments, err) || !read_size(choice, arguments, err) ||
        !read_types(choice, arguments, err) || !read_formats(choice, arguments, err) ||
        !(target_parse(&choice->target, arguments_value(arguments, "url", FIXTURE_URL_DEFAULT),
                       err) ||
          error_prefix(err, "--url")) ||
        !read_secret(choice, arguments, err) || !read_data(choice, arguments, err) ||
        !load_suites(choice, err))
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
