/* What seems to depend on the content, and depends on when it comes. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/diagnosing.h"
#include "tests/support/judging.h"

TestSuite(diagnose_turns, .timeout = 120);

#define SECRET "a secret of the tests"

struct endpoint {
    size_t block; /* so many are refused, and as many are not; 0 = all are answered */
    size_t count;
    size_t most; /* that it takes in a second before it cuts connections off; 0 = no limit */
    int64_t now_ns;
    int64_t second_ns; /* when the second began in which it counts */
    size_t in_second;
    bool wants_text; /* data as an object is refused */
};

static int answer_to(const struct endpoint *endpoint, const struct request *request)
{
    if (!is_signed_right(request, bytes_of(SECRET)))
        return 401;
    bool object = bytes_find(buf_bytes(&request->body), bytes_of("\"data\":{")) != NULL;
    return endpoint->wants_text && object ? 422 : 204;
}

static bool is_over(struct endpoint *endpoint, int64_t gap_ns)
{
    endpoint->now_ns += 2 * NS_PER_MS + gap_ns;
    if (endpoint->now_ns - endpoint->second_ns >= NS_PER_S) {
        endpoint->second_ns = endpoint->now_ns;
        endpoint->in_second = 0;
    }
    return endpoint->most && ++endpoint->in_second > endpoint->most;
}

static bool answer(void *payload, const struct diagnose_batch *batch, struct observation *seen)
{
    struct endpoint *endpoint = payload;
    for (size_t i = 0; i < batch->count; i++) {
        size_t at = endpoint->count++;
        if (is_over(endpoint, batch->gap_ns)) {
            seen_from_word("closed", &seen[i]);
            continue;
        }
        observation_init(&seen[i]);
        seen[i].outcome = OUTCOME_ANSWERED;
        seen[i].total_ns = 2 * NS_PER_MS;
        bool refuses = endpoint->block && at / endpoint->block % 2;
        seen[i].status = refuses ? 423 : answer_to(endpoint, &batch->requests[i]);
    }
    return true;
}

#define DATA "{\\\"a\\\":1}"

static const struct stored of_blocks[STORED_MAX] = {
    {"\"" DATA "\"", .genuine = true, .answer = "204"},
    {"\"" DATA "\"", .answer = "401"},
    {"\"" DATA "\"", .genuine = true, .answer = "423"},
    {"{\"a\":1}", .genuine = true, .answer = "423"},
};

static const struct stored of_resets[STORED_MAX] = {
    {"\"" DATA "\"", .genuine = true, .answer = "204"},
    {"\"" DATA "\"", .answer = "401"},
    {"\"" DATA "\"", .genuine = true, .answer = "closed"},
    {"{\"a\":1}", .genuine = true, .answer = "closed"},
};

static const struct stored of_objects[STORED_MAX] = {
    {"\"" DATA "\"", .genuine = true, .answer = "204"},
    {"\"" DATA "\"", .answer = "401"},
    {"{\"a\":1}", .genuine = true, .answer = "422"},
};

/* Only what is said of the endpoint's pace, or of chance, is true of it: the first cause that says
 * something else, or "". */
static const char *about_content(const struct run_result *result)
{
    static const char others[] = " fails-at-random fails-every-nth limits-the-rate ";
    for (size_t i = 0; i < result->num_diagnoses; i++)
        if (!strstr(others, result->diagnoses[i].id))
            return result->diagnoses[i].id;
    return "";
}

static void expect_no_content(const struct stored *rows, struct endpoint *endpoint, char *what)
{
    const struct asked asked = {.send = answer, .payload = endpoint, .secret = bytes_of(SECRET)};
    struct run_result result;
    diagnose_stored(rows, &asked, &result);
    cr_expect_str_eq(about_content(&result), "", "%s: %s", what, about_content(&result));
    run_result_clear(&result);
    free(what);
}

Test(diagnose_turns, who_refuses_in_blocks_refuses_no_content)
{
    static const size_t blocks[] = {10, 25, 50};
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
        for (size_t phase = 0; phase < 2 * blocks[i]; phase += blocks[i] / 5) {
            struct endpoint endpoint = {.block = blocks[i], .count = phase};
            expect_no_content(of_blocks, &endpoint,
                              mem_format("blocks of %zu from %zu on", blocks[i], phase));
        }
}

Test(diagnose_turns, who_cuts_off_what_comes_too_fast_refuses_no_content)
{
    for (size_t most = 30; most <= 60; most += 2)
        for (size_t before = 0; before < 60; before += 20) {
            struct endpoint endpoint = {
                .most = most, .now_ns = NS_PER_S, .second_ns = NS_PER_S, .in_second = before};
            expect_no_content(of_resets, &endpoint,
                              mem_format("%zu a second, %zu before", most, before));
        }
}

Test(diagnose_turns, what_is_refused_for_its_content_stays_proved)
{
    struct endpoint endpoint = {.wants_text = true};
    const struct asked asked = {.send = answer, .payload = &endpoint, .secret = bytes_of(SECRET)};
    struct run_result result;
    diagnose_stored(of_objects, &asked, &result);
    char *found = causes_of(&result);
    cr_expect_str_eq(found, "refuses-object-data ", "%s", found);
    cr_expect_eq(result.num_diagnoses ? result.diagnoses[0].confidence : CONFIDENCE_LIKELY,
                 CONFIDENCE_PROVED);
    free(found);
    run_result_clear(&result);
}
