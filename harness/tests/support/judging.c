#include "tests/support/judging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"

static const struct {
    const char *word;
    enum outcome outcome;
} words[] = {
    {"reset", OUTCOME_RESET},     {"closed", OUTCOME_CLOSED},       {"hung", OUTCOME_TIMED_OUT},
    {"refused", OUTCOME_REFUSED}, {"tls", OUTCOME_TLS_FAILED},      {"cut", OUTCOME_CUT_SHORT},
    {"unsent", OUTCOME_NOT_SENT}, {"malformed", OUTCOME_MALFORMED},
};

void seen_from_word(const char *word, struct observation *out)
{
    observation_init(out);
    out->total_ns = 5 * NS_PER_MS;
    out->outcome = OUTCOME_ANSWERED;
    out->status = atoi(word);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(words[i].word, word) == 0)
            out->outcome = words[i].outcome;
    if (out->outcome == OUTCOME_NOT_SENT) {
        out->total_ns = -1;
        (void)snprintf(out->detail, sizeof out->detail, "not sent: for a test");
    }
}

static void make_exchange(struct exchange *exchange, const char *word)
{
    *exchange =
        (struct exchange){.sent = mem_text("an event"), .request = {.method = mem_text("POST")}};
    seen_from_word(word, &exchange->seen);
    exchange->accepted = answer_of(&exchange->seen) == ANSWER_ACCEPTED;
}

static size_t step_of(const struct suite_case *one, size_t shot)
{
    for (size_t step = 0; step < one->num_steps; step++) {
        if (shot < one->steps[step].times)
            return step;
        shot -= one->steps[step].times;
    }
    return 0;
}

void judged_make(struct judged *judged, const struct suite_case *one, const char *answers,
                 const char *control)
{
    *judged = (struct judged){.run = {.deadline_ns = 10 * NS_PER_S, .is_private = true}};
    char *copy = mem_text(answers);
    char *rest = NULL;
    make_exchange(&judged->control, control ? control : "unsent");
    for (char *word = strtok_r(copy, " ", &rest); word && judged->count < JUDGED_MAX;
         word = strtok_r(NULL, " ", &rest)) {
        size_t i = judged->count++;
        make_exchange(&judged->exchanges[i], word);
        judged->pointers[i] = &judged->exchanges[i];
        judged->controls[i] = control ? &judged->control : NULL;
        judged->steps[i] = step_of(one, i);
    }
    free(copy);
    judged->run.all = judged->pointers;
    judged->run.num_all = judged->count;
}

void judged_judge(struct judged *judged, const struct suite_case *one)
{
    const struct case_evidence evidence = {judged->pointers, judged->controls, judged->steps,
                                           judged->count};
    judged->result.level = one->level;
    judge_case(one, &evidence, &judged->run, &judged->result);
}

static void clear_exchange(struct exchange *exchange)
{
    free(exchange->sent);
    request_clear(&exchange->request);
    observation_clear(&exchange->seen);
}

void judged_clear(struct judged *judged)
{
    for (size_t i = 0; i < judged->count; i++)
        clear_exchange(&judged->exchanges[i]);
    clear_exchange(&judged->control);
    case_result_clear(&judged->result);
    *judged = (struct judged){0};
}
