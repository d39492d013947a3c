/* Mutations of the Panora-Signature header after signing. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "compose/mutation_internal.h"

#define VERY_LONG_MAX (INT64_C(16) * 1024 * 1024)

static void set_signature(struct draft *draft, const char *value)
{
    headers_set(&draft->request.headers, PANORA_SIGNATURE_HEADER, value);
}

/* What the header holds so far, so that mutations can follow one another. */
static const char *current(const struct draft *draft)
{
    const char *value = headers_find(&draft->request.headers, PANORA_SIGNATURE_HEADER);
    return value ? value : "";
}

static char other_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit ? strchr(digits, digit) : NULL;
    if (!at)
        return '0';
    if (at[1])
        return at[1];
    return 'e';
}

/* The right signature with its last digit changed. */
static void make_bad(const struct draft *draft, char out[SIGNATURE_SIZE])
{
    memcpy(out, draft->signature, SIGNATURE_SIZE);
    out[SIGNATURE_SIZE - 2] = other_digit(out[SIGNATURE_SIZE - 2]);
}

bool mutate_no_signature(struct draft *draft, const struct call *call, struct error *err)
{
    (void)headers_remove(&draft->request.headers, PANORA_SIGNATURE_HEADER);
    return true;
}

bool mutate_empty_signature(struct draft *draft, const struct call *call, struct error *err)
{
    set_signature(draft, "");
    return true;
}

bool mutate_change_digit(struct draft *draft, const struct call *call, struct error *err)
{
    char *value = mem_text(current(draft));
    size_t len = strlen(value);
    const char *which = call->values[0].text;
    if (len) {
        size_t at = strcmp(which, "first") == 0  ? 0
                    : strcmp(which, "last") == 0 ? len - 1
                                                 : len / 2;
        value[at] = other_digit(value[at]);
        set_signature(draft, value);
    }
    free(value);
    return len > 0 || error_set(err, "there is no signature to change");
}

bool mutate_truncate_signature(struct draft *draft, const struct call *call, struct error *err)
{
    char *value = mem_text(current(draft));
    size_t to = (size_t)call->values[0].number;
    bool shorter = to < strlen(value);
    if (shorter) {
        value[to] = '\0';
        set_signature(draft, value);
    }
    free(value);
    return shorter || error_set(err, "the signature is not longer than %zu characters", to);
}

bool mutate_extend_signature(struct draft *draft, const struct call *call, struct error *err)
{
    char *value = mem_format("%s%s", current(draft), call->values[0].text);
    if (!*call->values[0].text) {
        free(value);
        return error_set(err, "\"with\" is empty, so that the signature would stay right");
    }
    set_signature(draft, value);
    free(value);
    return true;
}

static bool fill_signature(struct draft *draft, char c, size_t len)
{
    struct buf value = {0};
    buf_add_repeated(&value, c, len);
    set_signature(draft, buf_text(&value));
    buf_clear(&value);
    return true;
}

bool mutate_not_hex(struct draft *draft, const struct call *call, struct error *err)
{
    return fill_signature(draft, 'z', SIGNATURE_SIZE - 1);
}

bool mutate_zeros(struct draft *draft, const struct call *call, struct error *err)
{
    return fill_signature(draft, '0', SIGNATURE_SIZE - 1);
}

/* The byte E9 (Latin-1 e acute) in place of the last digit: no US-ASCII, no UTF-8, 64 characters.
 */
bool mutate_non_ascii_signature(struct draft *draft, const struct call *call, struct error *err)
{
    char value[SIGNATURE_SIZE];
    memcpy(value, draft->signature, sizeof value);
    value[SIGNATURE_SIZE - 2] = (char)0xe9;
    set_signature(draft, value);
    return true;
}

bool mutate_very_long_signature(struct draft *draft, const struct call *call, struct error *err)
{
    if (call->values[0].number > VERY_LONG_MAX)
        return error_set(err, "a header of more than 16 MiB is sent nowhere");
    return fill_signature(draft, 'a', (size_t)call->values[0].number);
}

bool mutate_secret_itself(struct draft *draft, const struct call *call, struct error *err)
{
    struct bytes secret = secret_bytes(draft->composer->secret);
    for (size_t i = 0; i < secret.len; i++)
        if ((unsigned char)secret.data[i] < 0x20 || secret.data[i] == 0x7f) {
            draft->impossible = true;
            return error_set(err, "this secret cannot stand in a header");
        }
    char *value = mem_copy(secret.data, secret.len);
    set_signature(draft, value);
    free(value);
    return true;
}

bool mutate_base64_signature(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf raw = {0};
    struct buf text = {0};
    bool ok = decode_hex(bytes_of(current(draft)), &raw);
    if (ok) {
        encode_base64(buf_bytes(&raw), &text);
        set_signature(draft, buf_text(&text));
    }
    buf_clear(&raw);
    buf_clear(&text);
    return ok || error_set(err, "the signature is no longer hexadecimal");
}

bool mutate_uppercase_signature(struct draft *draft, const struct call *call, struct error *err)
{
    char *value = mem_text(current(draft));
    for (char *at = value; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    set_signature(draft, value);
    free(value);
    return true;
}

bool mutate_prefix_signature(struct draft *draft, const struct call *call, struct error *err)
{
    char *value = mem_format("%s%s", call->values[0].text, current(draft));
    if (!*call->values[0].text) {
        free(value);
        return error_set(err, "\"with\" is empty, so that the signature would stay right");
    }
    set_signature(draft, value);
    free(value);
    return true;
}

/* Under both names that are in use for parameters of this kind. */
bool mutate_query_signature(struct draft *draft, const struct call *call, struct error *err)
{
    (void)headers_remove(&draft->request.headers, PANORA_SIGNATURE_HEADER);
    free(draft->request.query);
    draft->request.query =
        mem_format("panora-signature=%s&signature=%s", draft->signature, draft->signature);
    return true;
}

bool mutate_duplicate_signature(struct draft *draft, const struct call *call, struct error *err)
{
    char bad[SIGNATURE_SIZE];
    bool good_first = strcmp(call->values[0].text, "good-bad") == 0;
    make_bad(draft, bad);
    struct headers with_both = {0};
    for (size_t i = 0; i < draft->request.headers.count; i++) {
        const struct header *item = &draft->request.headers.items[i];
        if (!header_name_equal(item->name, PANORA_SIGNATURE_HEADER)) {
            headers_add(&with_both, item->name, item->value);
            continue;
        }
        headers_add(&with_both, item->name, good_first ? draft->signature : bad);
        headers_add(&with_both, item->name, good_first ? bad : draft->signature);
    }
    headers_clear(&draft->request.headers);
    draft->request.headers = with_both;
    return true;
}

bool mutate_join_signatures(struct draft *draft, const struct call *call, struct error *err)
{
    char bad[SIGNATURE_SIZE];
    bool good_first = strcmp(call->values[0].text, "good-bad") == 0;
    make_bad(draft, bad);
    char *value = mem_format("%s, %s", good_first ? draft->signature : bad,
                             good_first ? bad : draft->signature);
    set_signature(draft, value);
    free(value);
    return true;
}

bool mutate_rename_signature(struct draft *draft, const struct call *call, struct error *err)
{
    for (size_t i = 0; i < draft->request.headers.count; i++) {
        struct header *item = &draft->request.headers.items[i];
        if (!header_name_equal(item->name, PANORA_SIGNATURE_HEADER))
            continue;
        free(item->name);
        item->name = mem_text(call->values[0].text);
        return true;
    }
    return error_set(err, "there is no signature header to rename");
}
