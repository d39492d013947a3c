#include "cli/option.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/layout.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/credentials.h"
#include "cli/elsewhere.h"

#define RATE_MAX      1000000
#define HELP_SENTENCE 30 /* column at which the sentences begin */

static const struct option_spec help_specs[] = {
    {.name = "help", .letter = 'h', .help = "Print this help."},
};

static const char *dashes(const char *name)
{
    return strlen(name) > 1 ? "--" : "-";
}

/* --- finding --- */

/* The entry of `synonyms` for a name, or NULL. */
static const char *find_synonym(const struct option_spec *spec, struct bytes name)
{
    for (const char *at = spec->synonyms; at && *at;) {
        size_t len = strcspn(at, ",");
        if (bytes_equal((struct bytes){at, strcspn(at, ",=")}, name))
            return at;
        at += len + (at[len] == ',');
    }
    return NULL;
}

static bool is_called(const struct option_spec *spec, struct bytes name, char letter)
{
    if (name.data)
        return bytes_equal(bytes_of(spec->name), name) || find_synonym(spec, name);
    return spec->letter == letter || find_synonym(spec, (struct bytes){&letter, 1});
}

const struct option_spec *option_at(const struct option_set *const *sets, size_t num_sets,
                                    size_t index)
{
    for (size_t i = 0; i < num_sets; i++) {
        if (index < sets[i]->num_specs)
            return &sets[i]->specs[index];
        index -= sets[i]->num_specs;
    }
    return NULL;
}

/* An option by its name or, when `name` is NULL, by its letter. */
static const struct option_spec *find_spec(const struct option_set *const *sets, size_t num_sets,
                                           struct bytes name, char letter)
{
    const struct option_spec *spec = help_specs;
    for (size_t i = 0; spec && !is_called(spec, name, letter); i++)
        spec = option_at(sets, num_sets, i);
    return spec;
}

/* The option that does what this one does in other programs, or NULL. `out_is_known`: it is such a
 * name, so what is spelled like it is no help. */
static const char *option_elsewhere(const struct option_set *const *sets, size_t num_sets,
                                    struct bytes given, bool *out_is_known)
{
    const struct elsewhere *rows = elsewhere_options;
    *out_is_known = false;
    for (; rows->ours; rows++) {
        if (!elsewhere_has(rows, given))
            continue;
        *out_is_known = true;
        if (find_spec(sets, num_sets, bytes_of(rows->ours), 0))
            return rows->ours;
    }
    return NULL;
}

static const char *nearest_option(const struct option_set *const *sets, size_t num_sets,
                                  const char *bare)
{
    struct names names = {0};
    const struct option_spec *spec;
    for (size_t i = 0; (spec = option_at(sets, num_sets, i)); i++)
        if (strlen(spec->name) > 1) /* any letter is near any other: -X is not -4 */
            names_add(&names, spec->name);
    const char *nearest = strlen(bare) > 1 ? text_nearest(bare, names.items, names.count) : NULL;
    names_clear(&names);
    return nearest;
}

