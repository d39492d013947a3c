#include "compose/mutation.h"

#include <string.h>

#include "base/array.h"
#include "compose/mutation_internal.h"

static const char *const digits[] = {"first", "middle", "last", NULL};
static const char *const starts[] = {"0", "00", "letter", NULL};
static const char *const algorithms[] = {
    "hmac-md5", "hmac-sha1", "hmac-sha512", "sha256", "sha256-of-secret-and-data", NULL};
static const char *const orders[] = {"good-bad", "bad-good", NULL};
static const char *const ends[] = {"first", "last", NULL};
static const char *const places[] = {"start", "middle", "end", NULL};
static const char *const members[] = {"id_event", "data", "type", NULL};
static const char *const byte_orders[] = {"little", "big", NULL};

#define TEXT(n, f, s)                                                                              \
    {                                                                                              \
        .name = (n), .kind = PARAMETER_TEXT, .fallback = (f), .sentence = (s)                      \
    }
#define CHOICE(n, f, c, s)                                                                         \
    {                                                                                              \
        .name = (n), .kind = PARAMETER_TEXT, .fallback = (f), .choices = (c), .sentence = (s)      \
    }
#define JSON_TEXT(n, f, s)                                                                         \
    {                                                                                              \
        .name = (n), .kind = PARAMETER_JSON, .fallback = (f), .sentence = (s)                      \
    }
#define NUMBER(n, k, f, s)                                                                         \
    {                                                                                              \
        .name = (n), .kind = (k), .fallback = (f), .sentence = (s)                                 \
    }

