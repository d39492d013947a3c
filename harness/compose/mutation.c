#include "compose/mutation.h"

#include <string.h>

#include "base/mem.h"

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

bool mutation_add(struct step *step, const char *text, struct error *err)
{
    struct call call = {0};
    if (!call_parse(&call, &mutation_words, text, err))
        return false;
    struct calls *calls = strcmp(call.word->place, "event") == 0  ? &step->event_ops
                          : strcmp(call.word->place, "sign") == 0 ? &step->sign_ops
                                                                  : &step->wire_ops;
    calls->items = mem_resize(calls->items, calls->count + 1, sizeof *calls->items);
    calls->items[calls->count++] = call;
    return true;
}
