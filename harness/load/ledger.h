/*
 * Which events a load has sent and what the endpoint answered, so it can be asked afterwards
 * what became of them: 16 bytes an event, for at most so many; those beyond are only counted.
 */
#ifndef LOAD_LEDGER_H
#define LOAD_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"

#define LEDGER_MAX ((size_t)1000000)

/* The first that is true of an event is kept. */
enum ledger_outcome {
    LEDGER_ACCEPTED, /* genuine, answered 2xx at least once */
    LEDGER_OPEN,     /* genuine, refused or not answered */
    LEDGER_FORGED
};

struct ledger_entry {
    uint64_t low;   /* the id's last 16 digits */
    uint16_t third; /* its third group; the first two are the load's own */
    uint8_t outcome;
    uint8_t times; /* how often it was processed, at most 255 */
};

/* Zeroed is empty, and takes nothing until `max` is set. */
struct ledger {
    struct ledger_entry *entries;
    size_t count;
    size_t room;
    size_t max;
    uint64_t left_out;
};

void ledger_clear(struct ledger *ledger);

/* `id` is a UUID's 36 characters. */
void ledger_add(struct ledger *ledger, const char *id, enum ledger_outcome outcome);
void ledger_merge(struct ledger *to, const struct ledger *from);

/* Sorts; an event that was sent more than once becomes one entry. */
void ledger_settle(struct ledger *ledger);

/* In a settled ledger; NULL = it was not sent. */
struct ledger_entry *ledger_find(const struct ledger *ledger, const char *id);

/* Writes the entry's id. */
void ledger_id(const struct ledger_entry *entry, unsigned run_tag, char out[UUID_SIZE]);

#endif
