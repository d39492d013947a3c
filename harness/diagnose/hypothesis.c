#include "diagnose/hypothesis.h"

#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "panora/event.h"
#include "panora/js.h"
#include "sign/digest.h"

bool subject_read(struct subject *subject, struct bytes body, int64_t wall_ms)
{
    struct js *event = js_parse(body, NULL);
    const struct js *data = js_get(event, "data");
    const struct js *id = js_get(event, "id_event");
    *subject = (struct subject){.body = body, .wall_s = wall_ms / 1000};
    if (data) {
        js_write(data, &subject->message);
        subject->is_text = js_kind(data) == JS_STRING;
        if (subject->is_text)
            buf_add_bytes(&subject->data, js_string(data));
        else
            buf_add_bytes(&subject->data, buf_bytes(&subject->message));
    }
    if (id && js_kind(id) == JS_STRING && js_string(id).len < sizeof subject->id &&
        strspn(js_string(id).data, "0123456789abcdefABCDEF-") == js_string(id).len)
        memcpy(subject->id, js_string(id).data, js_string(id).len);
    const struct js *type = js_get(event, "type");
    if (type && js_kind(type) == JS_STRING)
        buf_add_bytes(&subject->type, js_string(type));
    js_free(event);
    return data != NULL;
}

void subject_clear(struct subject *subject)
{
    buf_clear(&subject->message);
    buf_clear(&subject->data);
    buf_clear(&subject->type);
}

const struct hypothesis *hypothesis_find(const char *id)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        if (strcmp(hypotheses[i].id, id) == 0)
            return &hypotheses[i];
    return NULL;
}

static bool make_digest(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct digest digest;
    if (hypothesis)
        return hypothesis->apply(hypothesis, signing);
    if (!digest_hmac("sha256", buf_bytes(&signing->key), buf_bytes(&signing->message), &digest))
        return false;
    encode_hex(digest_bytes(&digest), &signing->value);
    return true;
}

bool hypothesis_plan(const struct computation *by, const struct subject *subject,
                     struct bytes secret, struct signing *out)
{
    const struct hypothesis *const *parts = by->parts;
    *out = (struct signing){.subject = subject, .secret = secret};
    if (!parts[PART_MESSAGE])
        buf_add_bytes(&out->message, buf_bytes(&subject->message));
    else if (!parts[PART_MESSAGE]->apply(parts[PART_MESSAGE], out))
        return false;
    if (!parts[PART_KEY])
        buf_add_bytes(&out->key, secret);
    else if (!parts[PART_KEY]->apply(parts[PART_KEY], out))
        return false;
    return true;
}

bool hypothesis_finish(const struct computation *by, struct signing *signing)
{
    const struct hypothesis *const *parts = by->parts;
    if (!make_digest(parts[PART_DIGEST], signing))
        return false;
    headers_add(&signing->headers, PANORA_SIGNATURE_HEADER, buf_text(&signing->value));
    return !parts[PART_HEADER] || parts[PART_HEADER]->apply(parts[PART_HEADER], signing);
}

bool hypothesis_sign_by(const struct computation *by, const struct subject *subject,
                        struct bytes secret, struct signing *out)
{
    return hypothesis_plan(by, subject, secret, out) && hypothesis_finish(by, out);
}

bool hypothesis_value(const struct computation *by, struct bytes body, int64_t wall_ms,
                      struct bytes secret, char *out, size_t size)
{
    struct subject subject;
    struct signing signing = {0};
    bool ok = subject_read(&subject, body, wall_ms) &&
              hypothesis_sign_by(by, &subject, secret, &signing) && signing.value.len < size;
    if (ok)
        memcpy(out, buf_text(&signing.value), signing.value.len + 1);
    signing_clear(&signing);
    subject_clear(&subject);
    return ok;
}

bool hypothesis_message(const struct computation *by, const struct subject *subject,
                        struct bytes secret, struct buf *out)
{
    const struct hypothesis *message = by->parts[PART_MESSAGE];
    struct signing signing = {.subject = subject, .secret = secret};
    if (!message) {
        buf_add_bytes(out, buf_bytes(&subject->message));
        return true;
    }
    bool ok = message->apply(message, &signing);
    if (ok)
        buf_add_bytes(out, buf_bytes(&signing.message));
    signing_clear(&signing);
    return ok;
}

bool hypothesis_sign(const struct hypothesis *first, const struct hypothesis *second,
                     const struct subject *subject, struct bytes secret, struct signing *out)
{
    struct computation by = {{NULL}};
    if (second)
        by.parts[second->part] = second;
    if (first)
        by.parts[first->part] = first;
    return hypothesis_sign_by(&by, subject, secret, out);
}

void signing_clear(struct signing *signing)
{
    if (signing->key.data)
        explicit_bzero(signing->key.data, signing->key.capacity);
    buf_clear(&signing->message);
    buf_clear(&signing->key);
    buf_clear(&signing->value);
    headers_clear(&signing->headers);
}
