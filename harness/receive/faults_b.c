/* B: crashing where refusing was due. */
#include <string.h>

#include "base/array.h"
#include "panora/event.h"
#include "receive/fault_cases.h"
#include "receive/faults.h"

/* Node's timingSafeEqual throws when the lengths differ. */
static enum result compare_or(struct handling *handling, enum result thrown)
{
    if (handling->signature.len != handling->digest.len)
        return thrown;
    return rules_right.compare(handling);
}

static enum result compare_or_break(struct handling *handling)
{
    return compare_or(handling, RESULT_BROKEN);
}

static enum result compare_or_die(struct handling *handling)
{
    return compare_or(handling, RESULT_DEAD);
}

/* Python's hmac.compare_digest throws on text that is not ASCII. */
static enum result compare_ascii(struct handling *handling)
{
    for (size_t i = 0; i < handling->signature.len; i++)
        if ((unsigned char)handling->signature.data[i] >= 0x80)
            return RESULT_BROKEN;
    return rules_right.compare(handling);
}

static enum result find_or_break(struct handling *handling)
{
    bool there = headers_count(handling->request->headers, PANORA_SIGNATURE_HEADER) > 0;
    return there ? rules_right.find(handling) : RESULT_BROKEN;
}

/* Python's bytes.fromhex throws on what is not hexadecimal. */
static enum result compare_strict_hex(struct handling *handling)
{
    struct bytes given = handling->signature;
    for (size_t i = 0; i < given.len; i++)
        if (!given.data[i] || !strchr("0123456789abcdefABCDEF", given.data[i]))
            return RESULT_BROKEN;
    return given.len % 2 ? RESULT_BROKEN : rules_right.compare(handling);
}

static enum result message_of_object(struct handling *handling)
{
    const struct js *event = handling_event(handling);
    if (event && js_kind(event) != JS_OBJECT)
        return RESULT_BROKEN;
    return rules_right.message(handling);
}

static enum result message_of_json(struct handling *handling)
{
    return handling_event(handling) ? rules_right.message(handling) : RESULT_BROKEN;
}

static enum result message_of_something(struct handling *handling)
{
    return handling->request->body.len ? rules_right.message(handling) : RESULT_BROKEN;
}

static enum result die(struct handling *handling)
{
    (void)handling;
    return RESULT_DEAD;
}

static enum result break_always(struct handling *handling)
{
    (void)handling;
    return RESULT_BROKEN;
}

const struct fault faults_b[] = {
    {.id = "B01",
     .name = "throws-on-length",
     .sentence = "answers 500 when the signature has another length than the right one",
     .seen = "inkbox#144, Truxify#3755, commitpulse#6543, scrollcraft#127",
     .cases = {WRONG_LENGTH, S("refuses-empty")},
     .diagnosis = "throws-on-other-length",
     .overrides = {.compare = compare_or_break}},
    {.id = "B02",
     .name = "dies-on-length",
     .sentence = "the process ends when the signature has another length than the right one",
     .seen = "inkbox#178, CVE-2023-50728 (@octokit/webhooks)",
     .cases = {WRONG_LENGTH, S("refuses-empty")},
     .diagnosis = "dies-on-other-length",
     .overrides = {.compare = compare_or_die}},
    {.id = "B04",
     .name = "throws-on-non-ascii",
     .sentence = "answers 500 when the signature is not ASCII",
     .seen = "hermes-agent#65307, srtab/daiv#1524, viur-core#1673",
     .cases = {S("refuses-non-ascii")},
     .diagnosis = "throws-on-non-ascii",
     .overrides = {.compare = compare_ascii}},
    {.id = "B05",
     .name = "throws-on-missing",
     .sentence = "answers 500 when there is no signature header",
     .seen = "saleor/app-sdk#13, dokploy#4278, hcb#13353",
     .cases = {NO_HEADER},
     .diagnosis = "throws-on-missing-signature",
     .overrides = {.find = find_or_break}},
    {.id = "B06",
     .name = "throws-on-hex",
     .sentence = "answers 500 when the signature is not hexadecimal",
     .seen = "Python's bytes.fromhex, Java's parseHex",
     .cases = {WRONG_CHARACTERS, S("refuses-truncated"), S("refuses-extended"), S("refuses-base64"),
               S("refuses-secret-itself"), S("refuses-duplicate-header")},
     .diagnosis = "throws-on-not-hex",
     .overrides = {.compare = compare_strict_hex}},
    {.id = "B08",
     .name = "throws-on-non-object",
     .sentence = "answers 500 when the body is JSON but no object",
     .seen = "GO-2024-3002 (Argo CD)",
     .cases = {P("survives-top-level")},
     .diagnosis = "throws-on-non-object",
     .overrides = {.message = message_of_object}},
    {.id = "B09",
     .name = "throws-on-bad-json",
     .sentence = "answers 500 when the body is not JSON",
     .seen = "",
     .cases = {P("survives-malformed-json"), P("survives-empty-body")},
     .diagnosis = "throws-on-bad-json",
     .overrides = {.message = message_of_json}},
    {.id = "B10",
     .name = "throws-on-empty-body",
     .sentence = "answers 500 when the body is empty",
     .seen = "n8n-io/n8n#33243",
     .cases = {P("survives-empty-body")},
     .diagnosis = "throws-on-empty-body",
     .overrides = {.message = message_of_something}},
    {.id = "B11",
     .name = "dies-on-abort",
     .sentence = "the process ends when a client goes away inside a request",
     .seen = "n8n-io/n8n#33243",
     .cases = {"http/robustness/abort-mid-body"},
     .diagnosis = "dies-on-abort",
     .overrides = {.abort = die}},
    {.id = "B16",
     .name = "never-works",
     .sentence = "answers 500 to every event, because it reads its header under a wrong key",
     .seen = "",
     .cases = {EVERY_ACCEPTANCE, EVERY_REFUSAL},
     .diagnosis = "always-breaks",
     .overrides = {.find = break_always}},
};
const size_t num_faults_b = ARRAY_LEN(faults_b);
