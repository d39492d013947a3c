/* Diagnosing stored exchanges in a test, with an endpoint inside the test that answers what is
 * asked. */
#ifndef TESTS_SUPPORT_DIAGNOSING_H
#define TESTS_SUPPORT_DIAGNOSING_H

#include "diagnose/diagnose.h"

/* One request and what it met. All zero ends a list. */
struct stored {
    const char *data;      /* JSON of data; or NULL */
    const char *body;      /* in place of an event with that data */
    bool genuine;          /* signed as Panora does */
    const char *answer;    /* a word of seen_from_word */
    const char *signature; /* instead of 64 wrong digits; "-" = no header */
    const char *id;        /* of its case; NULL = some */
    const char *header;    /* "Name: value", one more; or NULL */
    bool gone;             /* the endpoint was gone afterwards, for a while */
    bool stays_away;       /* ... for good */
    bool is_cut;           /* only the beginning of its body was kept, as of large ones */
};

#define STORED_MAX 24

/* The endpoint: NULL when nothing may be asked. */
struct asked {
    diagnose_send *send;
    void *payload;
    struct bytes secret;
    const struct first_refusal *known; /* as in diagnose.h, like what follows */
    bool is_gone;
    bool is_silent;
    bool text_only;
    int64_t max_ns; /* that the experiments may take; 0 = as long as they like */
};

/* Fills `out` with these exchanges, each in a case of its own, and with what is diagnosed from
 * them; the caller clears it. */
void diagnose_stored(const struct stored *stored, const struct asked *asked,
                     struct run_result *out);

/* Whether an endpoint with this secret that signs as Panora does takes the request. */
bool is_signed_right(const struct request *request, struct bytes secret);

/* The ids that were found, each with a blank behind it; the caller frees them. */
char *causes_of(const struct run_result *result);

#endif
