/*
 * Do refusals tell a forger how close he came? The same event goes out several times in turn, with
 * its first digit wrong, its last digit wrong, and none right: what tells the answers apart each
 * time is what they tell.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/investigation.h"
#include "judge/likeness.h"

enum { FIRST_WRONG, LAST_WRONG, ZEROS, NUM_GUESSES };

static const char *const guesses[NUM_GUESSES] = {"a signature whose first digit is wrong",
                                                 "a signature whose last digit is wrong",
                                                 "64 zeros as the signature"};

#define ROUNDS 3

struct answers {
    struct exchange items[NUM_GUESSES][ROUNDS];
};

static char other_digit(char digit)
{
    return digit == '7' ? '8' : '7';
}

static void guess(struct investigation *inv, size_t kind, struct request *request)
{
    const char *header = sight_header(inv);
    const char *right = headers_find(&request->headers, header);
    char *value = mem_text(right ? right : "");
    size_t len = strlen(value);
    if (len && kind == ZEROS)
        memset(value, '0', len);
    else if (len)
        value[kind == FIRST_WRONG ? 0 : len - 1] =
            other_digit(value[kind == FIRST_WRONG ? 0 : len - 1]);
    headers_set(&request->headers, header, value);
    free(value);
}

/* What any request meets now and then is asked for again. */
static bool is_refused(struct investigation *inv, struct exchange *one)
{
    size_t tries = inv->kept.unstable && inv->kept.tries ? inv->kept.tries : 1;
    enum answer answer = ask_request(inv, &one->request, &one->seen);
    for (size_t i = 1; i < tries && one->seen.status == inv->kept.unstable_status; i++) {
        observation_clear(&one->seen);
        answer = ask_request(inv, &one->request, &one->seen);
    }
    return answer == ANSWER_REFUSED && one->seen.status != 429;
}

/* False when one of them was not refused: then there is nothing to compare. */
static bool ask_all(struct investigation *inv, struct answers *answers)
{
    const struct specimen usual = {0};
    struct request request;
    bool refused = specimen_write(inv, &usual, &request);
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t kind = 0; kind < NUM_GUESSES; kind++) {
            struct exchange *one = &answers->items[kind][round];
            *one = (struct exchange){.sent = mem_text(guesses[kind])};
            observation_init(&one->seen);
            request_copy(&one->request, &request);
            guess(inv, kind, &one->request);
            if (refused)
                refused = is_refused(inv, one);
        }
    request_clear(&request);
    return refused;
}

static struct likes likes_of(const struct exchange *items, const struct exchange *out[ROUNDS])
{
    for (size_t i = 0; i < ROUNDS; i++)
        out[i] = &items[i];
    return (struct likes){out, ROUNDS};
}

static struct diagnosis_kind kind_of_leak(void)
{
    struct diagnosis_kinds all = {0};
    size_t i = 0;
    symptom_kinds(&all);
    while (strcmp(all.items[i].id, "leaks-reasons") != 0)
        i++;
    struct diagnosis_kind kind = all.items[i];
    free(all.items);
    return kind;
}

static void name(struct investigation *inv, size_t one, size_t other, const char *what)
{
    const struct diagnosis_kind kind = kind_of_leak();
    char *first = mem_format("%s: refused", guesses[one]);
    char *second = mem_format("%s: refused, and %s differs each time", guesses[other], what);
    (void)found_pair(inv, &kind, HARM_LEAKED, first, second, guesses[other]);
    free(first);
    free(second);
}

void telling_measure(struct investigation *inv)
{
    struct answers answers = {0};
    bool refused = ask_all(inv, &answers);
    const char *what = NULL;
    for (size_t i = 1; refused && !what && i < NUM_GUESSES; i++)
        for (size_t k = 0; !what && k < i; k++) {
            const struct exchange *a[ROUNDS];
            const struct exchange *b[ROUNDS];
            what = likeness_of_kinds(likes_of(answers.items[k], a), likes_of(answers.items[i], b));
            if (what)
                name(inv, k, i, what);
        }
    for (size_t i = 0; i < NUM_GUESSES; i++)
        for (size_t k = 0; k < ROUNDS; k++)
            exchange_clear(&answers.items[i][k]);
}
