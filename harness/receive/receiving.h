/*
 * How the receiver answers its server: its rules with their fault, its behaviours, its memory and
 * its journal. For receiver.c (and the fuzzer) alone.
 */
#ifndef RECEIVE_RECEIVING_H
#define RECEIVE_RECEIVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "receive/behaviour.h"
#include "receive/journal.h"
#include "receive/rules.h"
#include "serve/host.h"

struct receiving {
    struct rules rules; /* with what the layers replace */
    struct layer *layers;
    size_t num_layers;
    struct behaviour_setting *behaviours;
    size_t num_behaviours;
    struct bytes secret;
    struct memory memory;
    struct journal *journal; /* NULL = none */
    struct journal *watch;   /* the same, and the answers, for whoever watches; NULL = nobody */
    bool journal_is_brief;
    FILE *out;                       /* one line a request; NULL = quiet */
    int64_t (*wall_ms)(void);        /* NULL = 1970 in the journal */
    void (*on_death)(void *payload); /* a fault lets the process die */
    void *payload;
};

/* Gives the event a request's handling: a zeroed one that knows rules, secret, memory. */
struct handling receiving_handling(struct receiving *receiving, const struct inbound *request);

/* Replaces what `overrides` (borrowed) sets; `argument` is taken over, NULL = none. False with a
 * sentence when something else replaces that already; `name` is said then. */
bool receiving_add_layer(struct receiving *receiving, const char *name,
                         const struct rules *overrides, struct argument *argument,
                         struct error *err);

/* Makes `host` answer by `receiving`, with the manners of its rules and what behaviours do to
 * connections; receiving_clear tidies up. */
void receiving_prepare(struct receiving *receiving, struct host *host);

/* Frees what it holds: not the secret and `out`. After the host's last connection. */
void receiving_clear(struct receiving *receiving);

#endif
