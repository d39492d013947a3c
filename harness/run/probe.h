/*
 * Probes: what the vocabulary of suites cannot say, because what is sent depends on what came back.
 * Each searches for a number by genuine events: the largest body, the deepest nesting, the longest
 * header that is accepted. One row each.
 */
#ifndef RUN_PROBE_H
#define RUN_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compose/compose.h"
#include "result/result.h"
#include "suite/word.h"

/* At most so many requests; a search ends long before. */
#define PROBE_SHOTS_MAX   40
#define PROBE_SHOTS_USUAL 8

/* What came of one request of a search. */
enum probe_result { PROBE_ACCEPTED, PROBE_REFUSED, PROBE_UNDECIDED };

struct tried {
    int64_t value;
    enum probe_result result;
};

/* A number that many endpoints share, and why: a limit from `from` to `to` is taken for it. */
struct known_limit {
    int64_t from;
    int64_t to;
    const char *words; /* "the default of express.json" */
};

struct probe {
    struct word word;
    const char *unit;
    const char *subject; /* completes "accepts ...": "bodies of up to" */
    int64_t max;         /* nothing above is tried */
    int64_t gentle_max;  /* nothing above is sent to a host that may be a stranger's; 0 = max */
    int64_t coarseness;  /* where nothing is known, a search ends at this part of the limit: 1/N */
    const struct known_limit *known; /* ascending */
    size_t num_known;
    bool (*compose)(const struct composer *composer, const struct step *step, int64_t value,
                    struct rng *rng, struct composed *out, struct error *err);
};

/* Every row is a struct probe. */
extern const struct table probe_words;

const struct probe *probe_of(const struct word *word);

/* The largest value that is tried; `gentle` where disruptive cases are left out. */
int64_t probe_most(const struct probe *probe, bool gentle);

/* The value to try after these, at most `most`, or 0 when the search is over. Pure. */
int64_t probe_next(const struct probe *probe, int64_t most, const struct tried *tried,
                   size_t count);

/* The largest value that was accepted (0 = none) and the smallest that was not (0 = none). */
void probe_bounds(const struct tried *tried, size_t count, int64_t *out_low, int64_t *out_high);

/* What the search found, as a number of the result; none when nothing was decided. */
void probe_measure(const struct probe *probe, const struct tried *tried, size_t count,
                   struct case_result *out);

#endif
