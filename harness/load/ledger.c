#include "load/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "panora/event.h"

#define THIRD_AT  14
#define FOURTH_AT 19

void ledger_clear(struct ledger *ledger)
{
    free(ledger->entries);
    *ledger = (struct ledger){0};
}

static uint64_t digits(const char *text, size_t len)
{
    char copy[16] = "";
    memcpy(copy, text, len);
    return strtoull(copy, NULL, 16);
}

static struct ledger_entry entry_of(const char *id)
{
    return (struct ledger_entry){
        .low = digits(id + FOURTH_AT, 4) << 48 | digits(id + FOURTH_AT + 5, 12),
        .third = (uint16_t)digits(id + THIRD_AT, 4),
    };
}

static void append(struct ledger *ledger, const struct ledger_entry *entry)
{
    if (ledger->count == ledger->max) {
        ledger->left_out++;
        return;
    }
    if (ledger->count == ledger->room) {
        ledger->room = ledger->room ? ledger->room * 2 : 1024;
        ledger->entries = mem_resize(ledger->entries, ledger->room, sizeof *ledger->entries);
    }
    ledger->entries[ledger->count++] = *entry;
}

void ledger_add(struct ledger *ledger, const char *id, enum ledger_outcome outcome)
{
    if (!ledger->max)
        return;
    struct ledger_entry entry = entry_of(id);
    entry.outcome = (uint8_t)outcome;
    append(ledger, &entry);
}

void ledger_merge(struct ledger *to, const struct ledger *from)
{
    for (size_t i = 0; i < from->count; i++)
        append(to, &from->entries[i]);
    to->left_out += from->left_out;
}

/* --- looking up --- */

static int compare_ids(const void *a, const void *b)
{
    const struct ledger_entry *x = a;
    const struct ledger_entry *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (int)x->third - (int)y->third;
}

static int compare(const void *a, const void *b)
{
    const struct ledger_entry *x = a;
    const struct ledger_entry *y = b;
    int order = compare_ids(a, b);
    return order ? order : (int)x->outcome - (int)y->outcome;
}

void ledger_settle(struct ledger *ledger)
{
    size_t kept = 0;
    if (ledger->count)
        qsort(ledger->entries, ledger->count, sizeof *ledger->entries, compare);
    for (size_t i = 0; i < ledger->count; i++)
        if (!kept || compare_ids(&ledger->entries[kept - 1], &ledger->entries[i]) != 0)
            ledger->entries[kept++] = ledger->entries[i];
    ledger->count = kept;
}

struct ledger_entry *ledger_find(const struct ledger *ledger, const char *id)
{
    struct ledger_entry key = entry_of(id);
    return ledger->count ? bsearch(&key, ledger->entries, ledger->count, sizeof key, compare_ids)
                         : NULL;
}

void ledger_id(const struct ledger_entry *entry, unsigned run_tag, char out[UUID_SIZE])
{
    (void)snprintf(out, UUID_SIZE, EVENT_ID_PREFIX "-%04x-%04x-%04x-%012" PRIx64, run_tag & 0xFFFFU,
                   entry->third, (unsigned)(entry->low >> 48),
                   entry->low & UINT64_C(0xFFFFFFFFFFFF));
}
