/* What two refusals may differ in without teaching a guesser anything. */
#include "judge/likeness.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "panora/event.h"

TestSuite(judge_likeness, .timeout = 120);

#define RIGHT "3f2a9b0c4d5e6f708192a3b4c5d6e7f80912a3b4c5d6e7f8091a2b3c4d5e6f70"
#define ONE   "1111111122222222333333334444444455555555666666667777777788888888"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"

static void make(struct exchange *exchange, const char *given, const char *body)
{
    *exchange = (struct exchange){.seen.status = 401};
    (void)snprintf(exchange->right_signature, sizeof exchange->right_signature, "%s", RIGHT);
    headers_add(&exchange->request.headers, PANORA_SIGNATURE_HEADER, given);
    buf_add_text(&exchange->seen.body, body);
}

static void clear(struct exchange *exchange)
{
    headers_clear(&exchange->request.headers);
    headers_clear(&exchange->seen.headers);
    buf_clear(&exchange->seen.body);
}

static const char *compare(const char *left, const char *right)
{
    struct exchange a;
    struct exchange b;
    make(&a, ONE, left);
    make(&b, OTHER, right);
    const char *what = likeness_difference(&a, &b);
    clear(&a);
    clear(&b);
    return what;
}

Test(judge_likeness, dates_ids_and_quotes_are_left_aside)
{
    static const char *const alike[][2] = {
        {"no", "no"},
        {"at 2026-11-24T12:00:00.123Z", "at 2026-11-24T12:00:01.9Z"},
        {"{\"timestamp\":\"2026-11-24T12:00:00.123+00:00\"}",
         "{\"timestamp\":\"2026-11-24T12:00:07.004+00:00\"}"},
        {"Tue, 24 Nov 2026 13:36:52 GMT", "Tue, 24 Nov 2026 13:36:53 GMT"},
        {"time 1769860800", "time 1769860801"},
        {"time 1769860800.25", "time 1769860801.125"},
        {"took 3ms", "took 12ms"},
        {"id 7e57c0de-0000-4000-8000-000000000001", "id 7e57c0de-0000-4000-8000-000000000002"},
        {"req_01HZX3V6N4", "req_01HZX3V6N5"},
        {"Root=1-67ca0000-aaaaaaaaaaaaaaaaaaaaaaaa", "Root=1-67ca0001-bbbbbbbbbbbbbbbbbbbbbbbb"},
        {"not \"" ONE "\"", "not \"" OTHER "\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(alike); i++)
        cr_expect_null(compare(alike[i][0], alike[i][1]), "%s", alike[i][0]);
}

Test(judge_likeness, what_teaches_a_guesser_is_seen)
{
    static const char *const different[][2] = {
        {"no", "never"},
        {"differ at index 0", "differ at index 63"},
        {"signature_too_short", "signature_not_right"},
        {"webhook.js:41:11", "webhook.js:57:3"},
        {"0 of 64 digits", "17 of 64 digits"},
        {"right so far: 3f2a9b0c4d5e6f70", "right so far: 3f2a9b0c4d5e6f708192"},
        {"expected " ONE, "expected " RIGHT},
    };
    for (size_t i = 0; i < ARRAY_LEN(different); i++)
        cr_expect_str_eq(compare(different[i][0], different[i][1]), "the body", "%s",
                         different[i][0]);
}

Test(judge_likeness, headers_count_but_for_incidental_ones)
{
    static const struct {
        const char *name, *left, *right;
        bool alike;
    } rows[] = {
        {"Keep-Alive", "timeout=5, max=100", "timeout=5, max=99", true},
        {"Content-Length", "9", "10", true},
        {"X-Nonce", "a7Gk29xQpL01", "b8Hl30yRqM12", true},
        {"X-Reason", "too-short", "mismatch", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct exchange a;
        struct exchange b;
        make(&a, ONE, "");
        make(&b, OTHER, "");
        headers_add(&a.seen.headers, rows[i].name, rows[i].left);
        headers_add(&b.seen.headers, rows[i].name, rows[i].right);
        cr_expect_eq(likeness_difference(&a, &b) == NULL, rows[i].alike, "%s", rows[i].name);
        b.seen.status = 403;
        cr_expect_str_eq(likeness_difference(&a, &b), "the status");
        clear(&a);
        clear(&b);
    }
}

/* --- kinds --- */

static const char *compare_kinds(const char *const *left, const char *const *right)
{
    struct exchange made[8];
    const struct exchange *items[8];
    for (size_t i = 0; i < ARRAY_LEN(made); i++) {
        make(&made[i], i < 4 ? ONE : OTHER, i < 4 ? left[i] : right[i - 4]);
        items[i] = &made[i];
    }
    const char *what = likeness_of_kinds((struct likes){items, 4}, (struct likes){items + 4, 4});
    for (size_t i = 0; i < ARRAY_LEN(made); i++)
        clear(&made[i]);
    return what;
}

Test(judge_likeness, what_differs_within_a_kind_tells_nothing)
{
    static const struct {
        const char *left[4], *right[4];
        bool alike;
    } rows[] = {
        {{"no 1", "no 2", "no 3", "no 4"}, {"no 5", "no 6", "no 7", "no 8"}, true},
        {{"{\"ms\":0}", "{\"ms\":1}", "{\"ms\":0}", "{\"ms\":0}"},
         {"{\"ms\":1}", "{\"ms\":1}", "{\"ms\":1}", "{\"ms\":1}"},
         true},
        {{"at a.b", "at a", "at", "at"}, {"at", "at", "at a", "at"}, true},
        {{"digit 1 of 7", "digit 1 of 8", "digit 1 of 9", "digit 1 of 10"},
         {"digit 64 of 3", "digit 64 of 2", "digit 64 of 5", "digit 64 of 4"},
         false},
        {{"no", "no", "no", "no"}, {"no.", "no.", "no.", "no."}, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(compare_kinds(rows[i].left, rows[i].right) == NULL, rows[i].alike, "row %zu",
                     i);
}

/* Bodies of a megabyte, in which one word differs. */
static const char *compare_at(size_t place)
{
    enum { BODY_LEN = 1000000 };
    char *left = mem_alloc(BODY_LEN + 1);
    memset(left, ' ', BODY_LEN);
    char *right = mem_text(left);
    left[place] = 'a';
    right[place] = 'b';
    const char *const lefts[] = {left, left, left, left};
    const char *const rights[] = {right, right, right, right};
    const char *what = compare_kinds(lefts, rights);
    free(left);
    free(right);
    return what;
}

Test(judge_likeness, looks_at_the_beginning_of_long_bodies_only)
{
    cr_expect_not_null(compare_at(0));
    cr_expect_not_null(compare_at(LIKENESS_BODY_MAX - 1));
    cr_expect_null(compare_at(LIKENESS_BODY_MAX));
}
