/*
 * An event as Panora writes it: {"id_event":...,"data":...,"type":...}, members in that order, no
 * white space, UTF-8.
 */
#ifndef PANORA_EVENT_H
#define PANORA_EVENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"
#include "http/headers.h"

/* How `data` travels. TEXT: a string that holds JSON text, which is what Panora sends. OBJECT: the
 * value itself, which is what its documentation shows. */
enum dialect { DIALECT_TEXT, DIALECT_OBJECT };

struct event {
    char id[UUID_SIZE];
    char *type;
    enum dialect dialect;
    struct buf data; /* JSON text of the value of data, as JSON.stringify writes it */
};

/* The prefix that every id_event made by this program has, so its traces can be found. */
#define EVENT_ID_PREFIX "7e57c0de"

void event_clear(struct event *event);
void event_copy(struct event *to, const struct event *from); /* `to` is zeroed or cleared */

/* Writes a fresh id: a version-4 UUID (as Panora's are) whose first group is EVENT_ID_PREFIX and
 * whose second is the run's (`run_tag`, 16 bits), so the events of one run share their first
 * 13 characters. */
void event_new_id(struct rng *rng, unsigned run_tag, char out[UUID_SIZE]);

/* Appends what is signed: JSON.stringify(data) for the value that `data` has on the wire; in the
 * text dialect that is the JSON text once more as a JSON string. In the object dialect a `data`
 * that is not JSON stands as it is. */
void event_write_message(const struct event *event, struct buf *out);

/* Appends the body. In the object dialect `data` is there as it is. */
void event_write_body(const struct event *event, struct buf *out);

/* Appends the headers of Panora's sender in its order (axios 1.6.8 on Node 20), Panora-Signature
 * with `signature` (left out when NULL), Content-Length with `body_len`, and Host as
 * REQUEST_HOST_PLACEHOLDER. */
void event_add_headers(struct headers *headers, const char *signature, size_t body_len);

#define PANORA_SIGNATURE_HEADER "Panora-Signature"

/* "text" and "object". */
const char *dialect_name(enum dialect dialect);

#endif
