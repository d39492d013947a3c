/*
 * The result model: what a run found, as plain values that diagnose and every report format read.
 * Everything in it is owned by the run_result and already free of secrets (the runner redacts texts
 * when it fills them in), except the raw bytes in `observation`s and `request`s, which reports must
 * pass through result_redact and http/redacted.h.
 */
#ifndef RESULT_RESULT_H
#define RESULT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/redact.h"
#include "http/request.h"
#include "result/kept.h"
#include "result/observation.h"
#include "sign/signature.h"
#include "suite/suite.h"

enum verdict {
    VERDICT_PASS,
    VERDICT_WARN,
    VERDICT_FAIL,
    VERDICT_INFO,
    VERDICT_INCONCLUSIVE,
    VERDICT_SKIP,
    VERDICT_COUNT
};
const char *verdict_name(enum verdict verdict); /* "pass", "warn", ... */

/* What the user's own command (--effect-command) says became of an event. */
enum processed_state {
    PROCESSED_UNASKED,
    PROCESSED_TIMES,  /* it said how often */
    PROCESSED_UNKNOWN /* it was asked, or was to be, and said nothing that counts */
};

struct processed {
    enum processed_state state;
    int64_t times; /* of PROCESSED_TIMES */
    char *why;     /* of PROCESSED_UNKNOWN: a sentence */
};

/* What an answer gives away. */
enum leak { LEAK_NONE, LEAK_SECRET, LEAK_SIGNATURE, LEAK_PART /* of the signature */ };

/* One request of a case and what came of it. */
struct exchange {
    char *sent; /* one line for people: "crm.contact.created, signature cut to 32 characters" */
    struct request request; /* as sent */
    size_t body_let_go;    /* bytes at the end of the request's body that are not here (packed.h) */
    struct packed *packed; /* all of it, compressed; NULL when it never was */
    struct observation seen;
    char right_signature[SIGNATURE_VALUE_SIZE]; /* of the event as it was signed, whatever was sent;
                                                   "" = unknown */
    int64_t late_ns; /* open loop: how long after its intended time it left; 0 otherwise */
    bool genuine;    /* a right endpoint accepts it */
    bool by_scheme;  /* ... or one that computes what this one does: signed as the endpoint does */
    bool accepted;   /* 2xx, complete, well-formed, in time, not redirected */
    char *
        as_panora; /* how Panora would record it: "delivered", "failed: ..." ; NULL when not sent */
    char *id_event;             /* to ask the user's command about; NULL = nobody asks */
    struct processed processed; /* what it said of that id */
    bool searched;              /* `leaked` is what its whole answer gives away */
    enum leak leaked;
    bool repeated; /* the same bytes went out before, to an endpoint that then died */
};

/* What is sent is copied; nothing was seen of it yet. */
void exchange_copy(struct exchange *to, const struct exchange *from);
void exchange_clear(struct exchange *exchange);

/* A number that a case brought to light, whatever its verdict. */
struct measure {
    char *name; /* "body-limit" */
    double value;
    char *unit;     /* "bytes", "levels", "ms" */
    char *sentence; /* "accepts bodies of up to 102,400 bytes: the default of express.json" */
    bool is_detail; /* for those who want to know: another measure of the case says the gist */
};

/* One testcase: a case, or one value of its `for` list. */
struct case_result {
    char *id;    /* "panora/signature/refuses-truncated[32]" */
    char *suite; /* "panora/signature" */
    char *name;  /* "refuses-truncated[32]" */
    char *title;
    enum level level;
    enum verdict verdict;
    char *expected; /* "any 4xx" */
    char *actual;   /* "204 after 1.3 ms" */
    char *reason;   /* a sentence that says why it is inconclusive, skipped, tolerated, ...; "" when
                       nothing is to add */
    char *harm;     /* of the case; "" when none is given */
    char *remedy;   /* of the case; "" */
    char *source; /* "Panora documentation, webhooks/overview, Secure your webhook endpoint"; "" */
    char *bug;    /* "AUTH_BYPASS"; "" */
    char **see;   /* "CWE-347", ... */
    size_t num_see;
    struct exchange *exchanges;
    size_t num_exchanges;
    size_t
        decisive; /* index of the exchange that decided the verdict; num_exchanges when none did */
    int64_t started_ns; /* from the start of the run */
    int64_t duration_ns;
    bool behind_first;   /* tested with events made as the endpoint accepts them */
    bool looked_into;    /* its cause was looked for while others were still to come; kept by the
                            run only */
    bool canary_failed;  /* the endpoint did not accept a genuine event after it */
    int64_t recovery_ns; /* how long the endpoint was gone because of it; -1 = was not */
    struct measure *measures;
    size_t num_measures;
    char *curl; /* of a saved result: the line that repeats the request; NULL = there is none */
};

