/*
 * Command-line options declared as rows, from which parsing, defaults, `--help` and complaints
 * come. A row says everything that there is to say of an option; nothing else names it.
 */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* What a value is, and the type of where arguments_read puts it. */
enum option_kind {
    OPTION_BY_HAND,  /* nowhere: the command asks for it */
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char *, borrowed; NULL without one */
    OPTION_DURATION, /* int64_t, in ns */
    OPTION_INTEGER,  /* int64_t */
    OPTION_COUNT,    /* size_t */
    OPTION_SIZE,     /* size_t, in bytes */
    OPTION_RATE,     /* int64_t, requests per second */
    OPTION_CHOICE    /* an enum: the index into `choices` */
};

/* The value's form in hookcheck.json, and whether it may be there (cli/settings.h). */
enum option_form {
    FORM_PLAIN,      /* true or false, a whole number, a string; a list of them when repeatable */
    FORM_TYPED_ONLY, /* not at all: it belongs to one run */
    FORM_SECRET,     /* {"env": NAME} or {"file": FILE} */
    FORM_HEADERS,    /* names, each with a value of FORM_SECRET */
    FORM_SKIPS       /* a list of cases, each with the reason */
};

/* Whether the value is a file, alone or behind '=': in hookcheck.json from that file's folder. */
enum option_path { PATH_NONE, PATH_FILE, PATH_IF_JSON /* a name unless it ends with .json */ };

/* Where a value comes from; what is further down wins. */
enum option_layer { LAYER_FILE, LAYER_ENDPOINT, LAYER_ENVIRONMENT, LAYER_COMMAND_LINE };

struct option_spec {
    const char *name;  /* "deadline", without dashes; an option of one letter is "4" */
    char letter;       /* 'v', or 0 */
    const char *value; /* "TIME" in capitals; NULL = a flag */
    const char *help;  /* sentences, without the default */
    bool repeatable;

    /* What holds when it is not given: as one would write it, such as "10s", and in words. `--help`
     * shows both. */
    const char *fallback;
    const char *otherwise;

    enum option_kind kind;
    size_t at;                  /* offset of where arguments_read puts it */
    const char *const *choices; /* NULL-terminated */
    const char *names; /* which lists of `hookcheck list` its values come from: "cases", or NULL */
    int64_t least, most; /* of what is a number; `least` is at least 0; most 0 = no bound */

    bool is_curls;      /* curl means the same by it: it tells how the endpoint is reached */
    bool is_aside;      /* it says nothing of what is sent, or is said otherwise: whoever sends one
                           case again does not give it */
    const char *secret; /* its value is secret: this is shown in place of it */

    const char *synonyms; /* curl's and hurl's words for it, which are not shown, with commas;
                             "report-junit=junit=" puts "junit=" before the value */

    enum option_form form;
    bool adds_up; /* what several layers say holds together */
    enum option_path path;
    const char *group; /* of several that exclude each other: a word that they share, or NULL */
};

struct option_set {
    const struct option_spec *specs;
    size_t num_specs;
};

struct given_option {
    const struct option_spec *spec;
    const char *value; /* borrowed from argv or from `kept`; NULL for flags */
    enum option_layer layer;
    const char *from;  /* "hookcheck.json: /level"; NULL for the command line */
    const char *shown; /* in place of a value that is secret; NULL = the value */
    bool is_off;       /* --no-NAME: takes back what a lower layer says */
};

struct arguments {
    struct given_option *options; /* in order */
    size_t num_options;
    const char **words; /* the arguments that are not options; borrowed from argv */
    size_t num_words;
    const struct option_set *const *sets; /* those that there are; borrowed */
    size_t num_sets;

    char **kept; /* texts that belong to it */
    size_t num_kept;
    const char *endpoint; /* words[0] is the URL of this endpoint of hookcheck.json; or NULL */
    const char *url_from; /* where words[0] comes from; NULL = the command line */
};

/* Reads argv[0..argc). Takes "--name value", "--name=value", "-v", "-vv", "-vq", "-x value",
 * "-xvalue", "-vqx value", and "--no-name" of a flag; "--" ends the options, "-" is a word. Refuses
 * unknown options with the nearest name, a missing or superfluous value, and a second use of what
 * is not repeatable.
 * `--help` is always known. */
bool arguments_parse(struct arguments *arguments, const struct option_set *const *sets,
                     size_t num_sets, int argc, char **argv, struct error *err);
void arguments_clear(struct arguments *arguments);

/* Hands `text` over and returns it: it lives as long as the arguments. */
const char *arguments_keep(struct arguments *arguments, char *text);

/* Puts options of lower layers, in order, before those that are there. */
void arguments_add_below(struct arguments *arguments, const struct given_option *options,
                         size_t count);

/* Drops what a higher layer replaces: the same option, unless it adds up, and the others of its
 * group; and what is taken back. */
void arguments_settle(struct arguments *arguments);

bool arguments_has(const struct arguments *arguments, const char *name);

/* The value given last, else the option's default, which may be NULL. Borrowed. */
const char *arguments_value(const struct arguments *arguments, const char *name);

/* The values given for a repeatable option, one with each call; NULL behind the last. `*at` is 0 at
 * first. */
const char *arguments_next(const struct arguments *arguments, const char *name, size_t *at);

/* The same in an array; it is the caller's to free, NULL when none. */
const char **arguments_values(const struct arguments *arguments, const char *name,
                              size_t *out_count);

/* Puts before the message where the value of the option comes from: "--NAME: ", or the place in
 * hookcheck.json, or the variable. Always returns false. */
bool arguments_blame(const struct arguments *arguments, const char *name, struct error *err);

/* Refuses fewer than `min` words or more than `max`; `what` names them: "one URL". */
bool arguments_expect_words(const struct arguments *arguments, size_t min, size_t max,
                            const char *what, struct error *err);

/* Puts the options of `set` that have a kind where they belong in the struct at `out`, each as it
 * is given or by its default. Complaints name the option: "--deadline: "x" is not a duration ...".
 */
bool arguments_read(const struct arguments *arguments, const struct option_set *set, void *out,
                    struct error *err);

/* Option `index` of all sets, in order; NULL behind the last. */
const struct option_spec *option_at(const struct option_set *const *sets, size_t num_sets,
                                    size_t index);

/* An option with its dashes, as it is typed: "--deadline", "-4". The caller frees. */
char *option_dashed(const struct option_spec *spec);

/* Appends "Default: 10s, half of it with --quick."; nothing when there is none. */
void option_add_default(const struct option_spec *spec, struct buf *out);

/* Appends the options as `--help` shows them: names in a column, sentences wrapped at the
 * terminal's width. */
void option_help(const struct option_set *const *sets, size_t num_sets, struct buf *out);

#endif
