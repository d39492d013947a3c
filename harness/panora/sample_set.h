/*
 * The samples of one object in one shape: {"samples": [{...}, ...], "empty": {"name": null, ...}}.
 * The samples show what Panora sends, member by member in its order; `empty` says which members may
 * hold nothing and what Panora writes then (null mostly, but 0 or "null" where it converts, and []
 * for lists). `required`, which may be missing, names those of them that Panora's documentation
 * requires: they are there, and hold something as a rule.
 */
#ifndef PANORA_SAMPLE_SET_H
#define PANORA_SAMPLE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/rng.h"
#include "panora/template.h"

/* Which members hold nothing. */
enum sample_nulls { NULLS_FEW, NULLS_OPTIONAL, NULLS_ALL };

struct sample_set {
    struct template *full;   /* `count` of them */
    struct template *sparse; /* likewise, with nothing in every member that may hold nothing and
                                is not required */
    struct template *empty;  /* ... also in the required ones */
    size_t count;
    struct sample_ids ids;
};

/* Reads a set into `out` (zeroed; clear it also after a failure). Refuses a set without samples,
 * samples that are not objects, and names in `empty` that a sample lacks. */
bool sample_set_read(const struct json_at *at, struct sample_set *out, struct error *err);
void sample_set_clear(struct sample_set *set);

/* When and how a copy is written. */
struct sample_style {
    int64_t wall_ms;
    enum sample_nulls nulls;
};

/* Appends one of the samples. */
void sample_set_write_object(const struct sample_set *set, const struct sample_style *style,
                             struct rng *rng, struct buf *out);

/* Appends an array of `num_rows` copies, the samples in turn. */
void sample_set_write_rows(const struct sample_set *set, size_t num_rows,
                           const struct sample_style *style, struct rng *rng, struct buf *out);

#endif
