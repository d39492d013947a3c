/*
 * The event catalogue: every name that Panora sends, documents or offers as a subscription, and
 * realistic data for each. The facts are in fixtures/events/ (compiled in).
 */
#ifndef PANORA_CATALOGUE_H
#define PANORA_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/rng.h"
#include "panora/sample_set.h"

enum data_shape {
    SHAPE_OBJECT, /* one unified object */
    SHAPE_ROWS    /* an array of database rows, which may be empty */
};

struct event_type {
    char *name;      /* "crm.deal.created": what one subscribes to, or sees in a body */
    char *wire_type; /* `type` of the body that arrives: "crm.deal.push"; NULL when never sent */
    char *object;    /* "crm.deal" */
    enum data_shape shape;
    bool sent; /* Panora delivers for a subscription to this name, or sends it as a body's type */
    bool documented;   /* in the documentation's list of events */
    bool subscribable; /* in the dashboard's list of scopes */
    char *note;        /* one sentence, or "" */
};

struct catalogue {
    struct event_type *types; /* in the order of the catalogue file */
    size_t num_types;
    struct catalogue_samples *samples; /* private */
};

/* Reads the compiled-in catalogue. Never NULL: a fault in it ends the program (it is tested at
 * build time). */
struct catalogue *catalogue_load(void);
void catalogue_free(struct catalogue *catalogue); /* NULL is fine */

/* The type of that name, or NULL. Borrowed. */
const struct event_type *catalogue_find(const struct catalogue *catalogue, const char *name);

/* Sets "no event type "x"; did you mean ..."; always returns false. */
bool catalogue_unknown(const struct catalogue *catalogue, const char *name, struct error *err);

/* Whether Panora delivers to an endpoint that subscribes to `name`; if not, appends why not. */
bool catalogue_delivers(const struct catalogue *catalogue, const char *name, struct buf *out_why);

/* What is asked of `catalogue_sample`. */
struct sample_request {
    const char *type;        /* any name; an unknown one gets a small generic object */
    int64_t wall_ms;         /* "now": created_at and the like lie shortly before it */
    size_t num_rows;         /* SHAPE_ROWS: how many rows; SIZE_MAX = a usual number (2) */
    enum sample_nulls nulls; /* what may hold nothing does: null, or as Panora writes it (0, "null",
                                []) */
};

/* Appends realistic data for `request->type` as JSON.stringify would write it: members in Panora's
 * order, ids fresh from `rng` (the same rng state gives the same bytes), names and texts plausible
 * and partly not ASCII. */
void catalogue_sample(const struct catalogue *catalogue, const struct sample_request *request,
                      struct rng *rng, struct buf *out);

/* Where in the data of an event a value of one's own can stand, so Panora could still have
 * sent it. */
enum data_place {
    DATA_TEXT,           /* a text that somebody wrote: a description, a name */
    DATA_NUMBER,         /* a number field: an amount */
    DATA_FIELD_MAPPINGS, /* custom fields, whose names users give */
    DATA_REMOTE_DATA,    /* what the provider answered, whatever that is */
    DATA_PLACE_COUNT
};

/* "text", "number", "field_mappings", "remote_data", and NULL at the end. */
extern const char *const data_place_names[DATA_PLACE_COUNT + 1];

/* The member that is such a place in data (or in each row) of events of `type`, or NULL. Borrowed.
 */
const char *catalogue_place(const struct catalogue *catalogue, const char *type,
                            enum data_place place);

/* `type` when its data has such a place, and otherwise a type that has. Borrowed. */
const char *catalogue_type_with(const struct catalogue *catalogue, const char *type,
                                enum data_place place);

#endif
