#include "cli/option.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/credentials.h"

#define HELP_COLUMNS  100
#define RATE_MAX      1000000
#define HELP_SENTENCE 30 /* column at which the sentences begin */

static const struct option_spec help_specs[] = {
    {"help", 'h', NULL, "Print this help.", false},
};
static const struct option_set help_set = {help_specs, ARRAY_LEN(help_specs)};

static const char *dashes(const char *name)
{
    return strlen(name) > 1 ? "--" : "-";
}

/* --- finding --- */

/* An option by its name or, when `name` is NULL, by its letter. */
static const struct option_spec *find_in_set(const struct option_set *set, struct bytes name,
                                             char letter)
{
    for (size_t i = 0; i < set->num_specs; i++) {
        const struct option_spec *spec = &set->specs[i];
        if (name.data ? bytes_equal(bytes_of(spec->name), name) : spec->letter == letter)
            return spec;
    }
    return NULL;
}

static const struct option_spec *find_spec(const struct option_set *const *sets, size_t num_sets,
                                           struct bytes name, char letter)
{
    const struct option_spec *spec = find_in_set(&help_set, name, letter);
    for (size_t i = 0; i < num_sets && !spec; i++)
        spec = find_in_set(sets[i], name, letter);
    return spec;
}

/* Only the name is repeated in the complaint: what follows '=' may be a secret. */
static bool unknown_option(const struct option_set *const *sets, size_t num_sets,
                           struct bytes given, struct error *err)
{
    const char **names = NULL;
    size_t count = 0;
    for (size_t i = 0; i < num_sets; i++) {
        names = mem_resize(names, count + sets[i]->num_specs + 1, sizeof *names);
        for (size_t j = 0; j < sets[i]->num_specs; j++)
            names[count++] = sets[i]->specs[j].name;
    }
    char *word = mem_copy(given.data, given.len);
    const char *bare = word + strspn(word, "-");
    const char *nearest = text_nearest(bare, names, count);
    if (nearest)
        (void)error_set(err, "no option \"%s\"; did you mean \"%s%s\"?", word, dashes(nearest),
                        nearest);
    else
        (void)error_set(err, "no option \"%s\"; --help lists them", word);
    free(word);
    free(names);
    return false;
}

/* --- parsing --- */

struct parse {
    struct arguments *arguments;
    const struct option_set *const *sets;
    size_t num_sets;
    int argc;
    char **argv;
    int at;
    struct error *err;
};

static void add_word(struct arguments *arguments, const char *word)
{
    arguments->words =
        mem_resize(arguments->words, arguments->num_words + 1, sizeof *arguments->words);
    arguments->words[arguments->num_words++] = word;
    credentials_hide(word);
}

static bool add_option(struct parse *parse, const struct option_spec *spec, const char *value)
{
    struct arguments *arguments = parse->arguments;
    if (!spec->repeatable && spec != help_specs && arguments_has(arguments, spec->name))
        return error_set(parse->err, "%s%s is given twice", dashes(spec->name), spec->name);
    arguments->options =
        mem_resize(arguments->options, arguments->num_options + 1, sizeof *arguments->options);
    arguments->options[arguments->num_options++] = (struct given_option){spec, value};
    if (value)
        credentials_hide(value);
    return true;
}

/* `attached` is what follows '=', or NULL. */
static bool read_option(struct parse *parse, const struct option_spec *spec, const char *shown,
                        const char *attached)
{
    if (!spec->value)
        return attached ? error_set(parse->err, "%s takes no value", shown)
                        : add_option(parse, spec, NULL);
    if (!attached && parse->at + 1 < parse->argc)
        attached = parse->argv[++parse->at];
    if (!attached)
        return error_set(parse->err, "%s needs a value: %s %s", shown, shown, spec->value);
    return add_option(parse, spec, attached);
}

static bool read_dashed(struct parse *parse)
{
    const char *arg = parse->argv[parse->at];
    const char *equals = strchr(arg, '=');
    struct bytes given = {arg, equals ? (size_t)(equals - arg) : strlen(arg)};
    bool is_long = text_starts_with(arg, "--");
    const struct option_spec *spec = NULL;
    if (is_long)
        spec = find_spec(parse->sets, parse->num_sets, (struct bytes){arg + 2, given.len - 2}, 0);
    else if (given.len == 2)
        spec = find_spec(parse->sets, parse->num_sets, (struct bytes){0}, arg[1]);
    if (!spec)
        return unknown_option(parse->sets, parse->num_sets, given, parse->err);
    char *shown = mem_copy(given.data, given.len);
    bool ok = read_option(parse, spec, shown, equals ? equals + 1 : NULL);
    free(shown);
    return ok;
}

bool arguments_parse(struct arguments *arguments, const struct option_set *const *sets,
                     size_t num_sets, int argc, char **argv, struct error *err)
{
    struct parse parse = {arguments, sets, num_sets, argc, argv, 0, err};
    bool only_words = false;
    for (; parse.at < argc; parse.at++) {
        const char *arg = argv[parse.at];
        if (!only_words && strcmp(arg, "--") == 0)
            only_words = true;
        else if (only_words || arg[0] != '-' || arg[1] == '\0')
            add_word(arguments, arg);
        else if (!read_dashed(&parse))
            return false;
    }
    return true;
}

