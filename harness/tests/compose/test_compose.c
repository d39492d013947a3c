#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "suite/step.h"
#include "tests/support/composing.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(compose, .timeout = 120);

static struct composing composing;

static void set_up(void)
{
    composing_init(&composing, DIALECT_TEXT);
}

static void tear_down(void)
{
    composing_clear(&composing);
}

static struct composed must_compose(const struct step *step, const struct composed *again,
                                    bool as_twin)
{
    struct composed made;
    struct error err = {0};
    struct rng rng = rng_for(composing.seed, "test");
    cr_assert(compose_step(&composing.composer, step, again, as_twin, &rng, &made, &err), "%s",
              err.message);
    return made;
}

static bool same_request(const struct request *a, const struct request *b)
{
    bool same = strcmp(a->method, b->method) == 0 && a->headers.count == b->headers.count &&
                bytes_equal(buf_bytes(&a->body), buf_bytes(&b->body));
    for (size_t i = 0; same && i < a->headers.count; i++)
        same = strcmp(a->headers.items[i].name, b->headers.items[i].name) == 0 &&
               strcmp(a->headers.items[i].value, b->headers.items[i].value) == 0;
    return same;
}

Test(compose, the_same_seed_and_secret_give_the_same_bytes, .init = set_up, .fini = tear_down)
{
    struct composed a;
    struct composed b;
    cr_assert(compose_with(&composing, "wrong-secret", false, &a));
    cr_assert(compose_with(&composing, "wrong-secret", false, &b));
    cr_expect(same_request(&a.request, &b.request));
    composed_clear(&b);
    composing.seed = 8;
    cr_assert(compose_with(&composing, "wrong-secret", false, &b));
    cr_expect_not(bytes_equal(buf_bytes(&a.request.body), buf_bytes(&b.request.body)),
                  "another seed gives another event");
    composed_clear(&a);
    composed_clear(&b);
}

Test(compose, another_secret_changes_the_signature_only, .init = set_up, .fini = tear_down)
{
    struct composed a;
    struct composed b;
    cr_assert(compose_with(&composing, NULL, false, &a));
    secret_set(&composing.secret, bytes_of("another one"));
    cr_assert(compose_with(&composing, NULL, false, &b));
    cr_expect(bytes_equal(buf_bytes(&a.request.body), buf_bytes(&b.request.body)));
    cr_expect_str_neq(a.signature, b.signature);
    composed_clear(&a);
    composed_clear(&b);
}

/* Every date, over the end of a month and a year; what only looks like one stays. */
Test(compose, dates_are_put_back)
{
    struct buf data = {0};
    buf_add_text(&data,
                 "{\"a\":\"2024-03-01T00:00:00.000Z\",\"b\":\"2024-03-01\",\"c\":[\"2023-12-31T"
                 "23:59:59.999Z 2024-01-01T12:30:45.001Z\"],\"d\":\"2024-03-01T00:00:00Z\"}");
    compose_older(0, &data);
    cr_expect(strstr(buf_text(&data), "\"2024-03-01T00:00:00.000Z\""));
    compose_older(24 * 3600 * NS_PER_S, &data);
    cr_expect_str_eq(buf_text(&data),
                     "{\"a\":\"2024-02-29T00:00:00.000Z\",\"b\":\"2024-03-01\",\"c\":[\"2023-12-30T"
                     "23:59:59.999Z 2023-12-31T12:30:45.001Z\"],\"d\":\"2024-03-01T00:00:00Z\"}");
    buf_clear(&data);
}

