/* What a case has shown is sent once more before it is claimed. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "panora/event.h"
#include "sign/signature.h"
#include "tests/support/diagnosing.h"

TestSuite(diagnose_replay, .timeout = 60);

#define SECRET "a secret of the tests"
#define ODD    "X-Odd"
#define ODD_ID "7e57c0de-0000-4000-8000-00000000abcd"

/* An endpoint that verifies as Panora documents it, and refuses the event that it knows from the
 * run. What it does with the odd request: */
struct endpoint {
    int odd_status; /* 0 = the time is over before it is sent */
};

static bool is_genuine(const struct request *request)
{
    struct buf message = {0};
    char right[SIGNATURE_SIZE] = "";
    const char *given = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    if (signature_message(buf_bytes(&request->body), &message, NULL) == VERIFICATION_VALID)
        signature_make(bytes_of(SECRET), buf_bytes(&message), right);
    buf_clear(&message);
    return given && *right && strcmp(given, right) == 0;
}

static bool answer(void *payload, const struct diagnose_batch *batch, struct observation *seen)
{
    const struct endpoint *endpoint = payload;
    bool over = false;
    for (size_t i = 0; i < batch->count; i++) {
        const struct request *request = &batch->requests[i];
        bool odd = headers_find(&request->headers, ODD) != NULL;
        observation_init(&seen[i]);
        over = over || (odd && !endpoint->odd_status);
        if (over)
            continue;
        seen[i].outcome = OUTCOME_ANSWERED;
        bool known = bytes_find(buf_bytes(&request->body), bytes_of(ODD_ID)) != NULL;
        int usual = is_genuine(request) ? 204 : 401;
        seen[i].status = known ? 409 : odd ? endpoint->odd_status : usual;
    }
    return !over;
}

static const struct stored rows[STORED_MAX] = {
    {"\"{\\\"a\\\":1}\"", .genuine = true, .answer = "204"},
    {"\"{\\\"a\\\":1}\"", .answer = "401"},
    {"\"{\\\"a\\\":1}\"", .genuine = true, .answer = "400", .id = "http/transport/http-1.0",
     .header = ODD ": 1"},
};

static const struct {
    const char *what;
    int odd_status;
    bool is_found;
    enum confidence confidence;
} replays[] = {
    {"it met the same again", 400, true, CONFIDENCE_PROVED},
    {"it was accepted this time", 204, false, CONFIDENCE_LIKELY},
    {"it could not be sent again", 0, true, CONFIDENCE_LIKELY},
};

Test(diagnose_replay, a_symptom_that_was_not_replayed_is_only_likely)
{
    for (size_t i = 0; i < ARRAY_LEN(replays); i++) {
        struct endpoint endpoint = {replays[i].odd_status};
        const struct asked asked = {
            .send = answer, .payload = &endpoint, .secret = bytes_of(SECRET)};
        struct run_result result;
        diagnose_stored(rows, &asked, &result);
        char *found = causes_of(&result);
        cr_expect_str_eq(found, replays[i].is_found ? "no-http-1.0 " : "", "%s: \"%s\"",
                         replays[i].what, found);
        if (result.num_diagnoses == 1) {
            const struct diagnosis *one = &result.diagnoses[0];
            cr_expect_eq(one->confidence, replays[i].confidence, "%s", replays[i].what);
            cr_expect_eq(*one->likely_because != '\0', one->confidence == CONFIDENCE_LIKELY,
                         "%s: \"%s\"", replays[i].what, one->likely_because);
        }
        free(found);
        run_result_clear(&result);
    }
}
