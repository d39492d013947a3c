/*
 * A JSON text of which every copy has ids and times of its own. Where they stand is found once, so
 * a copy is the text with new values written in place: nothing is parsed and no tree is built
 * for an event.
 *
 * What varies: UUIDs (version 4), the digits of a member called remote_id, and times as toISOString
 * writes them.
 */
#ifndef PANORA_TEMPLATE_H
#define PANORA_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* One id of a set of samples, by the text that stands for it there. */
struct sample_id {
    char *text;
    size_t num_samples; /* how many samples of the set it is in */
    size_t last_sample; /* private: the last one that was counted */
    bool is_own;        /* it is a sample's first member, or a remote id: no two copies share it */
};

struct sample_ids {
    struct sample_id *items;
    size_t count;
};

enum place_kind { PLACE_UUID, PLACE_REMOTE_ID, PLACE_TIME };

struct place {
    enum place_kind kind;
    size_t offset;
    size_t len;
    size_t id;  /* which one of the set's ids (not PLACE_TIME) */
    int64_t ms; /* PLACE_TIME: the time in the text, since 1970 */
};

struct template
{
    char *text;
    size_t len;
    struct place *places; /* in the order of the text */
    size_t num_places;
    int64_t newest_ms; /* the newest created_at or modified_at, or 0 when the text has none */
};

/* What makes one copy different from another. */
struct copy {
    uint64_t event_key; /* for the ids that are in every sample of the set */
    uint64_t round_key; /* for the others */
    size_t num_samples; /* of the set */
    int64_t newest_ms;  /* when its newest created_at or modified_at shall be */
};

/* Finds the places in `text`, sample number `index` of its set, and adds its ids to those of the
 * set. Takes ownership of `text` (from malloc). `out` need not be initialised. */
void template_init(struct template *out, char *text, size_t index, struct sample_ids *ids);
void template_clear(struct template *template);
void sample_ids_clear(struct sample_ids *ids);

/* Appends a copy. Times keep their distances; those at midnight stay at midnight (UTC). */
void template_write(const struct template *template, const struct sample_ids *ids,
                    const struct copy *copy, struct buf *out);

#endif
