/*
 * A composed event of which any number of copies are made by writing in place: nothing is composed
 * or parsed for a copy. Where its ids stand, in the message that is signed and in the text that
 * goes out, is found once; a copy is the same bytes with other ids and the new signature.
 */
#ifndef COMPOSE_PATTERN_H
#define COMPOSE_PATTERN_H

#include "compose/compose.h"
#include "sign/signer.h"

struct pattern {
    struct buf text;    /* the copy made last */
    struct buf message; /* what was signed for it */
    size_t event_id_at; /* in the text */
    size_t signature_at;
    struct pattern_id *ids;
    size_t num_ids;
    struct pattern_slot *slots;
    size_t num_slots;
};

/* `text` (which is left empty) holds the signature of `made`, and its body from `body_at` on: as it
 * is, or as what stands between the quotes of a JSON string. */
void pattern_init(struct pattern *out, const struct composed *made, struct buf *text,
                  size_t body_at, bool is_quoted);
void pattern_clear(struct pattern *pattern);

/* Where an id is in `message`: one of pattern's `num_slots`, in the order of the message. Those
 * with the same `id` get the same value. */
struct pattern_place {
    size_t at;
    size_t len;
    size_t id;
    bool is_uuid; /* otherwise its digits are what varies */
};
struct pattern_place pattern_place(const struct pattern *pattern, size_t slot);

/* Makes the next copy. Its id_event is at `text.data + event_id_at`. */
void pattern_next(struct pattern *pattern, struct signer *signer, unsigned run_tag,
                  struct rng *rng);

#endif