/* By another program than the one that signed it. */
Test(compose, openssl_finds_the_same_signature, .init = set_up, .fini = tear_down)
{
    NEED_TOOL("openssl", "signatures by openssl");
    static const char data[] = "{\"a\":\"\\u00e9 \\\"x\\\"\",\"n\":1}";
    static const struct {
        enum dialect dialect;
        const char *message; /* JSON.stringify of what stands in the body */
    } rows[] = {
        {DIALECT_TEXT, "\"{\\\"a\\\":\\\"\\\\u00e9 \\\\\\\"x\\\\\\\"\\\",\\\"n\\\":1}\""},
        {DIALECT_OBJECT, "{\"a\":\"\xc3\xa9 \\\"x\\\"\",\"n\":1}"},
    };
    composing.data = data;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct composed made;
        struct buf out = {0};
        composing.composer.dialect = rows[i].dialect;
        cr_assert(compose_with(&composing, NULL, false, &made));
        char *path = shell_temporary(bytes_of(rows[i].message));
        char *command = mem_format(
            "openssl dgst -sha256 -hmac whsec_composing_0123456789 -r %s | cut -c 1-64", path);
        cr_expect_eq(shell_run(command, &out), 0);
        cr_expect_eq(strncmp(buf_text(&out), made.signature, 64), 0, "%s: %s, not %s",
                     dialect_name(rows[i].dialect), made.signature, buf_text(&out));
        (void)unlink(path);
        free(path);
        free(command);
        buf_clear(&out);
        composed_clear(&made);
    }
}

Test(compose, content_length_is_the_bodys_length, .init = set_up, .fini = tear_down)
{
    static const char *const mutations[] = {NULL,
                                            "change-data",
                                            "add-member",
                                            "body=\xc3\xa9",
                                            "duplicate-data",
                                            "reorder-members",
                                            "change-type=x",
                                            "body="};
    for (size_t i = 0; i < ARRAY_LEN(mutations); i++) {
        struct composed made;
        cr_assert(compose_with(&composing, mutations[i], false, &made), "%s", mutations[i]);
        const char *length = headers_find(&made.request.headers, "Content-Length");
        cr_expect(length && strtoul(length, NULL, 10) == made.request.body.len, "%s: %s for %zu",
                  mutations[i], length, made.request.body.len);
        cr_expect_eq(headers_count(&made.request.headers, "Content-Length"), 1);
        composed_clear(&made);
    }
}

Test(compose, requests_without_a_body_say_nothing_of_one, .init = set_up, .fini = tear_down)
{
    static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE"};
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        struct step step;
        step_init(&step);
        free(step.method);
        step.method = mem_text(methods[i]);
        struct composed made = must_compose(&step, NULL, false);
        bool bare = i < 2;
        cr_expect_eq(made.request.body.len == 0, bare, "%s", methods[i]);
        cr_expect_eq(headers_find(&made.request.headers, "Content-Length") == NULL, bare);
        cr_expect_eq(headers_find(&made.request.headers, "Content-Type") == NULL, bare);
        cr_expect_not(made.genuine, "only a POST is genuine");
        composed_clear(&made);
        made = must_compose(&step, NULL, true);
        cr_expect_str_eq(made.request.method, "POST", "the twin is genuine");
        cr_expect(made.genuine);
        composed_clear(&made);
        step_clear(&step);
    }
}

Test(compose, data_has_exactly_the_size_asked_for, .init = set_up, .fini = tear_down)
{
    static const size_t sizes[] = {1, 2, 60, 61, 62, 63, 64, 65, 1024, 103424, 1048576};
    for (size_t i = 0; i < 2 * ARRAY_LEN(sizes); i++) {
        struct step step;
        step_init(&step);
        step.size = sizes[i / 2];
        step.dialect = i % 2 ? STEP_DIALECT_OBJECT : STEP_DIALECT_TEXT;
        struct composed made = must_compose(&step, NULL, false);
        cr_expect_eq(made.event.data.len, step.size);
        cr_expect_eq(composed_verify(&composing, &made), VERIFICATION_VALID, "size %zu", step.size);
        composed_clear(&made);
        step_clear(&step);
    }
}

