/* What the parts of one diagnosis share: what was seen, what can be asked, what was found. */
#ifndef DIAGNOSE_INVESTIGATION_H
#define DIAGNOSE_INVESTIGATION_H

#include "base/rng.h"
#include "diagnose/diagnose.h"
#include "diagnose/document.h"
#include "diagnose/feature.h"
#include "diagnose/hypothesis.h"
#include "judge/expectation.h"
#include "panora/event.h"
#include "panora/js.h"
#include "sign/signature.h"

#define NO_CASE SIZE_MAX

/* Changes of a request that are needed together before anything is accepted. */
#define DRESSES_MAX 2

/* A pause after which most limits on the rate have forgotten what came before. */
#define REST_NS (1200 * NS_PER_MS)

/* One exchange, with what rules ask of it. */
struct sight {
    const struct exchange *exchange;
    const struct case_result *one; /* NULL: a control or an extra */
    enum answer answer;
    bool is_extra;          /* sent here, and believed */
    bool trouble;           /* its case failed or warned; always for extras */
    size_t num_signatures;  /* headers Panora-Signature */
    struct bytes signature; /* of the first one */
    bool has_event;         /* it is an event as any receiver takes one */
    bool is_plain;          /* nothing but its body and its signature is unusual about it */
    bool is_right;          /* its only signature is the right one */
    char right[SIGNATURE_VALUE_SIZE]; /* the signature that this very body ought to have; "" = none
                                       */
    bool is_read;                     /* its body was parsed, for it may tell something */
    struct js *event;                 /* NULL: not JSON, or not read */
    struct bytes id;
    struct bytes type;
    struct bytes data;  /* the text in data, or no bytes */
    struct bytes json;  /* that text, or what else data is, written as JSON */
    struct buf written; /* holds the latter */
    size_t depth;       /* how deeply json nests; kept, because rules ask it again and again */
};

enum slowness {
    SLOW_UNASKED,
    SLOW_NOT,
    SLOW_BY_WORK, /* genuine events take longer than the target, forgeries do not */
    SLOW_IN_TURN, /* ... when several come at once, for each waits for the one before */
    SLOW_ALWAYS,  /* both do */
    SLOW_PERHAPS  /* the experiment was cut short */
};

struct found {
    struct diagnosis diagnosis;
};

struct investigation {
    const struct diagnose_input *input;
    struct rng rng;
    struct diagnose_memory kept; /* what the next look of the run begins with */
    struct sight *sights;
    size_t num_sights;
    struct found *found;
    size_t num_found;
    const char *language;  /* that the evidence names, or NULL */
    bool is_first_look;    /* before the cases: whoever limits the rate is not asked on */
    bool by_cases;         /* the endpoint is gone: what the cases saw is all there is */
    bool closed;           /* nothing more may be sent */
    const char *closed_by; /* ... and why; NULL while it may */

    /* --- the laboratory: what the experiments have settled --- */
    size_t num_asked;         /* requests sent so far */
    int64_t spent_ns;         /* that they took */
    int64_t usual_ns;         /* that one which is accepted takes */
    int64_t refused_ns;       /* that one which is refused takes */
    const char *type;         /* of a genuine event that is accepted, as far as is known */
    enum dialect dialect;     /* ... and its dialect */
    struct document document; /* ... and its data */
    bool dated_now;           /* data with older dates is refused */
    bool raw_data;            /* dull data is refused: it is as Panora sends it */
    struct computation by;    /* how the endpoint computes */
    bool has_base;            /* such an event is accepted */
    int base_status;          /* what it is answered when it is accepted */
    bool door;                /* `by` is not yet named: content may say more about it */
    bool behind_first;        /* `by` differs from Panora's, or the request had to be dressed */
    const struct feature *dresses[DRESSES_MAX]; /* without which nothing is accepted */
    size_t num_dresses;
    bool hides_twins;   /* cases were not decided, for a twin of theirs was refused */
    int64_t timeout_ns; /* for an answer, where less than the run's is enough; 0 = the run's */
    int64_t gap_ns;     /* between requests, where a rate limit was found */
    int limited_status; /* that a limit on the rate answers; 0 = none is known */
    bool met_limit;     /* some request here was answered 429 */
    int locked_status;  /* that everybody meets after refusals, for a while; 0 = nobody does */
    bool elsewhere;     /* the handler is not reached */
    bool refuses_alike; /* events, garbage and a GET get the same refusal, byte for byte */
    bool hangs;         /* a genuine event is not answered */
    bool stays_limited; /* the latest request met a limit on the rate, however long it waited */
    int genuine_status; /* what events and forgeries meet where none gets in; 0 = not asked */
    int forged_status;
    bool objects_further; /* a forgery in the other dialect is refused otherwise: at a later step */
    size_t num_tried;     /* ways to compute a signature, with nothing else changed */
    bool tried_likely;    /* ways to compute a signature, as far as they are likely */
    enum answer further;  /* what one of them met that is no refusal; 0 = none did */
    int further_status;
    int broken_status;      /* 5xx that every genuine event meets behind the check; 0 = none does */
    bool refuses_forged;    /* a forged one is refused with a 4xx */
    enum slowness slowness; /* as it was measured; SLOW_UNASKED */
    size_t first_digits;    /* only so many of the first digits are compared; 0 = all */
    size_t last_digits;
    size_t num_died;      /* times that the endpoint was gone, or cut a connection off */
    size_t num_confirmed; /* requests of which it died, and died again */
    bool cuts_off_rested; /* one was cut off again after a rest: not for its pace */
};

