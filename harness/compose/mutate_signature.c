/* Mutations of the Panora-Signature header after signing. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "compose/mutation.h"

#define VERY_LONG_MAX (INT64_C(16) * 1024 * 1024)

static void set_signature(struct draft *draft, const char *value)
{
    headers_set(&draft->request.headers, draft_signature_header(draft), value);
}

/* What the header holds so far, so that mutations can follow one another. */
static const char *current(const struct draft *draft)
{
    const char *value = headers_find(&draft->request.headers, draft_signature_header(draft));
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
static void make_bad(const struct draft *draft, char out[SIGNATURE_VALUE_SIZE])
{
    memcpy(out, draft->signature, SIGNATURE_VALUE_SIZE);
    size_t len = strlen(out);
    if (len)
        out[len - 1] = other_digit(out[len - 1]);
}

static bool mutate_no_signature(struct draft *draft, const struct call *call, struct error *err)
{
    (void)headers_remove(&draft->request.headers, draft_signature_header(draft));
    return true;
}

static bool mutate_empty_signature(struct draft *draft, const struct call *call, struct error *err)
{
    set_signature(draft, "");
    return true;
}

static bool mutate_change_digit(struct draft *draft, const struct call *call, struct error *err)
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

static bool mutate_truncate_signature(struct draft *draft, const struct call *call,
                                      struct error *err)
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

static bool mutate_extend_signature(struct draft *draft, const struct call *call, struct error *err)
{
    char *value = mem_format("%s%s", current(draft), call->values[0].text);
    if (!*call->values[0].text) {
        free(value);
        return error_set(err, "\"with\" is empty, so the signature would stay right");
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

static bool mutate_not_hex(struct draft *draft, const struct call *call, struct error *err)
{
    return fill_signature(draft, 'z', SIGNATURE_SIZE - 1);
}

static bool mutate_zeros(struct draft *draft, const struct call *call, struct error *err)
{
    return fill_signature(draft, '0', SIGNATURE_SIZE - 1);
}

static bool mutate_pattern_signature(struct draft *draft, const struct call *call,
                                     struct error *err)
{
    set_signature(draft, call->values[0].text);
    return true;
}

/* The byte E9 (Latin-1 e acute) in place of the last digit: no US-ASCII, no UTF-8, 64 characters.
 */
static bool mutate_non_ascii_signature(struct draft *draft, const struct call *call,
                                       struct error *err)
{
    char value[SIGNATURE_VALUE_SIZE];
    memcpy(value, draft->signature, sizeof value);
    size_t len = strlen(value);
    if (len)
        value[len - 1] = (char)0xe9;
    set_signature(draft, value);
    return true;
}

static bool mutate_very_long_signature(struct draft *draft, const struct call *call,
                                       struct error *err)
{
    if (call->values[0].number > VERY_LONG_MAX)
        return error_set(err, "a header has at most 16 MiB");
    return fill_signature(draft, 'a', (size_t)call->values[0].number);
}

static bool mutate_secret_itself(struct draft *draft, const struct call *call, struct error *err)
{
    struct bytes secret = secret_bytes(draft->composer->secret);
    for (size_t i = 0; i < secret.len; i++)
        if ((unsigned char)secret.data[i] < 0x20 || secret.data[i] == 0x7f) {
            draft->impossible = true;
            return error_set(err, "a header cannot contain this secret");
        }
    char *value = mem_copy(secret.data, secret.len);
    set_signature(draft, value);
    free(value);
    return true;
}

static bool mutate_base64_signature(struct draft *draft, const struct call *call, struct error *err)
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

static bool mutate_uppercase_signature(struct draft *draft, const struct call *call,
                                       struct error *err)
{
    char *value = mem_text(current(draft));
    for (char *at = value; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    set_signature(draft, value);
    free(value);
    return true;
}

static bool mutate_prefix_signature(struct draft *draft, const struct call *call, struct error *err)
{
    char *value = mem_format("%s%s", call->values[0].text, current(draft));
    if (!*call->values[0].text) {
        free(value);
        return error_set(err, "\"with\" is empty, so the signature would stay right");
    }
    set_signature(draft, value);
    free(value);
    return true;
}

/* Under both names that are in use for parameters of this kind. */
static bool mutate_query_signature(struct draft *draft, const struct call *call, struct error *err)
{
    (void)headers_remove(&draft->request.headers, draft_signature_header(draft));
    free(draft->request.query);
    draft->request.query =
        mem_format("panora-signature=%s&signature=%s", draft->signature, draft->signature);
    return true;
}

static bool mutate_duplicate_signature(struct draft *draft, const struct call *call,
                                       struct error *err)
{
    char bad[SIGNATURE_VALUE_SIZE];
    bool good_first = strcmp(call->values[0].text, "good-bad") == 0;
    make_bad(draft, bad);
    struct headers with_both = {0};
    for (size_t i = 0; i < draft->request.headers.count; i++) {
        const struct header *item = &draft->request.headers.items[i];
        if (!header_name_equal(item->name, draft_signature_header(draft))) {
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

static bool mutate_join_signatures(struct draft *draft, const struct call *call, struct error *err)
{
    char bad[SIGNATURE_VALUE_SIZE];
    bool good_first = strcmp(call->values[0].text, "good-bad") == 0;
    make_bad(draft, bad);
    char *value = mem_format("%s, %s", good_first ? draft->signature : bad,
                             good_first ? bad : draft->signature);
    set_signature(draft, value);
    free(value);
    return true;
}

static bool mutate_rename_signature(struct draft *draft, const struct call *call, struct error *err)
{
    for (size_t i = 0; i < draft->request.headers.count; i++) {
        struct header *item = &draft->request.headers.items[i];
        if (!header_name_equal(item->name, draft_signature_header(draft)))
            continue;
        free(item->name);
        item->name = mem_text(call->values[0].text);
        return true;
    }
    return error_set(err, "there is no signature header to rename");
}

static const char *const digits[] = {"first", "middle", "last", NULL};
static const char *const orders[] = {"good-bad", "bad-good", NULL};

/* word {name, place, sentence, parameters}, phrase, is_flaw, apply */
static const struct mutation rows[] = {
    {{"no-signature", "wire", "has no Panora-Signature header", {{0}}},
     "no signature",
     true,
     mutate_no_signature},
    {{"empty-signature", "wire", "has an empty Panora-Signature header", {{0}}},
     "an empty signature",
     true,
     mutate_empty_signature},
    {{"change-digit",
      "wire",
      "has one digit of the signature changed",
      {WORD_CHOICE("at", "last", digits, "first, middle or last")}},
     "%s digit of the signature changed",
     true,
     mutate_change_digit},
    {{"truncate-signature",
      "wire",
      "has a truncated signature",
      {WORD_NUMBER("to", PARAMETER_INTEGER, "32", "how many characters remain")}},
     "signature truncated to %s characters",
     true,
     mutate_truncate_signature},
    {{"extend-signature",
      "wire",
      "has extra characters after the correct signature",
      {WORD_TEXT("with", "00", "what is added")}},
     "signature with \"%s\" added",
     true,
     mutate_extend_signature},
    {{"not-hex", "wire", "has 64 letters z as its signature", {{0}}},
     "a signature that is not hexadecimal",
     true,
     mutate_not_hex},
    {{"zeros", "wire", "has 64 zeros as its signature", {{0}}},
     "a signature of zeros",
     true,
     mutate_zeros},
    {{"pattern-signature",
      "wire",
      "has a pattern as its signature, which any signature fits",
      {WORD_TEXT("pattern", ".*", "the pattern")}},
     "the pattern %s as the signature",
     true,
     mutate_pattern_signature},
    {{"non-ascii-signature", "wire", "has the byte E9 in its signature", {{0}}},
     "the byte E9 in the signature",
     true,
     mutate_non_ascii_signature},
    {{"very-long-signature",
      "wire",
      "has a very long signature",
      {WORD_NUMBER("length", PARAMETER_SIZE, "8KiB", "its length")}},
     "a signature of %s bytes",
     true,
     mutate_very_long_signature},
    {{"secret-itself", "wire", "has the secret itself as its signature", {{0}}},
     "the secret itself as the signature",
     true,
     mutate_secret_itself},
    {{"base64-signature", "wire", "has the correct signature in base64", {{0}}},
     "signature in base64",
     true,
     mutate_base64_signature},
    {{"uppercase-signature", "wire", "has the correct signature in upper case", {{0}}},
     "signature in upper case",
     true,
     mutate_uppercase_signature},
    {{"prefix-signature",
      "wire",
      "has a prefix before the correct signature",
      {WORD_TEXT("with", "sha256=", "the prefix")}},
     "signature with \"%s\" before it",
     true,
     mutate_prefix_signature},
    {{"query-signature",
      "wire",
      "has the correct signature in the query string instead of the header",
      {{0}}},
     "signature in the query string",
     true,
     mutate_query_signature},
    {{"duplicate-signature",
      "wire",
      "has two Panora-Signature headers, one correct and one wrong",
      {WORD_CHOICE("order", "bad-good", orders, "which comes first")}},
     "two signature headers (%s)",
     true,
     mutate_duplicate_signature},
    {{"join-signatures",
      "wire",
      "has a correct and a wrong signature in one header, joined by a comma",
      {WORD_CHOICE("order", "bad-good", orders, "which comes first")}},
     "two signatures in one header (%s)",
     true,
     mutate_join_signatures},
    {{"rename-signature-header",
      "wire",
      "spells the signature header's name differently",
      {WORD_TEXT("to", "panora-signature", "the name")}},
     "header spelled %s",
     false,
     mutate_rename_signature},
};
const struct table_part mutations_of_signature = TABLE_PART(rows);
