/*
 * The verifier's rule for any body: the signature of the message it names is valid, no other one
 * is, and no sentence holds the right one. The input is the signature, a line feed, the body.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/redact.h"
#include "sign/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEY "5c0a8f6e-secret"

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_presented(struct bytes body, struct bytes signature, struct bytes right)
{
    struct error err = {0};
    enum verification result = signature_verify(bytes_of(KEY), body, signature, &err);
    check((result == VERIFICATION_VALID) == (right.data && bytes_equal(signature, right)));
    check((result == VERIFICATION_VALID) != error_is_set(&err));
    check(!right.data || !strstr(err.message, right.data));
}

static void check_right(struct bytes body, struct bytes right)
{
    struct error err = {0};
    check(signature_verify(bytes_of(KEY), body, right, &err) == VERIFICATION_VALID);
    check(signature_verify(bytes_of(KEY "x"), body, right, &err) == VERIFICATION_MISMATCH);
}

/* No secret survives redaction, and what holds none is left alone. */
static void check_redaction(struct bytes body)
{
    struct redactor *redactor = redactor_new();
    struct buf mixed = {0};
    struct buf redacted = {0};
    redactor_hide_secret(redactor, bytes_of(KEY), "*");
    buf_add_bytes(&mixed, body);
    buf_add_text(&mixed, KEY);
    buf_add_bytes(&mixed, body);
    redact(redactor, buf_bytes(&mixed), &redacted);
    check(!bytes_find(buf_bytes(&redacted), bytes_of(KEY)));
    buf_clear(&mixed);
    buf_clear(&redacted);
    redactor_free(redactor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *start = (const char *)data;
    const char *line_end = size ? memchr(start, '\n', size) : NULL;
    struct bytes signature = {start, line_end ? (size_t)(line_end - start) : 0};
    struct bytes body = {line_end ? line_end + 1 : start,
                         line_end ? size - signature.len - 1 : size};
    struct buf message = {0};
    char made[SIGNATURE_SIZE];
    struct bytes right = {NULL, 0};
    if (signature_message(body, &message, NULL) == VERIFICATION_VALID) {
        signature_make(bytes_of(KEY), buf_bytes(&message), made);
        right = bytes_of(made);
        check_right(body, right);
    }
    check_presented(body, signature.data ? signature : bytes_of(""), right);
    check_redaction(body);
    buf_clear(&message);
    return 0;
}