/* --- sight.c --- */

void sights_gather(struct investigation *inv);
void sights_add_extras(struct investigation *inv); /* again, after extras were sent */
void sights_clear(struct investigation *inv);

/* It failed or warned, and its cause was not looked for before. */
bool case_is_in_trouble(const struct case_result *one);

/* Whether a genuine event was not accepted, or a forgery was. */
bool sight_is_lost(const struct sight *sight);
bool sight_got_in(const struct sight *sight);
bool sight_was_answered(const struct sight *sight);

/* Whether its data nests deeper than all that was accepted, and than ordinary events do. */
bool sight_is_deep(const struct investigation *inv, const struct sight *sight);

/* The name of the header in which the endpoint looks for the signature. */
const char *sight_header(const struct investigation *inv);

/* Whether both were under way at the same time. */
bool sight_overlaps(const struct sight *a, const struct sight *b);

/* Whether it met a rate limit (429), which tells nothing about the request. */
bool sight_was_limited(const struct sight *sight);

/* --- lab.c: one event of an experiment --- */

/* A genuine event as the endpoint accepts it, but for what is set. */
struct specimen {
    const char *type;                      /* NULL = as usual */
    const char *data;                      /* JSON in place of the usual data; NULL = that */
    const char *id;                        /* NULL = a fresh one */
    const struct feature *const *features; /* that it has */
    size_t num_features;
    bool plain;  /* the features in their dull form: the twin */
    bool spaced; /* with a blank in the text of data and in the body, which Panora does not write */
    bool other_dialect;
    bool forged;                  /* the last digits of its signature are changed */
    size_t padding;               /* bytes more of data */
    const struct computation *by; /* how it is signed; NULL = as the endpoint computes */
    bool every_header;            /* the signature under every other name that there is */
    const char *digest;           /* glob that the signature fits; NULL = an ordinary one */
};

/* Changes what was found to be needed of every request. */
void lab_dress(const struct investigation *inv, struct request *request);

/* Writes the request of a specimen. False when it cannot be signed so. The caller clears it. */
bool specimen_write(struct investigation *inv, const struct specimen *specimen,
                    struct request *out);

/* Sends it; where events fail by chance, as often as it takes to be sure. `seen` may be NULL; else
 * the caller clears it. */
enum answer specimen_ask(struct investigation *inv, const struct specimen *specimen,
                         struct observation *seen);

/* Whether it was accepted. */
bool specimen_passes(struct investigation *inv, const struct specimen *specimen);

/* Sends requests together. The caller clears `seen`. */
void lab_send(struct investigation *inv, const struct diagnose_batch *batch,
              struct observation *seen);

/* How many of `wanted` requests, one after another, fit into one part of `parts` of the time that
 * is left; at least `least`. */
size_t lab_fitting(const struct investigation *inv, size_t wanted, size_t parts, size_t least);

/* How many forgeries may be under way at once: several, where each takes long to be refused and
 * nothing is known of the endpoint that more at a time could disturb. */
#define AT_ONCE_MAX 5 /* as many as Panora's workers send */
size_t lab_at_once(const struct investigation *inv);

/* Whether there is no time for all experiments: then the cheapest that can prove something come
 * first. */
bool lab_is_slow(const struct investigation *inv);

/* Another digit than this one of a hex text; any other character stays as it is. */
char wrong_digit(char c);

/* Finds a genuine event that is accepted, or leaves has_base false. */
void lab_find_base(struct investigation *inv);

/* "crm.contact.created, data as text: 204" */
char *specimen_describe(const struct investigation *inv, const struct specimen *specimen,
                        const struct observation *seen);

/* Notes a cause with its pair; the texts are copied. */
struct diagnosis *found_pair(struct investigation *inv, const struct diagnosis_kind *kind,
                             enum harm harm, const char *accepted, const char *refused,
                             const char *difference);

/* --- slowness.c --- */

/* Once; then it says the same again. */
enum slowness slowness_measure(struct investigation *inv);

/* --- pauses.c --- */

/* An event right behind another, and one after a pause, in turn: only the latter are late, or fail.
 */
bool pauses_matter(struct investigation *inv);

/* ... as a case has seen it, beside what events without a pause take. */
bool pauses_mattered(const struct investigation *inv, const struct case_result *one);

/* --- the experiments, each in a file of its name --- */

