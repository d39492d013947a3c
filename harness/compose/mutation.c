#include "compose/mutation.h"

/* In the order in which they are listed. */
static const struct table_part *const parts[] = {
    &mutations_of_event,
    &mutations_of_signing,
    &mutations_of_signature,
    &mutations_of_body,
    &mutations_of_payload,
    &mutations_of_transport,
    NULL,
};

const struct table mutation_words = {"mutation", sizeof(struct mutation), parts};

void mutation_add_phrase(const struct call *call, struct buf *out)
{
    call_fill(call, mutation_of(call)->phrase, out);
}
