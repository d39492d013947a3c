/* D: a confused secret or configuration. */
#include <stddef.h>

#include "base/array.h"
#include "receive/fault_cases.h"
#include "receive/faults.h"

static enum result key_with_newline(struct handling *handling)
{
    enum result result = rules_right.key(handling);
    (void)buf_add_char(&handling->key, '\n');
    return result;
}

static enum result find_under_alias(struct handling *handling)
{
    handling->signature = inbound_header(handling->request, "X-Panora-Signature");
    return handling->signature.data ? RESULT_NEXT : RESULT_SIGNATURE;
}

static enum result other_key(struct handling *handling)
{
    (void)buf_add_text(&handling->key, "the secret of another environment");
    return RESULT_NEXT;
}

const struct fault faults_d[] = {
    {.id = "D01",
     .name = "newline-in-secret",
     .sentence = "has a newline at the end of its secret",
     .seen = "heripo-engine#47, stripe-node#1980, webhookdb#895",
     .cases = {EVERY_ACCEPTANCE},
     .diagnosis = "key-newline",
     .overrides = {.key = key_with_newline}},
    {.id = "D03",
     .name = "other-secret",
     .sentence = "has the secret of another environment",
     .seen = "stripe-node#396, stripe-node#341",
     .cases = {EVERY_ACCEPTANCE},
     .diagnosis = "other-secret",
     .overrides = {.key = other_key}},
    {.id = "D05",
     .name = "other-header",
     .sentence = "looks for the signature in X-Panora-Signature",
     .seen = "pingpp-ruby#1",
     .cases = {EVERY_ACCEPTANCE},
     .diagnosis = "header-x-panora-signature",
     .overrides = {.find = find_under_alias}},
};
const size_t num_faults_d = ARRAY_LEN(faults_d);