/* Adds a number and returns it, borrowed until the next one is added; `sentence` becomes the
 * result's, the others are copied. */
struct measure *case_result_add_measure(struct case_result *result, const char *name, double value,
                                        const char *unit, char *sentence);

enum confidence { CONFIDENCE_PROVED, CONFIDENCE_LIKELY };

/* How bad a cause is, worst first: the order of the report. */
enum harm {
    HARM_FORGED, /* forgeries get in */
    HARM_LEAKED, /* secrets get out */
    HARM_DIES,   /* the endpoint ends, or stops answering */
    HARM_LOST,   /* genuine events are lost */
    HARM_BREAKS, /* a stranger's request raises an exception */
    HARM_SLOW,
    HARM_HYGIENE,
    HARM_COUNT
};
const char *harm_name(enum harm harm); /* "forged", "leaked", "dies", "lost", ... */

/* What one entry of the list of diagnoses is. */
enum diagnosis_role {
    DIAGNOSIS_CAUSE,      /* what the endpoint does */
    DIAGNOSIS_OWN_INPUT,  /* what is odd about what the user gave us: said before everything else */
    DIAGNOSIS_UNEXPLAINED /* failures that no experiment explains, with the pair as far as it goes
                           */
};
const char *diagnosis_role_name(enum diagnosis_role role); /* "cause", "input", "unexplained" */

/* Two requests that differ in one feature and met different outcomes: the evidence. Each text is
 * one line for people; "" = there is none. */
struct minimal_pair {
    char *accepted;   /* `crm.contact.created, text data with "e": 204` */
    char *refused;    /* `crm.contact.created, text data with "é": 401`; of a forgery that gets in:
                         the twin that is refused */
    char *difference; /* what differs, as it is in `refused`: `"é"`; to be marked there */
};

/* A named cause behind failed cases, or what else was found out about them. */
struct diagnosis {
    char *id;
    char *sentence;
    enum confidence confidence;
    enum diagnosis_role role;
    enum harm harm_rank;
    struct minimal_pair pair;
    char *likely_because; /* what cut the experiment short, when it is likely; "" = it is proved */
    bool loses_any;       /* genuine events were lost that came one at a time, whatever they hold;
                             kept by the run only */
    bool behind_first;    /* seen by signing as the endpoint computes: behind the first mistake */
    char **cases;         /* ids that it explains */
    size_t num_cases;
    char *evidence;
    char *harm;
    char *remedy;
    char *snippet;       /* a whole handler that does it right, for `framework`; "" = none */
    char *snippet_needs; /* the file that it calls: "panora_signature.py"; "" = none */
    char *framework;     /* what the endpoint shows itself to be, or the language that the evidence
                            names: "Express", "Python"; "" = nothing is known */
};

/* Whether the evidence only repeats the minimal pair ("accepted: A; not accepted: B"), so one of
 * them is enough to be shown. */
bool diagnosis_evidence_is_pair(const struct diagnosis *diagnosis);

/* Why there is no HTTP/1.1 at this port, where it could be found out; all NULL = nothing of the
 * kind. The run ends with 3. */
struct wrong_port {
    char *tried;  /* "HTTP/1.1 without TLS on localhost:8443" */
    char *got;    /* "a TLS server (TLSv1.3)" */
    char *remedy; /* "use https:// in the URL" */
};

