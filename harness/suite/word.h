/*
 * The closed vocabulary of suite files. Each word (a mutation, an expectation) is one row of one
 * table (base/table.h); a row of any table starts with `struct word`, so the loader can read
 * its arguments without knowing what it does.
 *
 * compose/ has the table of mutations and judge/ that of expectations; the program hands both to
 * the loader.
 */
#ifndef SUITE_WORD_H
#define SUITE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/table.h"

enum parameter_kind {
    PARAMETER_NONE, /* ends the list */
    PARAMETER_TEXT,
    PARAMETER_INTEGER,  /* 0 to 2^53 */
    PARAMETER_SIZE,     /* "64KiB" or a number of bytes */
    PARAMETER_DURATION, /* "250ms" */
    PARAMETER_FLAG,     /* true or false */
    PARAMETER_STATUS,   /* "2xx", "404" or a list of them */
    PARAMETER_JSON,     /* any value */
    PARAMETER_BASE64    /* bytes */
};

struct parameter {
    const char *name;
    enum parameter_kind kind;
    const char *fallback;       /* as on the command line; NULL = must be given */
    const char *const *choices; /* NULL-terminated; NULL = any */
    const char *sentence;
};

/* For the rows of a table: name, fallback, sentence, and what else is particular. */
#define WORD_TEXT(n, f, s)                                                                         \
    {                                                                                              \
        .name = (n), .kind = PARAMETER_TEXT, .fallback = (f), .sentence = (s)                      \
    }
#define WORD_CHOICE(n, f, c, s)                                                                    \
    {                                                                                              \
        .name = (n), .kind = PARAMETER_TEXT, .fallback = (f), .choices = (c), .sentence = (s)      \
    }
#define WORD_JSON(n, f, s)                                                                         \
    {                                                                                              \
        .name = (n), .kind = PARAMETER_JSON, .fallback = (f), .sentence = (s)                      \
    }
#define WORD_NUMBER(n, k, f, s)                                                                    \
    {                                                                                              \
        .name = (n), .kind = (k), .fallback = (f), .sentence = (s)                                 \
    }

#define WORD_PARAMETERS_MAX 3

struct word {
    const char *name;
    const char
        *place; /* where it may stand: "event", "sign", "wire"; "step" or "case" for expectations */
    const char *sentence; /* completes "The request ..." or "The endpoint ..." */
    struct parameter parameters[WORD_PARAMETERS_MAX];
};

struct value {
    char *text;     /* TEXT, STATUS (normalised: "2xx,404"), JSON (compact),
                       BASE64 */
    int64_t number; /* INTEGER, SIZE (bytes), DURATION (ns), FLAG (0 or 1) */
};

/* A word with its arguments, as it is in a case. */
struct call {
    const struct word *word;
    struct value values[WORD_PARAMETERS_MAX];
};

/* Reads the arguments of `word`: the members of the object `at` other than `op`; or, when `at` is
 * no object, its value as the first argument (true alone stands for a word without arguments). */
bool call_read(struct call *call, const struct word *word, const struct json_at *at,
               struct error *err);

/* Reads "NAME" or "NAME=VALUE", VALUE being the first argument, as a command line has it. */
bool call_parse(struct call *call, const struct table *table, const char *text, struct error *err);

void call_clear(struct call *call);

/* Appends `phrase` with the first argument, as people write it, in place of its %s. */
void call_fill(const struct call *call, const char *phrase, struct buf *out);

/* Whether `status` is in a set as in STATUS values: "2xx,404". */
bool status_in_set(const char *set, int status);

#endif
