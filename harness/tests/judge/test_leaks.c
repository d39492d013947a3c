/* The secret and a right signature are found in an answer in every usual encoding, and only when
 * the request did not hold them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "panora/js.h"
#include "tests/support/judging.h"
#include "tests/support/suite_text.h"

TestSuite(judge_leaks, .timeout = 120);

#define SECRET    "whsec_\"q\" /+\xc3\xa9-0123456789"
#define SIGNATURE "5390ab789ae3eeb39730281bdd2fd8b6ea784e163f4df48f29ddadc415f15661"

static struct library library;
static struct suite *suite;

static void set_up(void)
{
    struct error err = {0};
    library_init(&library);
    suite = suite_from_case(&library, "'steps':[{}],'expect':{'leaks-nothing':true}", &err);
    cr_assert(suite, "%s", err.message);
}

static void tear_down(void)
{
    suite_free(suite);
    library_clear(&library);
}

typedef void put_text(struct bytes in, struct buf *out);

static void as_it_is(struct bytes in, struct buf *out)
{
    buf_add_bytes(out, in);
}

static void reversed(struct bytes in, struct buf *out)
{
    for (size_t i = in.len; i > 0; i--)
        buf_add_char(out, in.data[i - 1]);
}

static void in_json(struct bytes in, struct buf *out)
{
    js_quote(in, out);
}

/* Behind `len` other bytes, in one base64 text. */
static void in_base64_behind(size_t len, bool url, struct bytes in, struct buf *out)
{
    struct buf whole = {0};
    buf_add_repeated(&whole, 'u', len);
    buf_add_bytes(&whole, in);
    buf_add_text(&whole, ":x");
    (url ? encode_base64url : encode_base64)(buf_bytes(&whole), out);
    buf_clear(&whole);
}

static void in_base64_behind_1(struct bytes in, struct buf *out)
{
    in_base64_behind(1, false, in, out);
}

static void in_base64_behind_2(struct bytes in, struct buf *out)
{
    in_base64_behind(2, true, in, out);
}

static const struct {
    const char *what;
    put_text *put;
} forms[] = {
    {"as it is", as_it_is},
    {"hex", encode_hex},
    {"upper-case hex", encode_hex_upper},
    {"base64", encode_base64},
    {"base64url", encode_base64url},
    {"base64 behind 1", in_base64_behind_1},
    {"base64url behind 2", in_base64_behind_2},
    {"percent", encode_percent},
    {"JSON", in_json},
    {"reversed", reversed},
};

/* What an answer with `body` (or a header X-Debug) gets when the request's body holds `sent`. */
static enum verdict verdict_for(const char *body, const char *header, const char *sent,
                                const char *secret, char **out_actual)
{
    struct judged judged;
    judged_make(&judged, &suite->cases[0], "401", NULL);
    struct exchange *exchange = &judged.exchanges[0];
    memcpy(exchange->right_signature, SIGNATURE, sizeof SIGNATURE);
    judged.run.secret = bytes_of(secret);
    buf_add_text(&exchange->seen.body, body);
    if (header)
        headers_add(&exchange->seen.headers, "X-Debug", header);
    buf_add_text(&exchange->request.body, sent);
    judged_judge(&judged, &suite->cases[0]);
    enum verdict verdict = judged.result.verdict;
    if (out_actual)
        *out_actual = mem_text(judged.result.actual);
    judged_clear(&judged);
    return verdict;
}

static void check_form(size_t index, const char *value, const char *name)
{
    struct buf text = {0};
    char *actual = NULL;
    buf_add_text(&text, "expected ");
    forms[index].put(bytes_of(value), &text);
    buf_add_text(&text, " but got");
    cr_expect_eq(verdict_for(buf_text(&text), NULL, "", SECRET, &actual), VERDICT_FAIL, "%s %s",
                 name, forms[index].what);
    cr_expect(strstr(actual, name), "%s: %s", forms[index].what, actual);
    cr_expect_null(strstr(actual, value), "what leaked is not shown");
    cr_expect_eq(verdict_for("", buf_text(&text), "", SECRET, NULL), VERDICT_FAIL,
                 "%s %s in a header", name, forms[index].what);
    cr_expect_eq(verdict_for(buf_text(&text), NULL, value, SECRET, NULL), VERDICT_PASS,
                 "%s %s, which the request held", name, forms[index].what);
    free(actual);
    buf_clear(&text);
}

Test(judge_leaks, are_found_in_every_form, .init = set_up, .fini = tear_down)
{
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        check_form(i, SECRET, "the secret");
        check_form(i, SIGNATURE, "the right signature");
    }
}

Test(judge_leaks, of_the_digests_bytes_are_found_too, .init = set_up, .fini = tear_down)
{
    struct buf raw = {0};
    struct buf text = {0};
    (void)decode_hex(bytes_of(SIGNATURE), &raw);
    encode_base64(buf_bytes(&raw), &text);
    cr_expect_eq(verdict_for(buf_text(&text), NULL, "", SECRET, NULL), VERDICT_FAIL);
    buf_clear(&raw);
    buf_clear(&text);
}

Test(judge_leaks, are_no_false_alarm, .init = set_up, .fini = tear_down)
{
    cr_expect_eq(verdict_for("bad signature", NULL, "", SECRET, NULL), VERDICT_PASS);
    cr_expect_eq(verdict_for("whsec_", NULL, "", SECRET, NULL), VERDICT_PASS, "a part of it");
    cr_expect_eq(verdict_for("too short: short", NULL, "", "short", NULL), VERDICT_PASS,
                 "a short secret is found by chance");
    cr_expect_eq(verdict_for("", NULL, "", "", NULL), VERDICT_PASS);
}

/* A leak in another case's answer is found, and no exchange of this case is blamed for it. */
Test(judge_leaks, of_other_cases_are_found, .init = set_up, .fini = tear_down)
{
    struct judged judged;
    struct exchange other = {.sent = mem_text("another event")};
    const struct exchange *all[2] = {0};
    judged_make(&judged, &suite->cases[0], "401", NULL);
    seen_from_word("401", &other.seen);
    buf_add_text(&other.seen.body, SECRET);
    judged.run.secret = bytes_of(SECRET);
    all[0] = judged.pointers[0];
    all[1] = &other;
    judged.run.all = all;
    judged.run.num_all = 2;
    judged_judge(&judged, &suite->cases[0]);
    cr_expect_eq(judged.result.verdict, VERDICT_FAIL);
    cr_expect_eq(judged.result.decisive, 1, "none of its own");
    cr_expect(strstr(judged.result.reason, "another event"), "%s", judged.result.reason);
    judged_clear(&judged);
    free(other.sent);
    observation_clear(&other.seen);
}

Test(judge_leaks, need_an_answer_to_be_looked_for_in, .init = set_up, .fini = tear_down)
{
    struct judged judged;
    judged_make(&judged, &suite->cases[0], "reset", NULL);
    judged.run.secret = bytes_of(SECRET);
    judged_judge(&judged, &suite->cases[0]);
    cr_expect_eq(judged.result.verdict, VERDICT_INCONCLUSIVE);
    judged_clear(&judged);
}
