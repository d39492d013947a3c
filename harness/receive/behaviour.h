/*
 * What can be done to an answer, whatever it says: each a row, several at once, applied in the
 * order given.
 *
 * To add one: write its function and its row in behaviour.c, and a line for it in the test's table.
 */
#ifndef RECEIVE_BEHAVIOUR_H
#define RECEIVE_BEHAVIOUR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/table.h"
#include "receive/argument.h"
#include "receive/rules.h"
#include "serve/answer.h"

/* When a behaviour takes place. */
enum moment {
    MOMENT_ANSWER, /* a request is judged: its answer is changed */
    MOMENT_HEAD,   /* a request's head is there and its body is not: it is answered now */
    MOMENT_EXPECT, /* the same, but only when the client waits for 100 (Continue) */
    MOMENT_READ    /* the connection itself: how its bytes are read */
};

typedef void behaviour_function(struct answer *answer, const struct inbound *request,
                                const struct argument *argument);

struct behaviour {
    const char *name;
    const char *sentence;
    struct argument_spec argument;
    enum moment moment;
    behaviour_function *apply; /* NULL for MOMENT_READ */
};

/* Every row is a struct behaviour. */
extern const struct table behaviour_table;

/* A behaviour as it was asked for. */
struct behaviour_setting {
    const struct behaviour *behaviour;
    struct argument argument; /* argument_clear frees what it holds */
};

/* Reads "NAME[=ARG]"; refuses an unknown name and a wrong argument with a sentence. */
bool behaviour_read(const char *word, struct behaviour_setting *out, struct error *err);

#endif
