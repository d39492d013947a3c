#include "sign/signature.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/text.h"
#include "panora/js.h"
#include "sign/digest.h"

#define NUM_DIGITS ((size_t)SIGNATURE_SIZE - 1)

void signature_make(struct bytes key, struct bytes message, char out[SIGNATURE_SIZE])
{
    struct digest digest;
    if (!digest_hmac("sha256", key, message, &digest))
        mem_library_failed(); /* an OpenSSL without SHA-256: nothing here could be right */
    struct buf hex = {0};
    encode_hex(digest_bytes(&digest), &hex);
    memcpy(out, hex.data, SIGNATURE_SIZE);
    buf_clear(&hex);
}

enum verification signature_message(struct bytes body, struct buf *out, struct error *err)
{
    struct js *event = js_parse(body, err);
    if (!event) {
        (void)error_prefix(err, "the body");
        return VERIFICATION_NOT_JSON;
    }
    enum verification result = VERIFICATION_VALID;
    const struct js *data = js_get(event, "data");
    if (data) {
        js_write(data, out);
    } else {
        (void)error_set(err, js_kind(event) == JS_OBJECT
                                 ? "the body has no \"data\", which is what Panora signs"
                                 : "the body is not a JSON object, so it has no \"data\" to sign");
        result = VERIFICATION_NO_DATA;
    }
    js_free(event);
    return result;
}

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_well_formed(struct bytes signature)
{
    bool ok = signature.len == NUM_DIGITS;
    for (size_t i = 0; ok && i < signature.len; i++)
        ok = is_hex_digit(signature.data[i]);
    return ok;
}

/* Says what kind of text was presented; the text itself may be the secret. */
static void explain_mismatch(struct bytes signature, struct error *err)
{
    if (signature.len == 0) {
        (void)error_set(err, "the signature is empty");
        return;
    }
    if (is_well_formed(signature))
        (void)error_set(err, "the signature does not match this body and secret");
    else
        (void)error_set(err, "the signature has %zu bytes and is not %zu lowercase hex digits",
                        signature.len, NUM_DIGITS);
}

enum verification signature_verify(struct bytes key, struct bytes body, struct bytes signature,
                                   struct error *err)
{
    if (!signature.data) {
        (void)error_set(err, "there is no Panora-Signature header");
        return VERIFICATION_NO_HEADER;
    }
    struct buf message = {0};
    enum verification result = signature_message(body, &message, err);
    if (result == VERIFICATION_VALID) {
        char right[SIGNATURE_SIZE];
        signature_make(key, buf_bytes(&message), right);
        if (!digest_equal((struct bytes){right, NUM_DIGITS}, signature)) {
            explain_mismatch(signature, err);
            result = VERIFICATION_MISMATCH;
        }
    }
    buf_clear(&message);
    return result;
}
