/* Expectations of each answer by itself. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/text.h"
#include "judge/expectation_internal.h"

/* Worst first. */
static const enum finding_kind severity[] = {FINDING_BROKEN, FINDING_TOLERATED, FINDING_UNDECIDED,
                                             FINDING_SKIPPED, FINDING_KEPT};

static size_t rank_of(enum finding_kind kind)
{
    size_t rank = 0;
    while (rank < ARRAY_LEN(severity) && severity[rank] != kind)
        rank++;
    return rank;
}

void finding_set(struct finding *out, enum finding_kind kind, const struct evidence *evidence,
                 size_t index)
{
    out->kind = kind;
    out->decisive = index;
    buf_reset(&out->actual);
    if (index < evidence->count)
        answer_describe(&evidence->exchanges[index]->seen, &out->actual);
}

void finding_of_nothing(struct finding *out, const struct evidence *evidence)
{
    finding_set(out, FINDING_UNDECIDED, evidence, evidence->count);
    buf_add_text(&out->reason, "nothing was sent that could show it");
}

void finding_rate_limited(struct buf *reason)
{
    buf_add_text(reason, "it limits the rate of requests (429), which says nothing about this "
                         "one: run again with --rate 5/s, or lift the limit for the test");
}

bool was_rate_limited(const struct observation *seen)
{
    return seen->outcome == OUTCOME_ANSWERED && seen->status == STATUS_TOO_MANY;
}

bool came_to_nothing(enum answer answer)
{
    return answer == ANSWER_UNREACHED || answer == ANSWER_DIED || answer == ANSWER_HUNG;
}

/* With `needs_answer`, what met silence or a reset is never kept. */
static void check_all(const struct call *call, const struct evidence *evidence, judge_one *one,
                      bool needs_answer, struct finding *out)
{
    if (evidence->count == 0) {
        finding_of_nothing(out, evidence);
        return;
    }
    finding_set(out, FINDING_KEPT, evidence, 0);
    for (size_t i = 0; i < evidence->count; i++) {
        struct buf reason = {0};
        enum finding_kind kind = FINDING_UNDECIDED;
        enum answer answer = answer_of(&evidence->exchanges[i]->seen);
        if (answer == ANSWER_NONE)
            buf_add_text(&reason, evidence->exchanges[i]->seen.detail);
        else
            kind = one(call, evidence, i, &reason);
        if (kind == FINDING_KEPT && came_to_nothing(answer) &&
            (needs_answer || answer == ANSWER_UNREACHED))
            kind = FINDING_UNDECIDED;
        if (kind == FINDING_BROKEN && was_rate_limited(&evidence->exchanges[i]->seen)) {
            kind = FINDING_UNDECIDED;
            buf_reset(&reason);
            finding_rate_limited(&reason);
        }
        if (rank_of(kind) < rank_of(out->kind)) {
            finding_set(out, kind, evidence, i);
            buf_reset(&out->reason);
            buf_add_bytes(&out->reason, buf_bytes(&reason));
        }
        buf_clear(&reason);
    }
}

void check_each(const struct call *call, const struct evidence *evidence, judge_one *one,
                struct finding *out)
{
    check_all(call, evidence, one, true, out);
}

void check_each_sent(const struct call *call, const struct evidence *evidence, judge_one *one,
                     struct finding *out)
{
    check_all(call, evidence, one, false, out);
}

static enum finding_kind one_accepted(const struct call *call, const struct evidence *evidence,
                                      size_t index, struct buf *reason)
{
    return answer_of(&evidence->exchanges[index]->seen) == ANSWER_ACCEPTED ? FINDING_KEPT
                                                                           : FINDING_BROKEN;
}

void check_accepted(const struct call *call, const struct evidence *evidence, struct finding *out)
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
        buf_add_text(reason, "it did not get in, but something broke");
    return answer == ANSWER_ERROR ? FINDING_TOLERATED : FINDING_BROKEN;
}

void check_refused(const struct call *call, const struct evidence *evidence, struct finding *out)
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

void check_status(const struct call *call, const struct evidence *evidence, struct finding *out)
{
    check_each(call, evidence, one_status, out);
}

static enum finding_kind one_retry_after(const struct call *call, const struct evidence *evidence,
                                         size_t index, struct buf *reason)
{
    const struct observation *seen = &evidence->exchanges[index]->seen;
    if (!was_rate_limited(seen) || headers_find(&seen->headers, "Retry-After"))
        return FINDING_KEPT;
    buf_add_text(reason, "it limits the rate, but has no Retry-After, so that no sender can "
                         "know when to come again");
    return FINDING_TOLERATED;
}

void check_retry_after(const struct call *call, const struct evidence *evidence,
                       struct finding *out)
{
    check_each(call, evidence, one_retry_after, out);
}

static enum finding_kind one_survived(const struct call *call, const struct evidence *evidence,
                                      size_t index, struct buf *reason)
{
    enum answer answer = answer_of(&evidence->exchanges[index]->seen);
    return answer == ANSWER_ACCEPTED || answer == ANSWER_REFUSED ? FINDING_KEPT : FINDING_BROKEN;
}

void check_survived(const struct call *call, const struct evidence *evidence, struct finding *out)
{
    check_each(call, evidence, one_survived, out);
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

void check_not_redirected(const struct call *call, const struct evidence *evidence,
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

void check_complete(const struct call *call, const struct evidence *evidence, struct finding *out)
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

void check_brief(const struct call *call, const struct evidence *evidence, struct finding *out)
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

void check_plain(const struct call *call, const struct evidence *evidence, struct finding *out)
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

void check_within(const struct call *call, const struct evidence *evidence, struct finding *out)
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
    buf_add_format(reason, "the member %s is ", call->values[0].text);
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
        buf_add_text(reason, "the answer is not JSON");
    else if (!member)
        buf_add_format(reason, "the answer has no member %s", call->values[0].text);
    else if (!kept)
        add_other_value(call, member, reason);
    json_decref(answer);
    json_decref(wanted);
    return kept ? FINDING_KEPT : FINDING_BROKEN;
}

void check_json(const struct call *call, const struct evidence *evidence, struct finding *out)
{
    check_each(call, evidence, one_json, out);
}
