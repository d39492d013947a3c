/*
 * How a request is judged, as a row of stages. There is one right set (rules_right); a fault
 * replaces one or two of its stages, and everything else stays right.
 *
 *     befall -> admit -> find -> key -> message -> digest -> compare -> shape -> act -> answer
 *                        `------------- the signature -------------'
 */
#ifndef RECEIVE_RULES_H
#define RECEIVE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/headers.h"
#include "panora/js.h"
#include "receive/argument.h"
#include "receive/memory.h"
#include "serve/answer.h"
#include "serve/inbound.h"
#include "serve/tls.h"

/* What a stage came to. */
enum result {
    RESULT_NEXT,    /* the next stage decides */
    RESULT_TRUSTED, /* a stage of the signature: no need to look further at it */
    RESULT_ACCEPTED,
    RESULT_METHOD,     /* refused: not POST */
    RESULT_MEDIA_TYPE, /* refused: not JSON */
    RESULT_TOO_LARGE,  /* refused: longer than the limit */
    RESULT_SIGNATURE,  /* refused: no signature, or a wrong one */
    RESULT_NOT_EVENT,  /* refused: the body is not an event */
    RESULT_CONFLICT,   /* refused: seen before (only faults say so) */
    RESULT_BUSY,       /* refused: too much is held in memory */
    RESULT_BROKEN,     /* an exception that a framework catches */
    RESULT_DEAD,       /* an exception that nobody catches: the process ends */
    RESULT_ANSWERED,   /* the stage filled in the answer itself */
    NUM_RESULTS
};

/* "accepted", "signature refused", ... */
const char *result_words(enum result result);

struct rules;
struct layer;

/* One request on its way through the stages; everything that a stage may look at or leave for the
 * next. */
struct handling {
    const struct inbound *request;
    const struct rules *rules;
    const struct layer *layers; /* what replaces stages of `rules` */
    size_t num_layers;
    const struct argument *argument; /* of the layer whose stage is asked */
    struct bytes secret;
    struct memory *memory;

    struct bytes signature; /* by `find`; borrowed from the request */
    struct buf key;         /* by `key` */
    struct buf message;     /* by `message`: what is signed */
    struct buf digest;      /* by `digest`: the signature that it ought to be */
    struct answer answer;
    bool verified;  /* the signature is right, by nothing but right stages */
    bool processed; /* by `act`: the work that the event asks for was done, on this request */

    struct js *event; /* private: handling_event */
    bool parsed;
};

typedef enum result stage_function(struct handling *handling);

/* What a connection does, apart from judging requests. 0 = the right value. */
struct manners {
    size_t body_max; /* bytes; 10 MiB */
    int64_t idle_ns; /* an idle connection is closed after this; 65 s, longer than Panora's sender
                        keeps one */
    int64_t request_ns; /* a request must be complete in this time; as the receiver's options say */
    bool judges_heads; /* a request that its head alone shows to be wrong is refused before its body
                          is read; false: after it */
    int64_t stale_ns;  /* a request that comes after so long a pause meets a reset; never */
    size_t workers;    /* connections that are served at once, the others wait; no limit */
    enum tls_flaw tls_flaw;
};

struct rules {
    stage_function *befall; /* what may happen to any request, whatever it holds; once for each */
    stage_function *admit;  /* method, media type: from the head alone */
    stage_function *find;   /* where the signature stands */
    stage_function *key;
    stage_function *message;
    stage_function *digest;
    stage_function *compare;
    stage_function *shape; /* whether the body is an event */
    stage_function *act;   /* what is done with a genuine event */
    stage_function *abort; /* a client went away inside a request; RESULT_DEAD or anything else */
    void (*answer)(struct handling *handling, enum result result);
    struct manners manners;
};

extern const struct rules rules_right;

/* What one fault or variation replaces. Several of them can replace `befall`, `admit` and `shape`:
 * then each of them is asked in turn. */
struct layer {
    const struct rules *overrides;
    struct argument argument;
};

/* What both replace and only one can, in words: "how the signature is compared"; NULL = they can
 * be combined. */
const char *rules_conflict(const struct rules *a, const struct rules *b);

/* One stage alone, as the layers have it. */
enum result rules_admit(struct handling *handling);
enum result rules_abort(struct handling *handling);

/* Replaces in `rules` what `overrides` sets. */
void rules_override(struct rules *rules, const struct rules *overrides);

/* The stages in order, then the answer; returns what it came to. handling_clear frees what they
 * left. */
enum result rules_handle(struct handling *handling);

/* The answer for `result` without asking the stages: for what is refused before the body is there.
 */
void rules_refuse(struct handling *handling, enum result result);

void handling_clear(struct handling *handling);

/* The body as a value, or NULL when it is not JSON. Parsed once. Borrowed. */
const struct js *handling_event(struct handling *handling);

/* The text of a member of the event, or no bytes (data == NULL) when it is not a string. Borrowed.
 */
struct bytes handling_member(struct handling *handling, const char *name);

/* What `data` holds as a value: the text in it parsed, or the object itself; NULL when it is no
 * JSON. The caller frees it with js_free. */
struct js *handling_data(struct handling *handling);

#endif
