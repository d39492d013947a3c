/* Expectations of each answer by itself. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/text.h"
#include "judge/finding.h"

static enum finding_kind one_accepted(const struct call *call, const struct evidence *evidence,
                                      size_t index, struct buf *reason)
{
    return answer_of(&evidence->exchanges[index]->seen) == ANSWER_ACCEPTED ? FINDING_KEPT
                                                                           : FINDING_BROKEN;
}

static void check_accepted(const struct call *call, const struct evidence *evidence,
                           struct finding *out)
{
    check_each(call, evidence, one_accepted, out);
}

/* RFC 9110 section 15.6.2: the right answer of a server that has never heard of the method. */
static bool knows_no_such_method(const struct exchange *exchange)
{
    return exchange->seen.status == 501 && exchange->request.method &&
           strcmp(exchange->request.method, "POST") != 0;
}

/* A refusal is any 4xx. A complete 5xx did not let it in, but something broke; whatever is no
 * answer at all is as bad as letting it in, because anyone can cause it. */
static enum finding_kind one_refused(const struct call *call, const struct evidence *evidence,
                                     size_t index, struct buf *reason)
{
    enum answer answer = answer_of(&evidence->exchanges[index]->seen);
    if (answer == ANSWER_REFUSED ||
        (answer == ANSWER_ERROR && knows_no_such_method(evidence->exchanges[index])))
        return FINDING_KEPT;
    if (answer == ANSWER_ERROR)
        buf_add_text(reason, "it was not accepted, but the endpoint failed instead of refusing it");
    return answer == ANSWER_ERROR ? FINDING_TOLERATED : FINDING_BROKEN;
}

static void check_refused(const struct call *call, const struct evidence *evidence,
                          struct finding *out)
{
    check_each(call, evidence, one_refused, out);
}

static enum finding_kind one_status(const struct call *call, const struct evidence *evidence,
                                    size_t index, struct buf *reason)
{
    const struct observation *seen = &evidence->exchanges[index]->seen;
    return seen->outcome == OUTCOME_ANSWERED && status_in_set(call->values[0].text, seen->status)
               ? FINDING_KEPT
               : FINDING_BROKEN;
}

static void check_status(const struct call *call, const struct evidence *evidence,
                         struct finding *out)
{
    check_each(call, evidence, one_status, out);
}

#define STATUS_UNAVAILABLE 503

/* A 503 is a limit if other events got in; if none did, the load is not the reason. */
static bool is_limit(const struct evidence *evidence, const struct observation *seen)
{
    bool got_in = false;
    for (size_t i = 0; i < evidence->count; i++)
        got_in = got_in || answer_of(&evidence->exchanges[i]->seen) == ANSWER_ACCEPTED;
    return was_rate_limited(seen) ||
           (got_in && seen->outcome == OUTCOME_ANSWERED && seen->status == STATUS_UNAVAILABLE);
}

/* A limit shows in those that were sent; a slow endpoint gets fewer of them. */
static void check_retry_after(const struct call *call, const struct evidence *evidence,
                              struct finding *out)
{
    finding_of_nothing(out, evidence);
    if (evidence->count > 0) {
        finding_set(out, FINDING_UNDECIDED, evidence, 0);
        buf_reset(&out->reason);
        buf_add_text(&out->reason, evidence->exchanges[0]->seen.detail);
    }
    for (size_t i = 0; i < evidence->count; i++) {
        const struct observation *seen = &evidence->exchanges[i]->seen;
        if (is_limit(evidence, seen) && !headers_find(&seen->headers, "Retry-After")) {
            finding_set(out, FINDING_TOLERATED, evidence, i);
            buf_reset(&out->reason);
            buf_add_text(
                &out->reason,
                "it limits the rate without Retry-After, so senders cannot know when to retry");
            return;
        }
        enum answer answer = answer_of(seen);
        if (out->kind == FINDING_UNDECIDED && answer != ANSWER_NONE && !came_to_nothing(answer)) {
            finding_set(out, FINDING_KEPT, evidence, i);
            buf_reset(&out->reason);
        }
    }
}