/* word {name, place, sentence, parameters}, phrase, is_flaw, apply */
static const struct mutation mutations[] = {
    {{"add-field",
      "event",
      "has one more field at the end of its data, signed with it",
      {TEXT("name", "added_field", "the field's name"),
       JSON_TEXT("value", "\"something new\"", "its value")}},
     "one more field in data",
     false,
     mutate_add_field},
    {{"digest-begins",
      "event",
      "has data for which the right signature begins with given digits",
      {CHOICE("with", "0", starts, "0, 00 or letter")}},
     "data whose signature begins with %s",
     false,
     mutate_digest_begins},

    {{"wrong-secret", "sign", "is signed with another secret", {{0}}},
     "signed with another secret",
     true,
     mutate_wrong_secret},
    {{"empty-secret", "sign", "is signed with an empty secret", {{0}}},
     "signed with an empty secret",
     true,
     mutate_empty_secret},
    {{"placeholder-secret",
      "sign",
      "is signed with what an unset variable turns into as text",
      {TEXT("secret", "undefined", "the text")}},
     "signed with the secret \"%s\"",
     true,
     mutate_placeholder_secret},
    {{"other-algorithm",
      "sign",
      "is signed by another algorithm than HMAC-SHA256",
      {CHOICE("algorithm", "hmac-sha1", algorithms, "the algorithm")}},
     "signed by %s",
     true,
     mutate_other_algorithm},
    {{"other-event", "sign", "carries the right signature of another event", {{0}}},
     "with another event's signature",
     true,
     mutate_other_event},
    {{"sign-body", "sign", "is signed over its whole body instead of data", {{0}}},
     "signed over the whole body",
     true,
     mutate_sign_body},

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
      "has one digit of its signature changed",
      {CHOICE("at", "last", digits, "first, middle or last")}},
     "%s digit of the signature changed",
     true,
     mutate_change_digit},
    {{"truncate-signature",
      "wire",
      "has its signature cut short",
      {NUMBER("to", PARAMETER_INTEGER, "32", "characters that are left")}},
     "signature cut to %s characters",
     true,
     mutate_truncate_signature},
    {{"extend-signature",
      "wire",
      "has something added to its right signature",
      {TEXT("with", "00", "what is added")}},
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
    {{"non-ascii-signature", "wire", "has the byte E9 in its signature", {{0}}},
     "the byte E9 in the signature",
     true,
     mutate_non_ascii_signature},
    {{"very-long-signature",
      "wire",
      "has a very long signature",
      {NUMBER("length", PARAMETER_SIZE, "8KiB", "its length")}},
     "a signature of %s bytes",
     true,
     mutate_very_long_signature},
    {{"secret-itself", "wire", "has the secret itself as its signature", {{0}}},
     "the secret itself as signature",
     true,
     mutate_secret_itself},
    {{"base64-signature", "wire", "has its right signature in base64", {{0}}},
     "signature in base64",
     true,
     mutate_base64_signature},
    {{"uppercase-signature", "wire", "has its right signature in upper-case digits", {{0}}},
     "signature in upper case",
     true,
     mutate_uppercase_signature},
    {{"prefix-signature",
      "wire",
      "has something before its right signature",
      {TEXT("with", "sha256=", "what stands before it")}},
     "signature with \"%s\" before it",
     true,
     mutate_prefix_signature},
    {{"query-signature",
      "wire",
      "has its right signature in the query instead of the header",
      {{0}}},
     "signature in the query",
     true,
     mutate_query_signature},
    {{"duplicate-signature",
      "wire",
      "has two Panora-Signature headers, one right and one wrong",
      {CHOICE("order", "bad-good", orders, "which comes first")}},
     "two signature headers (%s)",
     true,
     mutate_duplicate_signature},
    {{"join-signatures",
      "wire",
      "has a right and a wrong signature in one header, joined by a comma",
      {CHOICE("order", "bad-good", orders, "which comes first")}},
     "two signatures in one header (%s)",
     true,
     mutate_join_signatures},
    {{"rename-signature-header",
      "wire",
      "spells the name of its signature header otherwise",
      {TEXT("to", "panora-signature", "the name")}},
     "header spelled %s",
     false,
     mutate_rename_signature},

    {{"change-data", "wire", "has data that changed after it was signed", {{0}}},
     "data changed after signing",
     true,
     mutate_change_data},
    {{"change-type",
      "wire",
      "has a type that changed after signing (the signature does not cover it)",
      {TEXT("to", "connection.created", "the type")}},
     "type changed to %s after signing",
     true,
     mutate_change_type},
    {{"change-id",
      "wire",
      "has an id_event that changed after signing (the signature does not cover it)",
      {{0}}},
     "id_event changed after signing",
     true,
     mutate_change_id},
    {{"add-member",
      "wire",
      "has one more member beside id_event, data and type",
      {TEXT("name", "added_member", "its name"),
       JSON_TEXT("value", "{\"since\":\"a later version\"}", "its value")}},
     "one more member beside id_event",
     false,
     mutate_add_member},
    {{"reorder-members",
      "wire",
      "has its members in another order",
      {TEXT("order", "type,data,id_event", "id_event, data and type in some order")}},
     "members in the order %s",
     false,
     mutate_reorder_members},
    {{"duplicate-data",
      "wire",
      "has two members data of which the signature fits one",
      {CHOICE("fits", "first", ends, "which one is signed")}},
     "two members data, the %s one signed",
     true,
     mutate_duplicate_data},
    {{"body", "wire", "has another body, whatever was signed", {TEXT("text", NULL, "the body")}},
     "the body replaced",
     true,
     mutate_body},
    {{"raw-body",
      "wire",
      "has other bytes as its body, whatever was signed",
      {NUMBER("base64", PARAMETER_BASE64, NULL, "the bytes, in base64")}},
     "other bytes as its body",
     true,
     mutate_raw_body},
    {{"insert-bytes",
      "wire",
      "has bytes put into its body",
      {NUMBER("base64", PARAMETER_BASE64, NULL, "the bytes, in base64"),
       CHOICE("at", "middle", places, "start, middle (inside data) or end")}},
     "bytes put into the body (base64 %s)",
     true,
     mutate_insert_bytes},
    {{"cut-body", "wire", "has only the first half of its body", {{0}}},
     "half of the body",
     true,
     mutate_cut_body},
    {{"remove-member",
      "wire",
      "lacks a member of the event",
      {CHOICE("name", NULL, members, "id_event, data or type")}},
     "without %s",
     true,
     mutate_remove_member},
    {{"set-member",
      "wire",
      "has another value in a member of the event",
      {CHOICE("name", "type", members, "id_event, data or type"),
       JSON_TEXT("value", "null", "the value")}},
     "another value in %s",
     true,
     mutate_set_member},
    {{"utf-16-body",
      "wire",
      "has its body in UTF-16 with a byte order mark",
      {CHOICE("order", "little", byte_orders, "little or big endian")}},
     "the body in UTF-16 (%s endian)",
     true,
     mutate_utf16_body},
    {{"sign-sent-body", "wire", "is signed over its body as it is sent, byte for byte", {{0}}},
     "signed over the bytes that are sent",
     true,
     mutate_sign_sent_body},
    {{"set-header",
      "wire",
      "has a header set to a value",
      {TEXT("name", NULL, "the header's name"), TEXT("value", "", "its value")}},
     "header %s set",
     false,
     mutate_set_header},
    {{"remove-header", "wire", "lacks a header", {TEXT("name", NULL, "the header's name")}},
     "without the header %s",
     false,
     mutate_remove_header},
};

const struct word_table mutation_words = {"mutation", mutations, sizeof mutations[0],
                                          ARRAY_LEN(mutations)};

const struct mutation *mutation_of(const struct call *call)
{
    return (const struct mutation *)(const void *)
        call->word; /* the word is the row's first member */
}

static void add_argument(const struct call *call, struct buf *out)
{
    if (call->values[0].text)
        (void)buf_add_text(out, call->values[0].text);
    else
        (void)buf_add_format(out, "%lld", (long long)call->values[0].number);
}

void mutation_add_phrase(const struct call *call, struct buf *out)
{
    const char *phrase = mutation_of(call)->phrase;
    const char *hole = strstr(phrase, "%s");
    if (!hole) {
        (void)buf_add_text(out, phrase);
        return;
    }
    (void)buf_add(out, phrase, (size_t)(hole - phrase));
    add_argument(call, out);
    (void)buf_add_text(out, hole + 2);
}
