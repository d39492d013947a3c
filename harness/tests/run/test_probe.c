/* A search finds any limit, exactly where it is one that many share, within its number of requests.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "run/probe.h"

TestSuite(run_probe, .timeout = 120);

struct search {
    struct tried tried[PROBE_SHOTS_MAX];
    size_t count;
    struct case_result result;
    const char *sentence;
};

/* Searches an endpoint that accepts up to `limit`. */
static void search_up_to(const char *name, bool gentle, int64_t limit, struct search *out)
{
    struct error err = {0};
    const struct word *word = table_find(&probe_words, name, &err);
    cr_assert(word, "%s", err.message);
    const struct probe *probe = probe_of(word);
    const int64_t most = probe_most(probe, gentle);
    int64_t value = 0;
    *out = (struct search){0};
    while ((value = probe_next(probe, most, out->tried, out->count)) != 0) {
        cr_assert_lt(out->count, PROBE_SHOTS_MAX, "%s never ends", name);
        cr_assert(value > 0 && value <= most, "%s tries %lld", name, (long long)value);
        for (size_t i = 0; i < out->count; i++)
            cr_assert_neq(out->tried[i].value, value, "%s tries %lld twice", name,
                          (long long)value);
        out->tried[out->count++] =
            (struct tried){value, value <= limit ? PROBE_ACCEPTED : PROBE_REFUSED};
    }
    probe_measure(probe, out->tried, out->count, &out->result);
    out->sentence = out->result.num_measures ? out->result.measures[0].sentence : "";
}

static void search(const char *name, int64_t limit, struct search *out)
{
    search_up_to(name, false, limit, out);
}

Test(run_probe, sends_no_large_body_to_a_public_host)
{
    struct search seen;
    search_up_to("body-limit", true, INT64_MAX, &seen);
    cr_expect_str_eq(seen.sentence,
                     "accepts bodies of up to 1,048,576 bytes, and perhaps more: nothing "
                     "larger was tried");
    case_result_clear(&seen.result);
    search_up_to("body-limit", true, 102400, &seen);
    cr_expect_str_eq(seen.sentence,
                     "accepts bodies of up to 102,400 bytes: the default of express.json");
    case_result_clear(&seen.result);
}

Test(run_probe, names_the_limits_that_many_share)
{
    static const struct {
        const char *probe;
        int64_t limit;
        const char *sentence;
    } rows[] = {
        {"body-limit", 102400,
         "accepts bodies of up to 102,400 bytes: the default of express.json"},
        {"body-limit", 1048576,
         "accepts bodies of up to 1,048,576 bytes: the default of nginx, Fastify, koa-bodyparser, "
         "aiohttp and Next.js"},
        {"body-limit", 2621440, "accepts bodies of up to 2,621,440 bytes: the default of Django"},
        {"body-limit", INT64_MAX,
         "accepts bodies of up to 16,777,216 bytes, and perhaps more: nothing larger was tried"},
        {"nesting-limit", 100, "accepts data nested up to 100 levels: the default of Ruby's JSON"},
        {"nesting-limit", 511,
         "accepts data nested up to 511 levels: the default of PHP's json_decode"},
        {"nesting-limit", 994,
         "accepts data nested up to 994 levels: near Python's recursion limit, and Jackson's "
         "limit"},
        {"nesting-limit", 33, "accepts data nested up to 33 levels"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct search found;
        search(rows[i].probe, rows[i].limit, &found);
        cr_expect_str_eq(found.sentence, rows[i].sentence);
        case_result_clear(&found.result);
    }
}

Test(run_probe, finds_any_limit_within_its_coarseness)
{
    for (size_t k = 0; k < table_count(&probe_words); k++) {
        const struct probe *probe = probe_of(table_at(&probe_words, k));
        for (int64_t limit = probe->max / 97 + 2048; limit < probe->max;
             limit += probe->max / 31 + 1) {
            struct search found;
            search(probe->word.name, limit, &found);
            int64_t low = 0;
            int64_t high = 0;
            probe_bounds(found.tried, found.count, &low, &high);
            cr_expect(low <= limit && limit < high, "%s of %lld: %lld to %lld", probe->word.name,
                      (long long)limit, (long long)low, (long long)high);
            cr_expect(high - low <= 1 || high - low <= low / probe->coarseness,
                      "%s of %lld: only %lld to %lld", probe->word.name, (long long)limit,
                      (long long)low, (long long)high);
            case_result_clear(&found.result);
        }
    }
}

Test(run_probe, an_endpoint_that_takes_nothing_is_asked_once)
{
    struct search found;
    search("body-limit", 0, &found);
    cr_expect_eq(found.count, 1);
    cr_expect_eq(found.result.num_measures, 0, "nothing was measured");
    case_result_clear(&found.result);
}

/* No answer in time, a rate limit, a run that was stopped: what is not known is not searched on. */
Test(run_probe, ends_at_what_is_undecided)
{
    const struct probe *probe = probe_of(table_find(&probe_words, "body-limit", NULL));
    const struct tried tried[] = {
        {2048, PROBE_ACCEPTED}, {1048576, PROBE_REFUSED}, {131072, PROBE_UNDECIDED}};
    struct case_result result = {0};
    cr_expect_eq(probe_next(probe, probe_most(probe, false), tried, 1), 1048576);
    cr_expect_eq(probe_next(probe, probe_most(probe, false), tried, 2), 131072);
    cr_expect_eq(probe_next(probe, probe_most(probe, false), tried, 3), 0);
    probe_measure(probe, tried, 3, &result);
    cr_assert_eq(result.num_measures, 1);
    cr_expect_str_eq(result.measures[0].sentence,
                     "accepts bodies of up to 2,048 bytes, not 1,048,576, and perhaps more: the "
                     "search ended early");
    case_result_clear(&result);
}

Test(run_probe, known_limits_rise)
{
    for (size_t k = 0; k < table_count(&probe_words); k++) {
        const struct probe *probe = probe_of(table_at(&probe_words, k));
        for (size_t i = 0; i < probe->num_known; i++) {
            cr_expect_leq(probe->known[i].from, probe->known[i].to, "%s", probe->known[i].words);
            cr_expect_leq(probe->known[i].to, probe->max, "%s", probe->known[i].words);
            cr_expect(i == 0 || probe->known[i - 1].to < probe->known[i].from, "%s",
                      probe->known[i].words);
        }
    }
}
