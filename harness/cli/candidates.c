#include "cli/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "diagnose/framework.h"
#include "format/request_format.h"
#include "reference/listing.h"
#include "report/report.h"

/* One place at which a word is written: what it begins with, and what stands before that. */
struct cursor {
    const char *start;
    const char *config; /* the FILE of --config, or NULL */
    const char *before; /* "--fault=" of "--fault=A0", or "" */
    const char *after;  /* "=" where a format is followed by =FILE, or "" */
    struct buf *out;
};

static void add(const struct cursor *place, const char *word, const char *sentence)
{
    if (!text_starts_with(word, place->start))
        return;
    buf_add_format(place->out, "%s%s%s", place->before, word, place->after);
    if (sentence)
        buf_add_format(place->out, "\t%.*s", (int)strcspn(sentence, "\n"), sentence);
    buf_add_char(place->out, '\n');
}

/* --- values --- */

static void add_listing(const struct cursor *place, const char *name)
{
    const struct listing *listing = listing_find(name, NULL);
    struct library library;
    if (!listing)
        return;
    library_init(&library);
    json_t *rows = json_array();
    if (library_load_suites(&library, NULL, 0, NULL))
        listing->fill(&library, rows);
    size_t index;
    json_t *row;
    json_array_foreach(rows, index, row)
    {
        const char *sentence = json_string_value(json_object_get(row, "sentence"));
        const char *title = json_string_value(json_object_get(row, "title"));
        add(place, json_string_value(json_object_get(row, listing->columns[0])),
            sentence ? sentence : title);
    }
    json_decref(rows);
    library_clear(&library);
}

static void add_endpoints(const struct cursor *place)
{
    json_t *endpoints = settings_endpoints(place->config);
    const char *name;
    json_t *endpoint;
    json_object_foreach(endpoints, name, endpoint)
    {
        add(place, name, "an endpoint of " SETTINGS_FILE_NAME);
    }
    json_decref(endpoints);
}

static void add_lists(const struct cursor *place)
{
    for (size_t i = 0; i < num_listings; i++)
        add(place, listings[i].name, listings[i].sentence);
}

static void add_commands(const struct cursor *place)
{
    for (size_t i = 0; i < num_commands; i++)
        add(place, commands[i]->name, commands[i]->summary);
}

static void add_frameworks(const struct cursor *place)
{
    for (size_t i = 0; i < num_frameworks; i++)
        add(place, frameworks[i].id, frameworks[i].name);
}

static void add_report_formats(const struct cursor *place)
{
    for (size_t i = 0; i < num_report_formats; i++)
        add(place, report_formats[i]->name, report_formats[i]->sentence);
}

static void add_request_formats(const struct cursor *place)
{
    for (size_t i = 0; i < num_request_formats; i++)
        add(place, request_formats[i]->name, request_formats[i]->sentence);
}

/* What is no list of `hookcheck list`. */
static const struct {
    const char *name;
    void (*add)(const struct cursor *place);
} other_lists[] = {
    {"lists", add_lists},
    {"commands", add_commands},
    {"endpoints", add_endpoints},
    {"frameworks", add_frameworks},
    {"report-formats", add_report_formats},
    {"request-formats", add_request_formats},
};

static void add_list(const struct cursor *place, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(other_lists); i++)
        if (strcmp(other_lists[i].name, name) == 0) {
            other_lists[i].add(place);
            return;
        }
    add_listing(place, name);
}

/* `names` is a list with commas, such as "cases,faults". */
static void add_all(const struct cursor *place, const char *names)
{
    for (const char *at = names; at && *at;) {
        size_t length = strcspn(at, ",");
        char *name = mem_copy(at, length);
        add_list(place, name);
        free(name);
        at += length + (at[length] == ',');
    }
}

static void add_choices(const struct cursor *place, const char *const *choices)
{
    for (size_t i = 0; choices && choices[i]; i++)
        add(place, choices[i], NULL);
}

/* "FORMAT=FILE": the format with its "=". */
static void add_values(const struct cursor *place, const struct option_spec *spec)
{
    struct cursor value = *place;
    value.after = text_ends_with(spec->value, "=FILE") ? "=" : "";
    add_choices(&value, spec->choices);
    add_all(&value, spec->names);
}

/* --- options --- */

static const struct option_spec *find_option(const struct command *command, const char *word)
{
    size_t length = strcspn(word, "=");
    const struct option_spec *spec;
    for (size_t i = 0; (spec = option_at(command->options, command->num_option_sets, i)); i++) {
        bool by_letter = length == 2 && word[0] == '-' && spec->letter == word[1];
        bool by_name = text_starts_with(word, "--") && strlen(spec->name) == length - 2 &&
                       strncmp(spec->name, word + 2, length - 2) == 0;
        if (by_letter || by_name)
            break;
    }
    return spec;
}

static void add_options(const struct cursor *place, const struct command *command)
{
    const struct option_spec *spec;
    for (size_t i = 0; (spec = option_at(command->options, command->num_option_sets, i)); i++) {
        char *word = option_dashed(spec);
        add(place, word, spec->help);
        free(word);
    }
    add(place, "--help", "Print this help.");
}

/* The FILE of --config FILE or --config=FILE, or NULL. */
static const char *config_among(const char *const *words, size_t num_words)
{
    for (size_t i = 0; i < num_words; i++) {
        if (text_starts_with(words[i], "--config="))
            return strchr(words[i], '=') + 1;
        if (strcmp(words[i], "--config") == 0 && i + 1 < num_words)
            return words[i + 1];
    }
    return NULL;
}

static void add_of_command(const struct command *command, const char *const *words,
                           size_t num_words, struct buf *out)
{
    const char *last = words[num_words - 1];
    const char *before_last = num_words > 2 ? words[num_words - 2] : NULL;
    struct cursor place = {last, config_among(words, num_words - 1), "", "", out};
    const struct option_spec *spec = NULL;
    if (before_last && before_last[0] == '-' && !strchr(before_last, '='))
        spec = find_option(command, before_last);
    if (spec && spec->value) {
        add_values(&place, spec);
        return;
    }
    const char *equals = text_starts_with(last, "--") ? strchr(last, '=') : NULL;
    spec = equals ? find_option(command, last) : NULL;
    if (spec) {
        char *before = mem_copy(last, (size_t)(equals + 1 - last));
        place.start = equals + 1;
        place.before = before;
        add_values(&place, spec);
        free(before);
    } else if (last[0] == '-') {
        add_options(&place, command);
    } else {
        if (num_words == 2 || !command->names) /* a verb stands first */
            add_choices(&place, command->choices);
        add_all(&place, command->names);
    }
}

void candidates_add(const char *const *words, size_t num_words, struct buf *out)
{
    static const char *const top[] = {"--help", "--version"};
    const char *last = num_words ? words[num_words - 1] : "";
    struct cursor place = {last, NULL, "", "", out};
    if (num_words <= 1) {
        add_commands(&place);
        add(&place, "help", "the help of a command");
        for (size_t i = 0; last[0] == '-' && i < sizeof top / sizeof top[0]; i++)
            add(&place, top[i], NULL);
        return;
    }
    if (strcmp(words[0], "help") == 0)
        add_commands(&place);
    for (size_t i = 0; i < num_commands; i++)
        if (strcmp(commands[i]->name, words[0]) == 0)
            add_of_command(commands[i], words, num_words, out);
}
