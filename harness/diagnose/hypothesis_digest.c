/* Other digests, other ways of writing one, and other headers for it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "diagnose/hypothesis_internal.h"
#include "panora/event.h"
#include "sign/digest.h"

static bool hmac(const char *algorithm, const struct signing *signing, struct digest *out)
{
    return digest_hmac(algorithm, buf_bytes(&signing->key), buf_bytes(&signing->message), out);
}

bool digest_by(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct digest digest;
    if (!hmac(hypothesis->argument, signing, &digest))
        return false;
    encode_hex(digest_bytes(&digest), &signing->value);
    return true;
}

/* What a receiver verifies that takes the algorithm from the header: "sha1=HMAC-SHA-1". */
bool digest_by_name(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_format(&signing->value, "%s=", hypothesis->argument);
    return digest_by(hypothesis, signing);
}

static bool add_encoded(struct signing *signing, void (*encode)(struct bytes in, struct buf *out))
{
    struct digest digest;
    if (!hmac("sha256", signing, &digest))
        return false;
    encode(digest_bytes(&digest), &signing->value);
    return true;
}

bool digest_as_base64(const struct hypothesis *hypothesis, struct signing *signing)
{
    return add_encoded(signing, encode_base64);
}

bool digest_as_base64url(const struct hypothesis *hypothesis, struct signing *signing)
{
    return add_encoded(signing, encode_base64url);
}

bool digest_in_capitals(const struct hypothesis *hypothesis, struct signing *signing)
{
    return add_encoded(signing, encode_hex_upper);
}

bool digest_after(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_text(&signing->value, hypothesis->argument);
    return add_encoded(signing, encode_hex);
}

bool digest_base64_after(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_text(&signing->value, hypothesis->argument);
    return add_encoded(signing, encode_base64);
}

bool digest_plain(const struct hypothesis *hypothesis, struct signing *signing)
{
    bool secret_first = strcmp(hypothesis->argument, "secret-first") == 0;
    struct buf text = {0};
    struct digest digest;
    if (secret_first)
        buf_add_bytes(&text, buf_bytes(&signing->key));
    buf_add_bytes(&text, buf_bytes(&signing->message));
    if (strcmp(hypothesis->argument, "secret-last") == 0)
        buf_add_bytes(&text, buf_bytes(&signing->key));
    bool ok = digest_hash("sha256", buf_bytes(&text), &digest);
    if (ok)
        encode_hex(digest_bytes(&digest), &signing->value);
    buf_clear(&text);
    return ok;
}

/* hmac(message, secret) where the library wants the secret first, or the other way round. */
bool digest_swapped(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct digest digest;
    bool ok =
        digest_hmac("sha256", buf_bytes(&signing->message), buf_bytes(&signing->key), &digest);
    if (ok)
        encode_hex(digest_bytes(&digest), &signing->value);
    return ok;
}

bool digest_cut(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct digest digest;
    size_t len = (size_t)strtoul(hypothesis->argument, NULL, 10);
    bool ok =
        digest_hmac("sha256", buf_bytes(&signing->key), buf_bytes(&signing->message), &digest);
    struct buf hex = {0};
    if (ok)
        encode_hex(digest_bytes(&digest), &hex);
    buf_add(&signing->value, buf_text(&hex), len < hex.len ? len : hex.len);
    buf_clear(&hex);
    return ok;
}

/* What Panora's sender sent before 2024-07-27. */
bool digest_is_secret(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_bytes(&signing->value, signing->secret);
    return memchr(signing->secret.data, '\n', signing->secret.len) == NULL &&
           memchr(signing->secret.data, '\0', signing->secret.len) == NULL;
}

/* --- schemes of other senders: over the raw body, or over what else is signed --- */

static void digest_of(const struct hypothesis *hypothesis, struct signing *signing,
                      const char *start, struct digest *out)
{
    struct buf text = {0};
    buf_add_text(&text, start);
    buf_add_bytes(&text,
                  hypothesis->is_whole ? signing->subject->body : buf_bytes(&signing->message));
    (void)digest_hmac("sha256", buf_bytes(&signing->key), buf_bytes(&text), out);
    buf_clear(&text);
}

bool digest_like_stripe(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct digest digest;
    char *start = mem_format("%" PRId64 ".", signing->subject->wall_s);
    digest_of(hypothesis, signing, start, &digest);
    buf_add_format(&signing->value, "t=%" PRId64 ",v1=", signing->subject->wall_s);
    encode_hex(digest_bytes(&digest), &signing->value);
    headers_add(&signing->headers, "Stripe-Signature", buf_text(&signing->value));
    free(start);
    return true;
}

bool digest_like_slack(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct digest digest;
    char *time = mem_format("%" PRId64, signing->subject->wall_s);
    char *start = mem_format("v0:%s:", time);
    digest_of(hypothesis, signing, start, &digest);
    buf_add_text(&signing->value, "v0=");
    encode_hex(digest_bytes(&digest), &signing->value);
    headers_add(&signing->headers, "X-Slack-Signature", buf_text(&signing->value));
    headers_add(&signing->headers, "X-Slack-Request-Timestamp", time);
    free(start);
    free(time);
    return true;
}

/* Names that other senders, and those who copy from them, give to the time. */
static const char *const time_headers[] = {"X-Panora-Timestamp",    "Panora-Timestamp",
                                           "X-Timestamp",           "Timestamp",
                                           "X-Webhook-Timestamp",   "X-Request-Timestamp",
                                           "X-Signature-Timestamp", "X-Panora-Request-Timestamp"};

bool digest_with_time(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct digest digest;
    const char *joint = hypothesis->argument;
    char *time = mem_format("%" PRId64, signing->subject->wall_s);
    char *start = joint ? mem_format("%s%s", time, joint) : mem_text("");
    digest_of(hypothesis, signing, start, &digest);
    encode_hex(digest_bytes(&digest), &signing->value);
    for (size_t i = 0; i < ARRAY_LEN(time_headers); i++)
        headers_add(&signing->headers, time_headers[i], time);
    free(start);
    free(time);
    return true;
}

bool digest_like_standard_webhooks(const struct hypothesis *hypothesis, struct signing *signing)
{
    static const char *const prefixes[] = {"webhook", "svix"};
    struct digest digest;
    const struct subject *subject = signing->subject;
    char *time = mem_format("%" PRId64, subject->wall_s);
    char *start = mem_format("%s.%s.", subject->id, time);
    digest_of(hypothesis, signing, start, &digest);
    buf_add_text(&signing->value, "v1,");
    encode_base64(digest_bytes(&digest), &signing->value);
    for (size_t i = 0; i < 2; i++) {
        char *names[3] = {mem_format("%s-id", prefixes[i]), mem_format("%s-timestamp", prefixes[i]),
                          mem_format("%s-signature", prefixes[i])};
        const char *const values[3] = {subject->id, time, buf_text(&signing->value)};
        for (size_t k = 0; k < 3; k++) {
            headers_add(&signing->headers, names[k], values[k]);
            free(names[k]);
        }
    }
    free(start);
    free(time);
    return true;
}

bool header_named(const struct hypothesis *hypothesis, struct signing *signing)
{
    headers_add(&signing->headers, hypothesis->argument, buf_text(&signing->value));
    (void)headers_remove(&signing->headers, PANORA_SIGNATURE_HEADER);
    return true;
}