bool lockout_measure(struct investigation *inv); /* true: it accepts nothing any more */
/* Sends genuine events until one is accepted; false when none is. */
bool lockout_await_end(struct investigation *inv);
void repeat_measure(struct investigation *inv); /* is it stable, and what does it depend on */
/* Some genuine event met a limit, even if it was accepted when it was sent again. */
bool repeat_saw_limit(const struct investigation *inv);
/* True: a forgery gets in now and then. `events_fail`: so do genuine events, as far as is known. */
bool repeat_forged(struct investigation *inv, bool events_fail);
bool deaths_measure(struct investigation *inv); /* true: it ends whenever it refuses */
/* Whether this request takes it down once more. */
bool deaths_happen_again(struct investigation *inv, const struct request *request);
void deaths_note(struct investigation *inv);    /* ... or after what a case sent, or by itself */
void door_open(struct investigation *inv);      /* why no genuine event is accepted */
void door_name(struct investigation *inv);      /* ... once its content is known */
void guess_content(struct investigation *inv);  /* the same, where there is no time for that */
void shrink_content(struct investigation *inv); /* which features are refused */
/* Arrays, sizes, forms and types: what cases call for, or the rest. */
void shrink_shapes(struct investigation *inv, bool rest);
void shrink_types(struct investigation *inv, bool arrays); /* `arrays` are refused anyway */
void shrink_fields(struct investigation *inv);   /* which field, where nothing else explains it */
void extent_measure(struct investigation *inv);  /* how far a bypass goes */
void telling_measure(struct investigation *inv); /* whether refusals tell a guess from another */

/* Sends a request as it is; again after a rate limit. `seen` may be NULL; else the
 * caller clears it. */
enum answer ask_request(struct investigation *inv, const struct request *request,
                        struct observation *seen);

/* --- extras.c --- */

/* Sends forgeries, and malformed requests, of every kind that tells the ways to be wrong apart,
 * into `extras`. */
void extras_forge(struct investigation *inv);
void extras_break(struct investigation *inv);

/* --- which_serialiser.c --- */

/* Plain events get in, but `refused` did not: each serialiser that writes it differently from
 * Panora's is tried on it. */
void which_serialiser_find(struct investigation *inv, const struct request *refused);

/* Of the serialisers that agree on what was accepted so far, takes the one that the endpoint takes
 * of events on which they differ. */
void which_serialiser_settle(struct investigation *inv);

/* Which other serialiser than Panora's own it is, more events may have to tell. */
bool which_serialiser_is_open(const struct investigation *inv);

/* --- refusal.c --- */

/* Nothing opens the door: what a genuine event and a forgery met. The first names what answered in
 * place of the handler (judge/met_instead.h), which `genuine` shows. */
void refusal_name_met(struct investigation *inv, const struct observation *genuine);
void refusal_name(struct investigation *inv, const struct observation *genuine,
                  const struct observation *forged);

/* --- unreadable.c --- */

/* Nearly all genuine events met answers that Panora's HTTP client cannot read: true when that is
 * so, and found; there is nothing else to find then. */
bool unreadable_apply(struct investigation *inv);
void unreadable_note(struct investigation *inv); /* an experiment has met such an answer as well */

/* --- found.c --- */

/* Notes a cause unless it is there already; returns it. The texts are copied. */
struct diagnosis *found_add(struct investigation *inv, const struct diagnosis_kind *kind,
                            enum harm harm, enum confidence confidence, const char *evidence);
struct diagnosis *found_find(const struct investigation *inv, const char *id); /* or NULL */
/* A cause that was proved before, word for word, but for the cases that it explains. */
struct diagnosis *found_recall(struct investigation *inv, const struct diagnosis *before);
void found_drop(struct investigation *inv, struct diagnosis *diagnosis); /* the last one */
void found_explain(struct diagnosis *diagnosis, const struct case_result *one);
bool found_explains(const struct investigation *inv, const struct case_result *one);

/* --- the parts, in the order in which they are asked --- */

bool before_handler(struct investigation *inv); /* true: there is nothing more to ask */
void rules_of_entry_apply(struct investigation *inv);
void rules_of_breaking_apply(struct investigation *inv);
void symptoms_apply(struct investigation *inv);
void processing_apply(struct investigation *inv);
void tls_apply(struct investigation *inv);

/* Each adds the kinds that it can find. */
void door_kinds(struct diagnosis_kinds *out);
void refusal_kinds(struct diagnosis_kinds *out);
void lockout_kinds(struct diagnosis_kinds *out);
void repeat_kinds(struct diagnosis_kinds *out);
void shrink_kinds(struct diagnosis_kinds *out);
void shape_kinds(struct diagnosis_kinds *out);
void type_kinds(struct diagnosis_kinds *out);
void field_kinds(struct diagnosis_kinds *out);
void rule_kinds(struct diagnosis_kinds *out);
void symptom_kinds(struct diagnosis_kinds *out);
void death_kinds(struct diagnosis_kinds *out);
void processing_kinds(struct diagnosis_kinds *out);
void tls_kinds(struct diagnosis_kinds *out);
void unreadable_kinds(struct diagnosis_kinds *out);
void kinds_add(struct diagnosis_kinds *out, struct diagnosis_kind kind); /* once */

#endif