static enum finding_kind one_survived(const struct call *call, const struct evidence *evidence,
                                      size_t index, struct buf *reason)
{
    const struct exchange *exchange = evidence->exchanges[index];
    enum answer answer = answer_of(&exchange->seen);
    bool is_large = has_large_head(&exchange->request) || has_large_body(exchange);
    bool ended = answer == ANSWER_DIED || answer == ANSWER_BROKEN;
    /* of a refusal that leaves bytes unread a reset may cut off the end; and over TLS, where what
     * lies unread behind a reset cannot be looked for, all of it */
    bool is_unseen = exchange->seen.status == 0 && evidence->run->is_tls && answer == ANSWER_DIED;
    bool is_refusal = is_large && ended && (exchange->seen.status / 100 == 4 || is_unseen);
    return answer == ANSWER_ACCEPTED || answer == ANSWER_REFUSED || is_refusal ? FINDING_KEPT
                                                                               : FINDING_BROKEN;
}

static void check_survived(const struct call *call, const struct evidence *evidence,
                           struct finding *out)
{
    check_each_sent(call, evidence, one_survived, out);
}

static enum finding_kind one_not_redirected(const struct call *call,
                                            const struct evidence *evidence, size_t index,
                                            struct buf *reason)
{
    const struct observation *seen = &evidence->exchanges[index]->seen;
    const char *location = headers_find(&seen->headers, "Location");
    if (answer_of(seen) != ANSWER_REDIRECT)
        return FINDING_KEPT;
    buf_add_text(reason, "it points to ");
    text_add_visible(reason, bytes_of(location ? location : "nowhere"), 200);
    return FINDING_BROKEN;
}

static void check_not_redirected(const struct call *call, const struct evidence *evidence,
                                 struct finding *out)
{
    check_each(call, evidence, one_not_redirected, out);
}

/* Only what a response's framing is: its status is judged elsewhere. */
static enum finding_kind one_complete(const struct call *call, const struct evidence *evidence,
                                      size_t index, struct buf *reason)
{
    enum answer answer = answer_of(&evidence->exchanges[index]->seen);
    return answer == ANSWER_BROKEN || answer == ANSWER_HUNG || answer == ANSWER_DIED
               ? FINDING_BROKEN
               : FINDING_KEPT;
}

static void check_complete(const struct call *call, const struct evidence *evidence,
                           struct finding *out)
{
    check_each(call, evidence, one_complete, out);
}

static enum finding_kind one_brief(const struct call *call, const struct evidence *evidence,
                                   size_t index, struct buf *reason)
{
    uint64_t len = evidence->exchanges[index]->seen.body_len;
    if (len <= (uint64_t)call->values[0].number)
        return FINDING_KEPT;
    buf_add_format(reason, "its body has %llu bytes", (unsigned long long)len);
    return FINDING_BROKEN;
}

static void check_brief(const struct call *call, const struct evidence *evidence,
                        struct finding *out)
{
    check_each(call, evidence, one_brief, out);
}

/* Panora parses every answer as JSON whatever its content type; what parses is what counts (spec of
 * its sender). */
static bool is_json(const struct buf *body)
{
    json_error_t error;
    json_t *value = body->len ? json_loadb(body->data, body->len, JSON_DECODE_ANY, &error) : NULL;
    bool parsed = value != NULL;
    json_decref(value);
    return parsed;
}

static enum finding_kind one_plain(const struct call *call, const struct evidence *evidence,
                                   size_t index, struct buf *reason)
{
    if (!is_json(&evidence->exchanges[index]->seen.body))
        return FINDING_KEPT;
    buf_add_text(reason, "its body is JSON");
    return FINDING_BROKEN;
}

static void check_plain(const struct call *call, const struct evidence *evidence,
                        struct finding *out)
{
    check_each(call, evidence, one_plain, out);
}

static enum finding_kind one_within(const struct call *call, const struct evidence *evidence,
                                    size_t index, struct buf *reason)
{
    const struct observation *seen = &evidence->exchanges[index]->seen;
    return seen->outcome == OUTCOME_ANSWERED && seen->total_ns <= call->values[0].number
               ? FINDING_KEPT
               : FINDING_BROKEN;
}

static void check_within(const struct call *call, const struct evidence *evidence,
                         struct finding *out)
{
    check_each(call, evidence, one_within, out);
}