/* Only the name is repeated in the complaint: what follows '=' may be a secret. */
static bool unknown_option(const struct option_set *const *sets, size_t num_sets,
                           struct bytes given, struct error *err)
{
    char *word = mem_copy(given.data, given.len);
    const char *bare = word + strspn(word, "-");
    bool is_known = false;
    const char *meant = option_elsewhere(sets, num_sets, bytes_of(bare), &is_known);
    if (!is_known)
        meant = nearest_option(sets, num_sets, bare);
    if (meant)
        (void)error_set(err, "no option \"%s\"; did you mean \"%s%s\"?", word, dashes(meant),
                        meant);
    else
        (void)error_set(err, "no option \"%s\"; --help lists them", word);
    free(word);
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

static bool add_given(struct parse *parse, struct given_option given)
{
    struct arguments *arguments = parse->arguments;
    const struct option_spec *spec = given.spec;
    bool is_given = false;
    for (size_t i = 0; i < arguments->num_options; i++)
        is_given = is_given || arguments->options[i].spec == spec;
    if (!spec->repeatable && spec != help_specs && is_given)
        return error_set(parse->err, "%s%s is given twice", dashes(spec->name), spec->name);
    given.layer = LAYER_COMMAND_LINE;
    arguments->options =
        mem_resize(arguments->options, arguments->num_options + 1, sizeof *arguments->options);
    arguments->options[arguments->num_options++] = given;
    if (given.value)
        credentials_hide(given.value);
    return true;
}

static bool add_option(struct parse *parse, const struct option_spec *spec, const char *value)
{
    return add_given(parse, (struct given_option){.spec = spec, .value = value});
}

/* The value as the option itself would have it. */
static const char *translated(struct parse *parse, const struct option_spec *spec,
                              const char *shown, const char *value)
{
    const char *synonym = find_synonym(spec, bytes_of(shown + strspn(shown, "-")));
    const char *prefix = synonym ? synonym + strcspn(synonym, ",=") : "";
    if (*prefix != '=')
        return value;
    return arguments_keep(parse->arguments,
                          mem_format("%.*s%s", (int)strcspn(prefix + 1, ","), prefix + 1, value));
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
    if (!*attached && strcmp(spec->value, "FILE") == 0)
        return error_set(parse->err, "%s needs the name of a file, and it is empty", shown);
    return add_option(parse, spec, translated(parse, spec, shown, attached));
}

static const struct option_spec *by_letter(const struct parse *parse, char letter)
{
    return find_spec(parse->sets, parse->num_sets, (struct bytes){0}, letter);
}

/* "-vvq" or "-vqHName: value": flags of one letter in one word, and at its end perhaps an option
 * with a value, behind it in the same word or the next one. */
static bool is_cluster(const struct parse *parse, const char *arg)
{
    if (arg[0] != '-' || arg[1] == '-' || strlen(arg) < 3)
        return false;
    for (const char *letter = arg + 1; *letter; letter++) {
        const struct option_spec *spec = by_letter(parse, *letter);
        if (!spec || spec->value)
            return spec && letter[1] != '=';
    }
    return true;
}

static bool read_cluster(struct parse *parse, const char *arg)
{
    bool ok = true;
    for (const char *letter = arg + 1; ok && *letter; letter++) {
        const struct option_spec *spec = by_letter(parse, *letter);
        char shown[] = {'-', *letter, '\0'};
        if (spec->value)
            return read_option(parse, spec, shown, letter[1] ? letter + 1 : NULL);
        ok = add_option(parse, spec, NULL);
    }
    return ok;
}

/* "--no-quick": the flag that it takes back, or NULL. */
static const struct option_spec *find_negated(const struct parse *parse, struct bytes given)
{
    static const char no[] = "--no-";
    const size_t len = strlen(no);
    if (given.len <= len || memcmp(given.data, no, len) != 0)
        return NULL;
    const struct option_spec *spec = find_spec(
        parse->sets, parse->num_sets, (struct bytes){given.data + len, given.len - len}, 0);
    return spec && !spec->value && spec != help_specs ? spec : NULL;
}

static bool read_dashed(struct parse *parse)
{
    const char *arg = parse->argv[parse->at];
    if (is_cluster(parse, arg))
        return read_cluster(parse, arg);
    const char *equals = strchr(arg, '=');
    struct bytes given = {arg, equals ? (size_t)(equals - arg) : strlen(arg)};
    bool is_long = text_starts_with(arg, "--");
    const struct option_spec *spec = NULL;
    if (is_long)
        spec = find_spec(parse->sets, parse->num_sets, (struct bytes){arg + 2, given.len - 2}, 0);
    else if (given.len == 2)
        spec = find_spec(parse->sets, parse->num_sets, (struct bytes){0}, arg[1]);
    const struct option_spec *negated = spec || equals ? NULL : find_negated(parse, given);
    if (negated)
        return add_given(parse, (struct given_option){.spec = negated, .is_off = true});
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
    arguments->sets = sets;
    arguments->num_sets = num_sets;
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
    for (size_t i = 0; i < arguments->num_kept; i++)
        free(arguments->kept[i]);
    free(arguments->kept);
    free(arguments->options);
    free(arguments->words);
    *arguments = (struct arguments){0};
}

/* --- layers --- */

const char *arguments_keep(struct arguments *arguments, char *text)
{
    arguments->kept = mem_resize(arguments->kept, arguments->num_kept + 1, sizeof *arguments->kept);
    return arguments->kept[arguments->num_kept++] = text;
}

void arguments_add_below(struct arguments *arguments, const struct given_option *options,
                         size_t count)
{
    size_t total = arguments->num_options + count;
    struct given_option *all = mem_alloc((total + 1) * sizeof *all);
    for (size_t i = 0; i < total; i++)
        all[i] = i < count ? options[i] : arguments->options[i - count];
    free(arguments->options);
    arguments->options = all;
    arguments->num_options = total;
}

static bool is_replaced_by(const struct given_option *low, const struct given_option *high)
{
    const char *group = low->spec->group;
    if (low->layer >= high->layer)
        return false;
    if (low->spec == high->spec)
        return !low->spec->adds_up || high->is_off;
    return group && high->spec->group && strcmp(group, high->spec->group) == 0;
}

void arguments_settle(struct arguments *arguments)
{
    size_t count = 0;
    for (size_t i = 0; i < arguments->num_options; i++) {
        const struct given_option *option = &arguments->options[i];
        bool holds = !option->is_off || option->layer == LAYER_COMMAND_LINE;
        /* those before it are kept ones or were lower */
        for (size_t k = i + 1; holds && k < arguments->num_options; k++)
            holds = !is_replaced_by(option, &arguments->options[k]);
        if (holds)
            arguments->options[count++] = *option;
    }
    arguments->num_options = count;
}

/* --- looking --- */

bool arguments_has(const struct arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->num_options; i++)
        if (!arguments->options[i].is_off && strcmp(arguments->options[i].spec->name, name) == 0)
            return true;
    return false;
}

