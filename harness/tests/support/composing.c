#include "tests/support/composing.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "compose/mutation.h"
#include "suite/step.h"

void composing_init(struct composing *composing, enum dialect dialect)
{
    *composing = (struct composing){.catalogue = catalogue_load(), .seed = 7};
    secret_set(&composing->secret, bytes_of("whsec_composing_0123456789"));
    composing->composer = (struct composer){
        .catalogue = composing->catalogue,
        .secret = &composing->secret,
        .usual_type = "crm.contact.created",
        .dialect = dialect,
        .wall_ms = INT64_C(1767268800000),
        .run_tag = 0xabcd,
    };
}

void composing_clear(struct composing *composing)
{
    catalogue_free(composing->catalogue);
    secret_clear(&composing->secret);
}

static void add_call(struct step *step, const struct call *call)
{
    const char *place = call->word->place;
    struct calls *calls = strcmp(place, "event") == 0  ? &step->event_ops
                          : strcmp(place, "sign") == 0 ? &step->sign_ops
                                                       : &step->wire_ops;
    calls->items = mem_alloc(sizeof *calls->items);
    calls->items[calls->count++] = *call;
}

bool compose_with(struct composing *composing, const char *mutation, bool as_twin,
                  struct composed *out)
{
    struct step step;
    struct call call;
    struct rng rng = rng_for(composing->seed, "composing");
    *out = (struct composed){0};
    composing->err = (struct error){0};
    if (mutation && !call_parse(&call, &mutation_words, mutation, &composing->err))
        return false;
    step_init(&step);
    step.data = mem_text(composing->data);
    if (mutation)
        add_call(&step, &call);
    bool ok = compose_step(&composing->composer, &step, NULL, as_twin, &rng, out, &composing->err);
    step_clear(&step);
    return ok;
}

enum verification composed_verify(const struct composing *composing, const struct composed *made)
{
    const char *value = headers_find(&made->request.headers, PANORA_SIGNATURE_HEADER);
    struct bytes given = bytes_of(value);
    while (given.len && strchr(" \t", given.data[given.len - 1]))
        given.len--;
    while (given.len && strchr(" \t", given.data[0])) {
        given.data++;
        given.len--;
    }
    return signature_verify(secret_bytes(&composing->secret), buf_bytes(&made->request.body), given,
                            NULL);
}