/* The member that a JSON Pointer (RFC 6901, without ~ escapes) leads to, or NULL. */
static const json_t *follow(const json_t *value, const char *pointer)
{
    while (value && *pointer == '/') {
        size_t len = strcspn(++pointer, "/");
        char key[128];
        if (len >= sizeof key)
            return NULL;
        memcpy(key, pointer, len);
        key[len] = '\0';
        int64_t index = 0;
        if (!json_is_array(value))
            value = json_object_get(value, key);
        else
            value = text_integer(key, 0, 1 << 20, &index, NULL)
                        ? json_array_get(value, (size_t)index)
                        : NULL;
        pointer += len;
    }
    return value;
}

static void add_other_value(const struct call *call, const json_t *member, struct buf *reason)
{
    char *found = json_dumps(member, JSON_ENCODE_ANY | JSON_COMPACT);
    buf_add_format(reason, "the response has %s: ", call->values[0].text);
    text_add_visible(reason, bytes_of(found), 100);
    buf_add_text(reason, ", not ");
    text_add_visible(reason, bytes_of(call->values[1].text), 100);
    free(found);
}

static enum finding_kind one_json(const struct call *call, const struct evidence *evidence,
                                  size_t index, struct buf *reason)
{
    const struct buf *body = &evidence->exchanges[index]->seen.body;
    json_error_t error;
    json_t *answer = json_loadb(buf_text(body), body->len, JSON_DECODE_ANY, &error);
    json_t *wanted = json_loads(call->values[1].text, JSON_DECODE_ANY, &error);
    const json_t *member = follow(answer, call->values[0].text);
    bool kept = member && wanted && json_equal(member, wanted);
    if (!answer)
        buf_add_text(reason, "the response is not JSON");
    else if (!member)
        buf_add_format(reason, "the response has no %s", call->values[0].text);
    else if (!kept)
        add_other_value(call, member, reason);
    json_decref(answer);
    json_decref(wanted);
    return kept ? FINDING_KEPT : FINDING_BROKEN;
}

static void check_json(const struct call *call, const struct evidence *evidence,
                       struct finding *out)
{
    check_each(call, evidence, one_json, out);
}

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"accepted",
      "step",
      "answers 2xx, complete and well-formed, in time, without a redirect",
      {{0}}},
     "a 2xx, complete, in time",
     .check = check_accepted},
    {{"refused", "step", "answers with any 4xx, and accepts the matching genuine event", {{0}}},
     "any 4xx",
     .needs_control = true,
     .check = check_refused},
    {{"status",
      "step",
      "answers with one of these statuses",
      {{.name = "in", .kind = PARAMETER_STATUS, .sentence = "such as 2xx, 404 or a list"}}},
     "status %s",
     .check = check_status},
    {{"survived", "step", "answers 2xx or 4xx: no error, no hang", {{0}}},
     "a 2xx or a 4xx",
     .check = check_survived},
    {{"not-redirected", "step", "does not answer with a redirect", {{0}}},
     "no redirect",
     .check = check_not_redirected},
    {{"complete",
      "step",
      "sends a well-formed response: nothing after a 204, as many bytes as Content-Length says, a "
      "proper end",
      {{0}}},
     "a well-formed response",
     .needs_raw = true,
     .check = check_complete},
    {{"retry-after",
      "step",
      "sends Retry-After with a 429, and with a 503 when others are accepted",
      {{0}}},
     "Retry-After with each 429 or 503",
     .check = check_retry_after},
    {{"brief",
      "step",
      "answers with at most this many bytes",
      {{.name = "max", .kind = PARAMETER_SIZE, .fallback = "64KiB", .sentence = "the limit"}}},
     "a body of at most %s bytes",
     .check = check_brief},
    {{"plain", "step", "answers without a body or with one that is not JSON", {{0}}},
     "no body, or one that is not JSON",
     .check = check_plain},
    {{"within",
      "step",
      "sends its whole response within this time",
      {{.name = "time", .kind = PARAMETER_DURATION, .sentence = "such as 500ms"}}},
     "a response within %s",
     .is_timed = true,
     .check = check_within},
    {{"json",
      "step",
      "answers with JSON that has a given value at a given place",
      {{.name = "member", .kind = PARAMETER_TEXT, .sentence = "a JSON Pointer such as /received"},
       {.name = "equals", .kind = PARAMETER_JSON, .sentence = "the value"}}},
     "JSON with the right value at %s",
     .check = check_json},
};
const struct table_part expectations_of_answer = TABLE_PART(rows);
