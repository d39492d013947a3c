/* Each mutation does what its row says: what is a flaw is not valid by the official rule, what is
 * none stays valid, and the twin of every request is valid. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "compose/mutation.h"
#include "suite/step.h"
#include "tests/support/composing.h"

TestSuite(compose_mutation, .timeout = 120);

static struct composing composing;

static void set_up(void)
{
    composing_init(&composing, DIALECT_TEXT);
}

static void tear_down(void)
{
    composing_clear(&composing);
}

/* Flaws that the protocol cannot see: neither type nor id_event is signed, of two headers a server
 * may take the right one, and of two members the official verifier takes the last. */
static const char *const unseen[] = {
    "change-type", "change-id", "duplicate-signature", "duplicate-data=last",
    "remove-member=id_event", "remove-member=type", "set-member",
    /* nothing is wrong with what they say, only with how */
    "abort-body", "hold-body", "hold-connection", "huge-header", "tls-handshake"};

static bool is_unseen(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(unseen); i++)
        if (strncmp(unseen[i], text, strlen(unseen[i])) == 0)
            return true;
    return false;
}

/* Every value that a choice offers, and, where an argument must be given, one that fits. */
static const char *const extra_arguments[] = {
    "set-header=X-Test",
    "remove-header=User-Agent",
    "body={}",
    "body=not JSON",
    "truncate-signature=0",
    "truncate-signature=63",
    "extend-signature=zz",
    "placeholder-secret=null",
    "very-long-signature=64KiB",
    "reorder-members=data,id_event,type",
    "rename-signature-header=PANORA-SIGNATURE",
    "change-type=crm.deal.push",
    "raw-body=AA==",
    "insert-bytes=/w==",
};

static void check_word(const char *text)
{
    static const enum dialect dialects[] = {DIALECT_TEXT, DIALECT_OBJECT};
    for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
        struct composed made;
        struct composed twin;
        composing.composer.dialect = dialects[i];
        cr_assert(compose_with(&composing, text, false, &made), "%s", text);
        cr_assert(compose_with(&composing, text, true, &twin), "%s", text);
        char *name = mem_copy(text, strcspn(text, "="));
        enum verification seen = composed_verify(&composing, &made);
        const struct mutation *row =
            (const struct mutation *)(const void *)table_find(&mutation_words, name, NULL);
        const char *dialect = dialect_name(dialects[i]);
        if (!is_unseen(text))
            cr_expect_eq(seen == VERIFICATION_VALID, !row->is_flaw, "%s, %s: verification %d", text,
                         dialect, (int)seen);
        cr_expect_eq(made.genuine, !row->is_flaw, "%s, %s", text, dialect);
        cr_expect_eq(composed_verify(&composing, &twin), VERIFICATION_VALID, "twin of %s, %s", text,
                     dialect);
        cr_expect(twin.genuine, "twin of %s, %s", text, dialect);
        cr_expect_str_eq(made.twin, twin.twin, "%s, %s", text, dialect);
        cr_expect_null(strstr(made.sent, "%s"), "%s", made.sent);
        composed_clear(&made);
        composed_clear(&twin);
        free(name);
    }
}

/* Rows whose first argument must be given stand in extra_arguments. */
static void check_row(const struct word *word)
{
    const struct parameter *first = &word->parameters[0];
    if (strcmp(word->name, "split-character") == 0 || strcmp(word->name, "put") == 0)
        return; /* need data of their own: test_mutate_transport.c, test_genuine.c */
    if (!first->kind || first->fallback)
        check_word(word->name);
    for (size_t i = 0; first->choices && first->choices[i]; i++) {
        char *text = mem_format("%s=%s", word->name, first->choices[i]);
        check_word(text);
        free(text);
    }
}

Test(compose_mutation, a_flaw_is_not_valid_and_what_is_none_stays_valid, .init = set_up,
     .fini = tear_down)
{
    for (size_t i = 0; i < table_count(&mutation_words); i++)
        check_row(table_at(&mutation_words, i));
    for (size_t i = 0; i < ARRAY_LEN(extra_arguments); i++)
        check_word(extra_arguments[i]);
}

Test(compose_mutation, every_row_is_tried, .init = set_up, .fini = tear_down)
{
    for (size_t i = 0; i < table_count(&mutation_words); i++) {
        const struct word *word = table_at(&mutation_words, i);
        const struct parameter *first = &word->parameters[0];
        bool tried = !first->kind || first->fallback || first->choices;
        size_t len = strlen(word->name);
        for (size_t k = 0; k < ARRAY_LEN(extra_arguments); k++)
            tried = tried || (strncmp(extra_arguments[k], word->name, len) == 0 &&
                              extra_arguments[k][len] == '=');
        cr_expect(tried, "%s needs an argument and has none in this test", word->name);
    }
}

/* --- what single mutations do --- */

static const char *signature_of(const struct composed *made)
{
    return headers_find(&made->request.headers, PANORA_SIGNATURE_HEADER);
}

