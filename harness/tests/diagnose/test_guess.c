/* An endpoint that takes so long over each event that only a few experiments fit into their time.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "diagnose/hypothesis.h"
#include "panora/event.h"
#include "tests/support/diagnosing.h"

TestSuite(diagnose_guess, .timeout = 120);

#define SECRET  "a secret of the tests"
#define SLOW_NS (1500 * NS_PER_MS)
#define MAX_NS  (24 * NS_PER_S)

struct slow {
    int64_t spent_ns;
};

/* By the rules of Python's json.dumps. */
static bool is_right(const struct request *request)
{
    const struct computation by = {.parts[PART_MESSAGE] =
                                       hypothesis_find("data-as-python-default")};
    struct subject subject;
    struct signing signing = {0};
    const char *given = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    bool right = subject_read(&subject, buf_bytes(&request->body), 0) &&
                 hypothesis_sign_by(&by, &subject, bytes_of(SECRET), &signing) && given &&
                 strcmp(given, buf_text(&signing.value)) == 0;
    signing_clear(&signing);
    subject_clear(&subject);
    return right;
}

static bool answer(void *payload, const struct diagnose_batch *batch, struct observation *seen)
{
    struct slow *slow = payload;
    bool over = false;
    for (size_t i = 0; i < batch->count; i++) {
        observation_init(&seen[i]);
        over = over || slow->spent_ns > MAX_NS;
        if (over)
            continue;
        bool right = is_right(&batch->requests[i]);
        seen[i].outcome = OUTCOME_ANSWERED;
        seen[i].status = right ? 204 : 401;
        seen[i].total_ns = right ? SLOW_NS : NS_PER_MS;
        slow->spent_ns += seen[i].total_ns;
    }
    return !over;
}

static const struct stored rows[STORED_MAX] = {
    {"\"{\\\"a\\\":1}\"", .genuine = true, .answer = "204"},
    {"\"{\\\"a\\\":1}\"", .answer = "401"},
    {"\"{\\\"a\\\":\\\"\xC3\xA9\\\"}\"", .genuine = true, .answer = "401"},
};

Test(diagnose_guess, finds_another_serializer_although_each_event_takes_long)
{
    struct slow slow = {0};
    const struct asked asked = {
        .send = answer, .payload = &slow, .secret = bytes_of(SECRET), .max_ns = MAX_NS};
    struct run_result result;
    diagnose_stored(rows, &asked, &result);
    char *found = causes_of(&result);
    cr_expect_str_eq(found, "data-as-python-default ", "\"%s\"", found);
    if (result.num_diagnoses)
        cr_expect_eq(result.diagnoses[0].confidence, CONFIDENCE_PROVED);
    free(found);
    run_result_clear(&result);
}
