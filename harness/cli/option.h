/*
 * Command-line options declared as rows, from which parsing, `--help` and complaints come.
 */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct option_spec {
    const char *name;  /* "deadline", without dashes; an option of one letter is "4" */
    char letter;       /* 'v', or 0 */
    const char *value; /* "TIME" in capitals; NULL = a flag */
    const char *help;  /* one sentence, the default in it */
    bool repeatable;
};

struct option_set {
    const struct option_spec *specs;
    size_t num_specs;
};

struct given_option {
    const struct option_spec *spec;
    const char *value; /* borrowed from argv; NULL for flags */
};

struct arguments {
    struct given_option *options; /* in order */
    size_t num_options;
    const char **words; /* the arguments that are no options; borrowed from argv */
    size_t num_words;
};

/* Reads argv[0..argc). Takes "--name value", "--name=value", "-v", "-vv", "-x value"; "--" ends the
 * options, "-" is a word. Refuses unknown options with the nearest name, a missing or superfluous
 * value, and a second use of what is not repeatable.
 * `--help` is always known. */
bool arguments_parse(struct arguments *arguments, const struct option_set *const *sets,
                     size_t num_sets, int argc, char **argv, struct error *err);
void arguments_clear(struct arguments *arguments);

bool arguments_has(const struct arguments *arguments, const char *name);

/* How often it was given. */
size_t arguments_count(const struct arguments *arguments, const char *name);

/* The value given last, or `fallback`. Borrowed. */
const char *arguments_value(const struct arguments *arguments, const char *name,
                            const char *fallback);

/* All values given for a repeatable option, in order; the array is the caller's to free, NULL when
 * none. */
const char **arguments_values(const struct arguments *arguments, const char *name,
                              size_t *out_count);

/* Refuses fewer than `min` words or more than `max`; `what` names them: "one URL". */
bool arguments_expect_words(const struct arguments *arguments, size_t min, size_t max,
                            const char *what, struct error *err);

/* Typed values with a default; complaints name the option: "--deadline: "x" is not a duration ...".
 */
bool arguments_duration(const struct arguments *arguments, const char *name, int64_t fallback_ns,
                        int64_t *out_ns, struct error *err);
bool arguments_integer(const struct arguments *arguments, const char *name, int64_t fallback,
                       int64_t min, int64_t max, int64_t *out, struct error *err);
/* "20/s" or "20" as the time between two requests, in ns; the fallback is such a time, too. */
bool arguments_rate(const struct arguments *arguments, const char *name, int64_t fallback_ns,
                    int64_t *out_ns, struct error *err);
bool arguments_choice(const struct arguments *arguments, const char *name,
                      const char *const *choices, size_t count, size_t fallback, size_t *out,
                      struct error *err);

/* Appends the options as `--help` shows them: names in a column, sentences wrapped at the
 * terminal's width. */
void option_help(const struct option_set *const *sets, size_t num_sets, struct buf *out);

#endif