Test(compose_mutation, of_the_signature_change_what_they_say, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *text;
        size_t len;        /* of the header's value; SIZE_MAX = there is no header */
        size_t same_up_to; /* so many characters are those of the right signature */
    } rows[] = {
        {"no-signature", SIZE_MAX, 0},
        {"query-signature", SIZE_MAX, 0},
        {"empty-signature", 0, 0},
        {"truncate-signature=1", 1, 1},
        {"truncate-signature=63", 63, 63},
        {"change-digit=first", 64, 0},
        {"change-digit=middle", 64, 32},
        {"change-digit=last", 64, 63},
        {"non-ascii-signature", 64, 63},
        {"extend-signature=00", 66, 64},
        {"join-signatures=good-bad", 130, 64},
        {"very-long-signature=8KiB", 8192, 0},
        {"base64-signature", 44, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct composed made;
        cr_assert(compose_with(&composing, rows[i].text, false, &made), "%s", rows[i].text);
        const char *value = signature_of(&made);
        cr_expect_eq(value ? strlen(value) : SIZE_MAX, rows[i].len, "%s: %s", rows[i].text, value);
        if (value)
            cr_expect_eq(strncmp(value, made.signature, rows[i].same_up_to), 0, "%s", rows[i].text);
        if (value && rows[i].same_up_to < 64 && rows[i].len == 64)
            cr_expect_neq(value[rows[i].same_up_to], made.signature[rows[i].same_up_to], "%s",
                          rows[i].text);
        composed_clear(&made);
    }
}

Test(compose_mutation, of_the_query_carries_the_right_signature, .init = set_up, .fini = tear_down)
{
    struct composed made;
    cr_assert(compose_with(&composing, "query-signature", false, &made));
    cr_assert_not_null(made.request.query);
    cr_expect(strstr(made.request.query, made.signature));
    composed_clear(&made);
}

Test(compose_mutation, of_duplicates_sends_both, .init = set_up, .fini = tear_down)
{
    struct composed made;
    cr_assert(compose_with(&composing, "duplicate-signature=good-bad", false, &made));
    cr_expect_eq(headers_count(&made.request.headers, PANORA_SIGNATURE_HEADER), 2);
    cr_expect_str_eq(signature_of(&made), made.signature, "the good one stands first");
    composed_clear(&made);
    cr_assert(compose_with(&composing, "duplicate-signature=bad-good", false, &made));
    cr_expect_str_neq(signature_of(&made), made.signature);
    composed_clear(&made);
}

/* What would make a genuine request of a flaw, or the reverse, or another request altogether. */
Test(compose_mutation, that_would_do_something_else_is_refused, .init = set_up, .fini = tear_down)
{
    static const char *const rows[] = {
        "truncate-signature=64",
        "truncate-signature=1000",
        "extend-signature=",
        "prefix-signature=",
        "extend-signature=\r\nX-Evil: 1",
        "prefix-signature=a\nb",
        "rename-signature-header=",
        "rename-signature-header=A: b",
        "rename-signature-header=A\r\nB",
        "set-header=",
        "set-header=A B",
        "set-header=panora-signature",
        "remove-header=PANORA-SIGNATURE",
        "add-member=data",
        "add-member=type",
        "reorder-members=id_event,type",
        "reorder-members=id_event,data,type,data",
        "reorder-members=",
        "very-long-signature=1GiB",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct composed made;
        cr_expect_not(compose_with(&composing, rows[i], false, &made), "%s", rows[i]);
        composed_clear(&made);
    }
}

/* Whatever data is, change-data makes other JSON of it. */
Test(compose_mutation, of_data_changes_any_data, .init = set_up, .fini = tear_down)
{
    static const char *const data[] = {
        "{\"a\":\"b\"}",
        "{\"a\":1}",
        "[]",
        "null",
        "5",
        "\"x\"",
        "\"\"",
        "{\"changed\":true}",
        "{}",
        "{\"\":\"z9Z\"}",
        "true",
        "[\"\\u00e9\"]",
        "{\"a\":\"\\\\\"}",
        "{\"a\":\"\\\"\"}",
        "[[\"9\"]]",
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(data); i++) {
        struct composed made;
        composing.data = data[i / 2];
        composing.composer.dialect = i % 2 ? DIALECT_OBJECT : DIALECT_TEXT;
        cr_assert(compose_with(&composing, "change-data", false, &made), "%s", composing.data);
        cr_expect_eq(composed_verify(&composing, &made), VERIFICATION_MISMATCH, "%s in dialect %zu",
                     composing.data, i % 2);
        composed_clear(&made);
    }
}

/* A secret that no header can hold is no mistake of the suite. */
Test(compose_mutation, that_this_secret_makes_impossible_says_so, .init = set_up, .fini = tear_down)
{
    struct composed made;
    secret_set(&composing.secret, bytes_of("line one\nline two"));
    cr_expect_not(compose_with(&composing, "secret-itself", false, &made));
    cr_expect(made.impossible);
    composed_clear(&made);
    cr_expect_not(compose_with(&composing, "truncate-signature=64", false, &made));
    cr_expect_not(made.impossible);
    composed_clear(&made);
}