const char *arguments_value(const struct arguments *arguments, const char *name)
{
    for (size_t i = arguments->num_options; i > 0; i--)
        if (strcmp(arguments->options[i - 1].spec->name, name) == 0)
            return arguments->options[i - 1].value;
    const struct option_spec *spec =
        find_spec(arguments->sets, arguments->num_sets, bytes_of(name), 0);
    return spec ? spec->fallback : NULL;
}

const char *arguments_next(const struct arguments *arguments, const char *name, size_t *at)
{
    while (*at < arguments->num_options) {
        const struct given_option *option = &arguments->options[(*at)++];
        if (strcmp(option->spec->name, name) == 0)
            return option->value;
    }
    return NULL;
}

const char **arguments_values(const struct arguments *arguments, const char *name,
                              size_t *out_count)
{
    struct names values = {0};
    const char *value;
    for (size_t at = 0; (value = arguments_next(arguments, name, &at));)
        names_add(&values, value);
    *out_count = values.count;
    return values.items;
}

bool arguments_blame(const struct arguments *arguments, const char *name, struct error *err)
{
    for (size_t i = arguments->num_options; i > 0; i--) {
        const struct given_option *option = &arguments->options[i - 1];
        if (option->from && strcmp(option->spec->name, name) == 0)
            return error_prefix(err, "%s", option->from);
    }
    return error_prefix(err, "--%s", name);
}

bool arguments_expect_words(const struct arguments *arguments, size_t min, size_t max,
                            const char *what, struct error *err)
{
    if (arguments->num_words < min)
        return error_set(err, "%s is required; see --help", what);
    if (arguments->num_words > max)
        return error_set(err, "unexpected argument \"%s\"; see --help", arguments->words[max]);
    return true;
}

/* --- values of all kinds --- */

typedef bool read_value(const struct option_spec *spec, const char *text, void *out,
                        struct error *err);

static bool read_duration(const struct option_spec *spec, const char *text, void *out,
                          struct error *err)
{
    int64_t *ns = out;
    if (!text_duration(text, ns, err))
        return false;
    if (*ns >= spec->least)
        return true;
    struct buf least = {0};
    text_add_duration(&least, spec->least);
    if (spec->least == 1)
        (void)error_set(err, "it must be greater than 0");
    else
        (void)error_set(err, "the minimum is %s", buf_text(&least));
    buf_clear(&least);
    return false;
}

