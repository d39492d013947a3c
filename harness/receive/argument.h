/* What may follow a fault's or a behaviour's name after "=": a time, a size, a status, ... */
#ifndef RECEIVE_ARGUMENT_H
#define RECEIVE_ARGUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum argument_kind {
    ARGUMENT_NONE,
    ARGUMENT_TIME,         /* "3s"; `number` in nanoseconds */
    ARGUMENT_SIZE,         /* "64KiB"; `number` in bytes */
    ARGUMENT_NUMBER,       /* "-7" */
    ARGUMENT_STATUS,       /* "503" */
    ARGUMENT_STATUS_TEXT,  /* "307" or "307,TEXT"; `text` is the part after the comma, or "" */
    ARGUMENT_STATUS_COUNT, /* "307,3"; `count` is the part after the comma */
    ARGUMENT_PART,         /* "1/4": `number` of `count` */
    ARGUMENT_TEXT,         /* anything */
    ARGUMENT_HEADER        /* "Name: value" */
};

struct argument_spec {
    enum argument_kind kind;
    const char *meaning;  /* "TIME before the answer begins"; NULL for ARGUMENT_NONE */
    const char *fallback; /* what it is when nothing is given; NULL = something must be given */
    int64_t least;        /* of `number`; both 0 = whatever the kind takes */
    int64_t most;
};

struct argument {
    int64_t number;
    int64_t count; /* ARGUMENT_STATUS_COUNT, ARGUMENT_PART: 1 to 1000 */
    char *text;    /* what was given or the fallback; NULL for ARGUMENT_NONE */
};

/* Reads `given` (NULL = nothing) into `out`, which argument_clear frees. */
bool argument_read(const struct argument_spec *spec, const char *given, struct argument *out,
                   struct error *err);
void argument_clear(struct argument *argument);

/* Cuts "NAME=ARG" into its name (the caller frees it) and ARG, borrowed, or NULL without "=". */
char *argument_split(const char *word, const char **out_argument);

#endif