void arguments_clear(struct arguments *arguments)
{
    free(arguments->options);
    free(arguments->words);
    *arguments = (struct arguments){0};
}

/* --- looking --- */

bool arguments_has(const struct arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->num_options; i++)
        if (strcmp(arguments->options[i].spec->name, name) == 0)
            return true;
    return false;
}

const char *arguments_value(const struct arguments *arguments, const char *name,
                            const char *fallback)
{
    for (size_t i = arguments->num_options; i > 0; i--)
        if (strcmp(arguments->options[i - 1].spec->name, name) == 0)
            return arguments->options[i - 1].value;
    return fallback;
}

const char **arguments_values(const struct arguments *arguments, const char *name,
                              size_t *out_count)
{
    const char **values = NULL;
    *out_count = 0;
    for (size_t i = 0; i < arguments->num_options; i++) {
        if (strcmp(arguments->options[i].spec->name, name) != 0)
            continue;
        values = mem_resize(values, *out_count + 1, sizeof *values);
        values[(*out_count)++] = arguments->options[i].value;
    }
    return values;
}

bool arguments_expect_words(const struct arguments *arguments, size_t min, size_t max,
                            const char *what, struct error *err)
{
    if (arguments->num_words < min)
        return error_set(err, "%s must be given; --help shows how", what);
    if (arguments->num_words > max)
        return error_set(err, "\"%s\" is one word too many; --help shows what is taken",
                         arguments->words[max]);
    return true;
}

bool arguments_duration(const struct arguments *arguments, const char *name, int64_t fallback_ns,
                        int64_t *out_ns, struct error *err)
{
    const char *text = arguments_value(arguments, name, NULL);
    *out_ns = fallback_ns;
    return !text || text_duration(text, out_ns, err) || error_prefix(err, "--%s", name);
}

/* NOLINTNEXTLINE(readability-function-size): a row of plain values reads better than a struct */
bool arguments_integer(const struct arguments *arguments, const char *name, int64_t fallback,
                       int64_t min, int64_t max, int64_t *out, struct error *err)
{
    const char *text = arguments_value(arguments, name, NULL);
    *out = fallback;
    return !text || text_integer(text, min, max, out, err) || error_prefix(err, "--%s", name);
}

bool arguments_rate(const struct arguments *arguments, const char *name, int64_t fallback_ns,
                    int64_t *out_ns, struct error *err)
{
    const char *text = arguments_value(arguments, name, NULL);
    *out_ns = fallback_ns;
    if (!text)
        return true;
    size_t len = strlen(text);
    char *number = mem_copy(text, text_ends_with(text, "/s") ? len - 2 : len);
    int64_t per_second = 0;
    bool ok = text_integer(number, 1, RATE_MAX, &per_second, NULL);
    free(number);
    if (!ok)
        return error_set(err, "--%s: \"%s\" is not a rate such as 20/s", name, text);
    *out_ns = NS_PER_S / per_second;
    return true;
}

/* NOLINTNEXTLINE(readability-function-size): a row of plain values reads better than a struct */
bool arguments_choice(const struct arguments *arguments, const char *name,
                      const char *const *choices, size_t count, size_t fallback, size_t *out,
                      struct error *err)
{
    const char *text = arguments_value(arguments, name, NULL);
    *out = fallback;
    if (!text)
        return true;
    for (*out = 0; *out < count; (*out)++)
        if (strcmp(choices[*out], text) == 0)
            return true;
    *out = fallback;
    return text_unknown(err, name, text, choices, count);
}

/* --- help --- */

static void add_names(const struct option_spec *spec, struct buf *out)
{
    bool only_letter = strlen(spec->name) == 1;
    if (spec->letter)
        buf_add_format(out, "  -%c%s", spec->letter, only_letter ? "" : ", ");
    else
        buf_add_text(out, "      ");
    if (!only_letter)
        buf_add_format(out, "--%s", spec->name);
    if (spec->value)
        buf_add_format(out, " %s", spec->value);
}

static void add_spec(const struct option_spec *spec, struct buf *out)
{
    size_t start = out->len;
    add_names(spec, out);
    size_t width = out->len - start;
    if (width + 2 > HELP_SENTENCE) {
        buf_add_char(out, '\n');
        width = 0;
    }
    buf_add_repeated(out, ' ', HELP_SENTENCE - width);
    layout_wrap(spec->help, HELP_SENTENCE, HELP_COLUMNS, out);
}

void option_help(const struct option_set *const *sets, size_t num_sets, struct buf *out)
{
    for (size_t i = 0; i <= num_sets; i++) {
        const struct option_set *set = i < num_sets ? sets[i] : &help_set;
        for (size_t j = 0; j < set->num_specs; j++)
            add_spec(&set->specs[j], out);
    }
}
