/* D: a confused secret or configuration. */
#include <stddef.h>
#include <string.h>

#include "receive/fault.h"

static enum result key_with_newline(struct handling *handling)
{
    enum result result = rules_right.key(handling);
    buf_add_char(&handling->key, '\n');
    return result;
}

#define PREFIX "whsec_"

static struct bytes without_prefix(struct bytes secret)
{
    size_t skipped = sizeof PREFIX - 1;
    bool there = secret.len > skipped && memcmp(secret.data, PREFIX, skipped) == 0;
    return there ? (struct bytes){secret.data + skipped, secret.len - skipped} : secret;
}

static enum result key_without_prefix(struct handling *handling)
{
    buf_add_bytes(&handling->key, without_prefix(handling->secret));
    return RESULT_NEXT;
}

/* As Node's Buffer.from(text, "base64"), which leaves out what it cannot read. */
static enum result key_from_base64(struct handling *handling)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct bytes text = without_prefix(handling->secret);
    unsigned bits = 0;
    int num_bits = 0;
    for (size_t i = 0; i < text.len && text.data[i] != '='; i++) {
        const char *digit = text.data[i] ? strchr(digits, text.data[i]) : NULL;
        if (!digit)
            continue;
        bits = (bits << 6 | (unsigned)(digit - digits)) & 0xffff;
        num_bits += 6;
        if (num_bits >= 8) {
            num_bits -= 8;
            buf_add_char(&handling->key, (char)(bits >> num_bits & 0xff));
        }
    }
    return RESULT_NEXT;
}

static enum result find_under_alias(struct handling *handling)
{
    handling->signature = inbound_header(handling->request, "X-Panora-Signature");
    return handling->signature.data ? RESULT_NEXT : RESULT_SIGNATURE;
}

static enum result other_key(struct handling *handling)
{
    buf_add_text(&handling->key, "the secret of another environment");
    return RESULT_NEXT;
}

static const struct fault rows[] = {
    {.id = "D01",
     .name = "newline-in-secret",
     .sentence = "has a newline at the end of its secret",
     .seen = "heripo-engine#47, stripe-node#1980, webhookdb#895",
     .diagnosis = "key-newline",
     .overrides = {.key = key_with_newline}},
    {.id = "D02",
     .name = "strips-prefix",
     .sentence = "strips the whsec_ from the secret, although it belongs to it",
     .seen = "standard-webhooks#235",
     .diagnosis = "key-without-prefix",
     .overrides = {.key = key_without_prefix}},
    {.id = "D03",
     .name = "other-secret",
     .sentence = "uses the secret of another environment",
     .seen = "stripe-node#396, stripe-node#341",
     .diagnosis = "other-secret",
     .overrides = {.key = other_key}},
    {.id = "D04",
     .name = "decodes-secret",
     .sentence = "decodes the secret from base64",
     .seen = "the reason invalid_secret of webhook-toolkit",
     .diagnosis = "key-base64-decoded-without-prefix",
     .overrides = {.key = key_from_base64}},
    {.id = "D05",
     .name = "other-header",
     .sentence = "reads the signature from X-Panora-Signature",
     .seen = "pingpp-ruby#1",
     .diagnosis = "header-x-panora-signature",
     .overrides = {.find = find_under_alias}},
};
const struct table_part faults_d = TABLE_PART(rows);