Test(compose, digests_begin_as_asked, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *mutation, *begins;
    } rows[] = {
        {"digest-begins=0", "0"}, {"digest-begins=00", "00"}, {"digest-begins=letter", NULL}};
    for (uint64_t seed = 1; seed <= 5; seed++)
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            struct composed made;
            composing.seed = seed;
            cr_assert(compose_with(&composing, rows[i].mutation, false, &made));
            const char *sent = headers_find(&made.request.headers, PANORA_SIGNATURE_HEADER);
            cr_expect_str_eq(sent, made.signature);
            if (rows[i].begins)
                cr_expect_eq(strncmp(sent, rows[i].begins, strlen(rows[i].begins)), 0, "%s", sent);
            else
                cr_expect(sent[0] >= 'a' && sent[0] <= 'f', "%s", sent);
            composed_clear(&made);
        }
}

/* The same event, whatever the step says besides; its twin is another event of the same kind. */
Test(compose, again_sends_the_same_event, .init = set_up, .fini = tear_down)
{
    struct step first;
    struct step second;
    step_init(&first);
    step_init(&second);
    first.type = mem_text("billing.invoice.settled");
    first.dialect = STEP_DIALECT_OBJECT;
    second.again = 1;
    struct composed one = must_compose(&first, NULL, false);
    struct composed two = must_compose(&second, &one, false);
    composing.seed++;
    struct composed twin = must_compose(&second, &one, true);
    cr_expect(same_request(&one.request, &two.request));
    cr_expect_str_eq(twin.event.type, one.event.type);
    cr_expect_eq(twin.event.dialect, one.event.dialect);
    cr_expect_str_neq(twin.event.id, one.event.id);
    cr_expect_str_eq(two.twin, twin.twin);
    cr_expect_str_eq(two.twin, one.twin, "one control serves both");
    cr_expect_eq(composed_verify(&composing, &twin), VERIFICATION_VALID);
    composed_clear(&one);
    composed_clear(&two);
    composed_clear(&twin);
    step_clear(&first);
    step_clear(&second);
}

Test(compose, twins_share_type_dialect_size_and_headers, .init = set_up, .fini = tear_down)
{
    struct composed plain;
    struct composed forged;
    struct composed other;
    cr_assert(compose_with(&composing, NULL, false, &plain));
    cr_assert(compose_with(&composing, "zeros", false, &forged));
    cr_expect_str_eq(plain.twin, forged.twin, "a flaw makes no other twin");
    cr_assert(compose_with(&composing, "set-header=X-Other", false, &other));
    cr_expect_str_neq(plain.twin, other.twin);
    composed_clear(&other);
    composing.composer.dialect = DIALECT_OBJECT;
    cr_assert(compose_with(&composing, NULL, false, &other));
    cr_expect_str_neq(plain.twin, other.twin);
    composed_clear(&other);
    composed_clear(&plain);
    composed_clear(&forged);
}

Test(compose, ids_carry_the_mark_of_the_run, .init = set_up, .fini = tear_down)
{
    struct composed made;
    cr_assert(compose_with(&composing, NULL, false, &made));
    cr_expect_eq(strncmp(made.event.id, EVENT_ID_PREFIX "-abcd-4", 15), 0, "%s", made.event.id);
    cr_expect(bytes_find(buf_bytes(&made.request.body), bytes_of(made.event.id)));
    composed_clear(&made);
}

/* What people read must not hold what is secret. */
Test(compose, the_line_for_people_holds_no_secret, .init = set_up, .fini = tear_down)
{
    struct composed made;
    cr_assert(compose_with(&composing, "secret-itself", false, &made));
    cr_expect_null(strstr(made.sent, "whsec_composing"));
    cr_expect_str_eq(made.sent, "crm.contact.created, the secret itself as the signature");
    composed_clear(&made);
}

Test(compose, another_events_signature_is_found_for_any_type, .init = set_up, .fini = tear_down)
{
    static const char *const types[] = {"never.heard.of", "crm.contact.pulled",
                                        "connection.created"};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct composed made;
        composing.composer.usual_type = types[i];
        cr_assert(compose_with(&composing, "other-event", false, &made), "%s", types[i]);
        cr_expect_eq(composed_verify(&composing, &made), VERIFICATION_MISMATCH, "%s", types[i]);
        composed_clear(&made);
    }
}
