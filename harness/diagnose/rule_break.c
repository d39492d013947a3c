/* Mistakes in checking a signature that throw: what breaks. */
#include <string.h>

#include "base/array.h"
#include "diagnose/rule.h"

static bool has_one(const struct sight *sight)
{
    return sight->num_signatures == 1 && sight->has_event;
}

static bool predict_no_header(const struct rule *rule, const struct investigation *inv,
                              const struct sight *sight)
{
    (void)rule;
    (void)inv;
    return sight->num_signatures == 0 && sight->has_event;
}

static bool predict_other_length(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    (void)rule;
    (void)inv;
    return has_one(sight) && sight->signature.len != 64;
}

static bool predict_non_ascii(const struct rule *rule, const struct investigation *inv,
                              const struct sight *sight)
{
    (void)rule;
    (void)inv;
    for (size_t i = 0; has_one(sight) && i < sight->signature.len; i++)
        if ((unsigned char)sight->signature.data[i] >= 0x80)
            return true;
    return false;
}

static bool predict_not_hex(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    (void)rule;
    (void)inv;
    struct bytes given = sight->signature;
    for (size_t i = 0; i < given.len; i++)
        if (!given.data[i] || !strchr("0123456789abcdefABCDEF", given.data[i]))
            return has_one(sight);
    return has_one(sight) && given.len % 2;
}

static bool predict_body(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    (void)inv;
    size_t len = sight->exchange->request.body.len;
    if (!sight->is_read || sight->num_signatures != 1 ||
        strcmp(sight->exchange->request.method, "POST") != 0)
        return false;
    if (strcmp(rule->argument, "empty") == 0)
        return len == 0;
    if (strcmp(rule->argument, "not JSON") == 0)
        return sight->event == NULL;
    if (strcmp(rule->argument, "no data") == 0)
        return sight->event &&
               (js_kind(sight->event) == JS_OBJECT || js_kind(sight->event) == JS_ARRAY) &&
               !js_get(sight->event, "data");
    return sight->event && js_kind(sight->event) != JS_OBJECT;
}

/* Two rules from one: the framework catches the exception, or nobody does. */
#define BREAK(id_, predict_, argument_, sentence_, remedy_)                                        \
    {.kind = {"throws-" id_, "answers 5xx when " sentence_,                                        \
              "a stranger's request raises an exception; alarms ring for nothing", remedy_},       \
     .effect = EFFECT_BREAKS,                                                                      \
     .severity = SEVERITY_BREAKS,                                                                  \
     .predicts = (predict_),                                                                       \
     .argument = (argument_)},                                                                     \
    {                                                                                              \
        .kind =                                                                                    \
            {"dies-" id_, "ends its process when " sentence_,                                      \
             "one request of a stranger takes the endpoint down, and events are lost until it "    \
             "is back",                                                                            \
             remedy_},                                                                             \
        .effect = EFFECT_DIES, .severity = SEVERITY_DIES, .predicts = (predict_),                  \
        .argument = (argument_)                                                                    \
    }

const struct rule rules_of_breaking[] = {
    BREAK("on-missing-signature", predict_no_header, NULL, "there is no signature header",
          "answer 401 when the header is absent, before it is used"),
    BREAK("on-other-length", predict_other_length, NULL,
          "the signature has another length than the right one",
          "compare the lengths first: timingSafeEqual and its like throw when they differ"),
    BREAK("on-not-hex", predict_not_hex, NULL, "the signature is not hexadecimal",
          "compare the texts, or catch what the decoder throws and answer 401"),
    BREAK("on-non-ascii", predict_non_ascii, NULL, "the signature is not ASCII",
          "compare bytes: hmac.compare_digest(a.encode(), b.encode()), for it throws on texts that "
          "are not ASCII"),
    BREAK("on-empty-body", predict_body, "empty", "the body is empty",
          "catch what the parser throws and answer 400"),
    BREAK("on-bad-json", predict_body, "not JSON", "the body is not JSON",
          "catch what the parser throws and answer 400"),
    BREAK("on-missing-data", predict_body, "no data", "the body is JSON but has no member data",
          "look whether the event has data before it is written as JSON again (JSON.stringify of "
          "what is not there is undefined, and an HMAC over that throws), and answer 400"),
    BREAK("on-non-object", predict_body, "no object", "the body is JSON but no object",
          "look at the kind of the parsed value before its members are read, and answer 400"),
};
const size_t num_rules_of_breaking = ARRAY_LEN(rules_of_breaking);