struct run_result {
    char *target;      /* shown form */
    char *version;     /* "0.1.0" */
    char *suites_hash; /* sha-256 of the suites that were run, hex */
    uint64_t seed;
    char started[32]; /* ISO 8601, UTC */
    int64_t begun_ns; /* by the clock of the observations; 0 in a saved result */
    int64_t duration_ns;
    int64_t waited_ns; /* for a first answer, in vain (--wait); 0 = not */
    bool is_saved;     /* read from a report: bodies are cut, and curl lines come with the cases */
    bool strict;
    bool interrupted;
    char *stopped; /* why the run ended early (max-time, max-requests, interrupted, endpoint gone),
                      or "" */
    char *loudest; /* the honest-run sentence: these requests never reached the handler, and what
                      they met; or "" */
    struct wrong_port wrong_port;
    char **notes; /* what happened beside the cases, a sentence each: the endpoint was away for a
                     while, this machine was paused */
    size_t num_notes;
    size_t num_requests; /* sent */
    char *left_behind;   /* "events whose id_event starts with 7e57c0de-1a2b" */
    char *rerun; /* command line prefix that repeats the run: "hookcheck run 'URL' --seed N ..."
                    without the secret */
    char *url;   /* URL for curl lines, without userinfo */
    char *curl_options; /* what a curl line needs to connect as the run did, with a blank before
                           each: " --resolve 'a:80:127.0.0.1'"; NULL = nothing */
    struct case_result *cases;
    size_t num_cases;
    struct diagnosis *diagnoses;
    size_t num_diagnoses;
    size_t num_experiments; /* requests of `num_requests` that the diagnosis sent */
    size_t counts[VERDICT_COUNT];
    int exit_code; /* 0 1 3 4 5 or 130 */

    struct kept *kept;               /* the bodies of answers; owned, NULL = none */
    const struct redactor *redactor; /* what reports must never show; borrowed, NULL = nothing */
};

/* A line that repeats something names the value of the first --header as $HOOKCHECK_HEADER_1, of
 * the second as $HOOKCHECK_HEADER_2: values are secret. */
#define HEADER_VARIABLE "HOOKCHECK_HEADER_"

/* Adds a note, which becomes the result's. */
void run_result_add_note(struct run_result *result, char *note);

/* What the first request that was sent met; NULL = none was sent. */
const struct observation *run_result_first_attempt(const struct run_result *result);

void run_result_clear(struct run_result *result);
void diagnosis_clear(struct diagnosis *diagnosis);

/* Adds a case that it explains, if that is not among them yet. */
void diagnosis_explain(struct diagnosis *diagnosis, const char *case_id);
void case_result_clear(struct case_result *result);

/* Every required case passed; nothing failed but a required case could not be decided, or the run
 * was cut off; the endpoint fell short or was never reached. */
enum run_summary { SUMMARY_READY, SUMMARY_UNDECIDED, SUMMARY_NOT_READY, SUMMARY_COUNT };
enum run_summary run_result_summary(const struct run_result *result);
const char *run_summary_name(enum run_summary summary); /* "ready", "undecided", "not-ready" */

/* Whether a verdict counts against the endpoint: fail, and with `strict` warn. */
bool verdict_counts(enum verdict verdict, bool strict);

bool diagnosis_explains(const struct diagnosis *diagnosis, const char *case_id);

/* Whether it explains a case that counts against the endpoint. */
bool diagnosis_is_decisive(const struct run_result *result, const struct diagnosis *diagnosis);

/* The case after which the endpoint went down and stayed away; NULL = it did not. */
const struct case_result *run_result_killer(const struct run_result *result);

/* Puts the causes that explain such a case before those that explain none, and what was proved
 * before what is likely of the endpoint's end, and keeps their order besides. What else was found
 * out keeps its place. What is first then is no longer behind another one. */
void run_result_rank_causes(struct run_result *result);

/* Appends `in` with everything hidden replaced, in whatever way it is spelled (base/redact.h). */
void result_redact(const struct run_result *result, struct bytes in, struct buf *out);

#endif
