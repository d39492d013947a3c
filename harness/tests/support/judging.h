/* Judging made-up answers in a test. */
#ifndef TESTS_SUPPORT_JUDGING_H
#define TESTS_SUPPORT_JUDGING_H

#include "judge/judge.h"

/* Fills what was observed from a word: a status ("204", "401"), or "reset", "closed", "hung",
 * "refused" (no connection), "tls", "cut", "malformed" or "unsent". Each takes 5 ms. The caller
 * clears it. */
void seen_from_word(const char *word, struct observation *out);

#define JUDGED_MAX 16

/* The exchanges of a case in the making. */
struct judged {
    struct exchange exchanges[JUDGED_MAX];
    struct exchange control;
    const struct exchange *pointers[JUDGED_MAX];
    const struct exchange *controls[JUDGED_MAX];
    size_t steps[JUDGED_MAX];
    size_t count;
    struct run_facts run; /* deadline 10 s, http, private, no secret; `all` are the case's */
    struct case_result result;
};

/* Makes one exchange for each shot of the only case of the suite, from blank-separated `answers`;
 * `control` is the word for what the twin of each met, NULL for no twin. */
void judged_make(struct judged *judged, const struct suite_case *one, const char *answers,
                 const char *control);

/* Judges into judged->result, whose level is the case's. */
void judged_judge(struct judged *judged, const struct suite_case *one);
void judged_clear(struct judged *judged);

#endif
