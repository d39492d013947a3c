/*
 * What became of events inside the endpoint: asked once everything was sent and an event has had
 * its time, of whoever can tell.
 */
#ifndef RUN_EFFECT_H
#define RUN_EFFECT_H

#include <stddef.h>
#include <stdint.h>

#include "result/result.h"

struct effect_question {
    const char *id_event; /* borrowed */
    struct processed said;
};

/* Why nobody is to be asked any more, as a sentence; NULL = go on. Looked at often. */
typedef const char *effect_stop(void *payload);

/* Who can tell: the user's command, or the journal of a receiver of ours. */
struct effect_oracle {
    /* Answers every question whose `said` is PROCESSED_UNASKED; what is open when `stop` gives a
     * reason is PROCESSED_UNKNOWN for it. */
    void (*ask)(void *payload, struct effect_question *questions, size_t count, effect_stop *stop,
                void *stop_payload);
    void *payload;
    int64_t wait_ns; /* how long after its answer an event may still be processed */
};

#endif
