#include "compose/mutation.h"

#include <string.h>

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

const struct mutation *mutation_of(const struct call *call)
{
    return (const struct mutation *)(const void *)
        call->word; /* the word is the row's first member */
}

static void add_argument(const struct call *call, struct buf *out)
{
    if (call->values[0].text)
        buf_add_text(out, call->values[0].text);
    else
        buf_add_format(out, "%lld", (long long)call->values[0].number);
}

void mutation_add_phrase(const struct call *call, struct buf *out)
{
    const char *phrase = mutation_of(call)->phrase;
    const char *hole = strstr(phrase, "%s");
    if (!hole) {
        buf_add_text(out, phrase);
        return;
    }
    buf_add(out, phrase, (size_t)(hole - phrase));
    add_argument(call, out);
    buf_add_text(out, hole + 2);
}