static bool read_integer(const struct option_spec *spec, const char *text, void *out,
                         struct error *err)
{
    return text_integer(text, spec->least, spec->most ? spec->most : INT64_MAX, out, err);
}

static bool read_count(const struct option_spec *spec, const char *text, void *out,
                       struct error *err)
{
    int64_t number = 0;
    if (!read_integer(spec, text, &number, err))
        return false;
    *(size_t *)out = (size_t)number;
    return true;
}

static bool read_size(const struct option_spec *spec, const char *text, void *out,
                      struct error *err)
{
    size_t *size = out;
    return text_size(text, size, err) &&
           ((*size >= (size_t)spec->least && *size <= (size_t)spec->most) ||
            error_set(err, "must be from %" PRId64 " byte to %" PRId64 "MiB", spec->least,
                      spec->most / 1024 / 1024));
}

static bool read_rate(const struct option_spec *spec, const char *text, void *out,
                      struct error *err)
{
    size_t len = strlen(text);
    char *number = mem_copy(text, text_ends_with(text, "/s") ? len - 2 : len);
    bool ok = text_integer(number, 1, RATE_MAX, out, NULL);
    free(number);
    return ok || error_set(err, "\"%s\" is not a rate such as 20/s (at most %d/s)", text, RATE_MAX);
}

static bool read_text(const struct option_spec *spec, const char *text, void *out,
                      struct error *err)
{
    *(const char **)out = text;
    return true;
}

static bool read_choice(const struct option_spec *spec, const char *text, void *out,
                        struct error *err)
{
    unsigned count = 0;
    for (; spec->choices[count]; count++)
        if (strcmp(spec->choices[count], text) == 0) {
            memcpy(out, &count, sizeof count); /* an enum has the size of an unsigned */
            return true;
        }
    struct buf kind = {0}; /* --ci takes a PLATFORM: "no platform" */
    text_add_lower(&kind, bytes_of(spec->value), SIZE_MAX);
    (void)text_unknown(err, buf_text(&kind), text, spec->choices, count);
    buf_clear(&kind);
    return false;
}

static read_value *const readers[] = {
    [OPTION_TEXT] = read_text,       [OPTION_DURATION] = read_duration,
    [OPTION_INTEGER] = read_integer, [OPTION_COUNT] = read_count,
    [OPTION_SIZE] = read_size,       [OPTION_RATE] = read_rate,
    [OPTION_CHOICE] = read_choice,
};

bool arguments_read(const struct arguments *arguments, const struct option_set *set, void *out,
                    struct error *err)
{
    for (size_t i = 0; i < set->num_specs; i++) {
        const struct option_spec *spec = &set->specs[i];
        void *place = (char *)out + spec->at;
        if (spec->kind == OPTION_FLAG)
            *(bool *)place = arguments_has(arguments, spec->name);
        if (spec->kind == OPTION_BY_HAND || spec->kind == OPTION_FLAG)
            continue;
        const char *text = arguments_value(arguments, spec->name);
        if (text && !readers[spec->kind](spec, text, place, err))
            return arguments_blame(arguments, spec->name, err);
    }
    return true;
}

/* --- help --- */

char *option_dashed(const struct option_spec *spec)
{
    return mem_format("%s%s", dashes(spec->name), spec->name);
}

void option_add_default(const struct option_spec *spec, struct buf *out)
{
    if (spec->fallback || spec->otherwise)
        buf_add_format(out, "Default: %s%s%s.", spec->fallback ? spec->fallback : "",
                       spec->fallback && spec->otherwise ? ", " : "",
                       spec->otherwise ? spec->otherwise : "");
}

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
    struct buf text = {0};
    buf_add_format(&text, "%s ", spec->help);
    option_add_default(spec, &text);
    layout_wrap(buf_text(&text), HELP_SENTENCE, terminal_columns(STDOUT_FILENO), out);
    buf_clear(&text);
}

void option_help(const struct option_set *const *sets, size_t num_sets, struct buf *out)
{
    const struct option_spec *spec;
    for (size_t i = 0; (spec = option_at(sets, num_sets, i)); i++)
        add_spec(spec, out);
    add_spec(help_specs, out);
}
