/* What the parts of one diagnosis share: what was seen, what can be asked, what was found. */
#ifndef DIAGNOSE_INVESTIGATION_H
#define DIAGNOSE_INVESTIGATION_H

#include "base/rng.h"
#include "diagnose/diagnose.h"
#include "diagnose/hypothesis.h"
#include "judge/expectation.h"
#include "panora/event.h"
#include "panora/js.h"
#include "sign/signature.h"

#define NO_CASE SIZE_MAX

/* One exchange, with what rules ask of it. */
struct sight {
    const struct exchange *exchange;
    const struct case_result *one; /* NULL: a control or a probe */
    enum answer answer;
    bool trouble;               /* its case failed or warned; always for probes */
    size_t num_signatures;      /* headers Panora-Signature */
    struct bytes signature;     /* of the first one */
    bool has_event;             /* it is an event as any receiver takes one */
    bool is_plain;              /* nothing but its body and its signature is unusual about it */
    bool is_right;              /* its only signature is the right one */
    char right[SIGNATURE_SIZE]; /* the signature that this very body ought to have; "" = none */
    bool is_read;               /* its body was parsed, for it may tell something */
    struct js *event;           /* NULL: not JSON, or not read */
    struct bytes id;
    struct bytes type;
    struct bytes data;  /* the text in data, or no bytes */
    struct bytes json;  /* that text, or what else data is, written as JSON */
    struct buf written; /* holds the latter */
    size_t depth;       /* how deeply json nests; kept, because rules ask it again and again */
};

struct found {
    struct diagnosis diagnosis;
};

struct investigation {
    const struct diagnose_input *input;
    struct rng rng;
    struct sight *sights;
    size_t num_sights;
    struct exchange *probes; /* forged ones that were sent here; sights point to them */
    size_t num_probes;
    struct found *found;
    size_t num_found;
    const char *language; /* that the evidence names, or NULL */
    bool closed;          /* nothing more may be sent */
};

/* --- sight.c --- */

void sights_gather(struct investigation *inv);
void sights_add_probes(struct investigation *inv); /* again, after probes were sent */
void sights_clear(struct investigation *inv);

/* Whether a genuine event was not accepted, or a forgery was. */
bool sight_is_lost(const struct sight *sight);
bool sight_got_in(const struct sight *sight);
bool sight_was_answered(const struct sight *sight);

/* Whether its data nests deeper than all that was accepted, and than ordinary events do. */
bool sight_is_deep(const struct investigation *inv, const struct sight *sight);

/* Whether both were under way at the same time. */
bool sight_overlaps(const struct sight *a, const struct sight *b);

/* Whether it met a rate limit (429), which tells nothing about the request. */
bool sight_was_limited(const struct sight *sight);

/* --- ask.c --- */

/* A genuine event of the run's usual type, made so that what can be computed from it differs. */
void ask_make_event(struct investigation *inv, enum dialect dialect, struct event *out);

void ask_write_body(const struct event *event, struct buf *out);

/* One request: a fresh genuine event, but for what is set. */
struct question {
    const struct hypothesis *first; /* how it is signed */
    const struct hypothesis *second;
    bool forged;       /* with a made-up key */
    bool every_header; /* the signature under every other name that there is */
    bool as_object;
    const char *agent; /* in place of Panora's User-Agent */
};

/* ANSWER_NONE when nothing may be sent or the hypotheses mean nothing here. `seen` may be NULL;
 * else the caller clears it. */
enum answer ask(struct investigation *inv, const struct question *question,
                struct observation *seen);

/* Sends a request as it stands. */
enum answer ask_request(struct investigation *inv, const struct request *request,
                        struct observation *seen);

/* The dialect that the endpoint takes. */
enum dialect ask_dialect(const struct investigation *inv);

/* --- probes.c --- */

/* Sends forgeries of every kind that tells the ways to be wrong apart, into `probes`. */
void probes_forge(struct investigation *inv);

/* --- unreadable.c --- */

/* Nearly all genuine events met answers that Panora's HTTP client cannot read: true when that is
 * so, and found; there is nothing else to find then. */
bool unreadable_apply(struct investigation *inv);
size_t unreadable_kind_count(void);
struct diagnosis_kind unreadable_kind_at(size_t index);

/* --- found.c --- */

/* Notes a cause unless it is there already; returns it. The texts are copied. */
struct diagnosis *found_add(struct investigation *inv, const struct diagnosis_kind *kind,
                            enum harm harm, enum confidence confidence, const char *evidence);
struct diagnosis *found_find(const struct investigation *inv, const char *id); /* or NULL */
void found_explain(struct diagnosis *diagnosis, const struct case_result *one);
bool found_explains(const struct investigation *inv, const struct case_result *one);

/* --- the parts, in the order in which they are asked --- */

bool forensic_page_for_all(struct investigation *inv); /* true: there is nothing more to ask */
void forensic_all_refused(struct investigation *inv);
void forensic_some_refused(struct investigation *inv);
void rules_of_entry_apply(struct investigation *inv);
void rules_of_loss_apply(struct investigation *inv);
void symptoms_apply(struct investigation *inv);
void processing_apply(struct investigation *inv);

/* The kinds that each of them can find. */
size_t forensic_kind_count(void);
struct diagnosis_kind forensic_kind_at(size_t index);
size_t rule_kind_count(void);
struct diagnosis_kind rule_kind_at(size_t index);
size_t symptom_kind_count(void);
struct diagnosis_kind symptom_kind_at(size_t index);
size_t processing_kind_count(void);
struct diagnosis_kind processing_kind_at(size_t index);

#endif
